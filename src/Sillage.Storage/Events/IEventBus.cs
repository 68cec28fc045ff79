namespace Sillage.Storage.Events;

/// <summary>An event on its way.</summary>
/// <param name="Id">Unique; what inboxes know it by.</param>
/// <param name="Name">The event's name, see <see cref="IEvent.EventName"/>.</param>
/// <param name="Version">The form of the payload, see <see cref="IEvent.Version"/>.</param>
/// <param name="Source">The module that published it.</param>
/// <param name="Key">What it happened to, see <see cref="IEvent.Key"/>; empty in events of earlier versions.</param>
/// <param name="OccurredAt">When it was written into the outbox.</param>
/// <param name="Payload">The event as UTF-8 JSON.</param>
/// <param name="TraceParent">The W3C trace context it was published under, if any.</param>
public sealed record EventEnvelope(
    Guid Id,
    string Name,
    int Version,
    string Source,
    string Key,
    DateTimeOffset OccurredAt,
    ReadOnlyMemory<byte> Payload,
    string? TraceParent
);

/// <summary>Puts events into a subscriber's inbox, in their order; what is there already stays as it is.</summary>
public delegate Task ReceiveEvents(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct);

/// <summary>
/// Carries events from outboxes to inboxes: at least once, in the order published by one source, to each subscriber on its
/// own. It knows nothing of handlers. Its specification is a test class that every implementation inherits.
/// </summary>
public interface IEventBus
{
    /// <summary>Whether events come from, and go to, processes that <see cref="IDeployment"/> need not know of.</summary>
    bool ReachesElsewhere => false;

    /// <summary>
    /// Hands events of one source over, in order. When it returns, the bus has them safely (a broker has confirmed them, or
    /// they are in every subscriber's inbox); when it throws, the caller must publish them again.
    /// </summary>
    Task PublishAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct);

    /// <summary>
    /// Registers a subscriber: a module. The name is durable and shared: copies of one subscriber in several processes get
    /// each event once between them.
    /// </summary>
    /// <param name="subscriber">The module's name.</param>
    /// <param name="eventNames">What it hears of.</param>
    /// <param name="receive">Puts events into its inbox. Where it throws, they come again.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Disposing it ends the subscription in this process.</returns>
    Task<IAsyncDisposable> SubscribeAsync(
        string subscriber,
        IReadOnlySet<string> eventNames,
        ReceiveEvents receive,
        CancellationToken ct
    );
}
