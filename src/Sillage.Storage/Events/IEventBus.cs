namespace Sillage.Storage.Events;

/// <summary>An event on its way.</summary>
/// <param name="Id">Unique; what the inbox remembers.</param>
/// <param name="Name">The event's name, see <see cref="IEvent.EventName"/>.</param>
/// <param name="Source">The module that published it.</param>
/// <param name="OccurredAt">When it was written into the outbox.</param>
/// <param name="Payload">The event as UTF-8 JSON.</param>
/// <param name="TraceParent">The W3C trace context it was published under, if any.</param>
public sealed record EventEnvelope(
    Guid Id,
    string Name,
    string Source,
    DateTimeOffset OccurredAt,
    ReadOnlyMemory<byte> Payload,
    string? TraceParent
);

/// <summary>
/// Carries events from outboxes to subscribers: at least once, in the order published by one source, each subscriber
/// on its own. Its specification is a test class that every implementation inherits.
/// </summary>
public interface IEventBus
{
    /// <summary>
    /// Hands the event over. When it returns, the bus has the event safely (a broker has confirmed it, or every
    /// subscriber in this process has handled it); when it throws, the caller must publish it again.
    /// </summary>
    Task PublishAsync(EventEnvelope envelope, CancellationToken cancellationToken);

    /// <summary>
    /// Registers a subscriber. The name is durable and shared: copies of one subscriber in several processes get each
    /// event once between them. A handler that throws gets the event again.
    /// </summary>
    /// <returns>Disposing it ends the subscription in this process.</returns>
    Task<IAsyncDisposable> SubscribeAsync(
        string subscriber,
        string eventName,
        Func<EventEnvelope, CancellationToken, Task> handler,
        CancellationToken cancellationToken
    );
}
