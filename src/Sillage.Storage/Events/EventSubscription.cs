using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Events;

/// <summary>A handler as registered: what it hears of, and how it is called.</summary>
internal abstract class EventSubscription(Type module, Type handler, string eventName)
{
    private readonly Type _handler = handler;

    public Type Module { get; } = module;

    public string EventName { get; } = eventName;

    /// <summary>The handler's durable name in its module; renaming the class makes it another one.</summary>
    public string HandlerName => Readable(_handler);

    /// <summary>The handler's effect and the mark that it had the event, in one unit; nothing if it has had it.</summary>
    /// <param name="row">The event.</param>
    /// <param name="isLast">Whether the event ends with it, in the same unit.</param>
    /// <param name="services">Where handlers come from.</param>
    /// <param name="database">The module's.</param>
    /// <param name="now">The time.</param>
    /// <param name="ct">Ends it early.</param>
    public abstract Task HandleAsync(
        InboxRow row,
        bool isLast,
        IServiceProvider services,
        ModuleDatabase database,
        DateTimeOffset now,
        CancellationToken ct
    );

    private static string Readable(Type type) =>
        type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(',', type.GetGenericArguments().Select(Readable))}>"
            : type.Name;
}

/// <inheritdoc/>
internal sealed class EventSubscription<TModule, TEvent, THandler>()
    : EventSubscription(typeof(TModule), typeof(THandler), TEvent.EventName)
    where TEvent : IEvent
    where THandler : class, IEventHandler<TEvent>
{
    private const string RecordHandled = """
        INSERT INTO sillage_inbox (event_id, handler, handled_at) VALUES (@EventId, @Handler, @HandledAt)
        ON CONFLICT DO NOTHING
        """;

    public override async Task HandleAsync(
        InboxRow row,
        bool isLast,
        IServiceProvider services,
        ModuleDatabase database,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var context = Read(row);
        await using var scope = services.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetRequiredService<THandler>();
        var handled = new
        {
            EventId = row.Id,
            Handler = HandlerName,
            HandledAt = now,
        };
        await database.WriteAsync(
            async unit =>
            {
                var isNew = await unit.ExecuteAsync(RecordHandled, handled, ct) > 0;
                if (isNew)
                {
                    await handler.Handle(context, unit, ct);
                }

                if (isLast)
                {
                    await Inbox.DeleteAsync(unit, row, ct);
                }

                return isNew;
            },
            ct
        );
    }

    private static EventContext<TEvent> Read(InboxRow row)
    {
        if (row.Version > TEvent.Version)
        {
            throw new JsonException(
                $"{row.Name} is of version {row.Version}, and this program knows it up to {TEvent.Version}."
            );
        }

        var domainEvent =
            JsonSerializer.Deserialize<TEvent>(row.Payload, EventJson.Options)
            ?? throw new JsonException($"The event {row.Name} {row.Id} is null.");
        return new EventContext<TEvent>(domainEvent, row.Id, row.OccurredAt, row.Source, row.Key, (int)row.Version);
    }
}
