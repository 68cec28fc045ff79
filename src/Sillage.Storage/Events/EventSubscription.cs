using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Storage.Events;

/// <summary>A handler as registered: what it hears of, and how it is called.</summary>
internal abstract class EventSubscription(Type module, Type handler, string eventName)
{
    private readonly Type _handler = handler;

    public Type Module { get; } = module;

    public string EventName { get; } = eventName;

    /// <summary>The handler's durable name in its module; renaming the class makes it another subscriber.</summary>
    public string HandlerName => Readable(_handler);

    public abstract Task HandleAsync(
        EventEnvelope envelope,
        IServiceProvider services,
        ModuleDatabase database,
        TimeProvider clock,
        CancellationToken cancellationToken
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
        EventEnvelope envelope,
        IServiceProvider services,
        ModuleDatabase database,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var activity = StorageMetrics.Activities.StartActivity(
            $"handle {EventName}",
            ActivityKind.Consumer,
            envelope.TraceParent
        );
        var domainEvent =
            JsonSerializer.Deserialize<TEvent>(envelope.Payload.Span, JsonSerializerOptions.Web)
            ?? throw new JsonException($"The event {envelope.Name} {envelope.Id} is null.");
        await using var scope = services.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetRequiredService<THandler>();
        var handled = new
        {
            EventId = envelope.Id,
            Handler = HandlerName,
            HandledAt = clock.GetUtcNow(),
        };
        await database.WriteAsync(
            async unit =>
            {
                var isNew = await unit.ExecuteAsync(RecordHandled, handled, cancellationToken) > 0;
                if (isNew)
                {
                    await handler.HandleAsync(domainEvent, unit, cancellationToken);
                }

                return isNew;
            },
            cancellationToken
        );
    }
}
