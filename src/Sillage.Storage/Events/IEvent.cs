namespace Sillage.Storage.Events;

/// <summary>
/// Something that has happened and that other modules may hear of. Serialised as JSON, enums as words. It names people by
/// their ids only: an event that is parked may outlive an erasure.
/// </summary>
public interface IEvent
{
    /// <summary>
    /// The name on the wire, <c>module.what-happened</c> (<c>accounts.account-registered</c>): before the point the module
    /// that publishes it. Never changes.
    /// </summary>
    static abstract string EventName { get; }

    /// <summary>The form of the payload, from 1 up. A new number where an older reader would misunderstand it.</summary>
    static virtual int Version => 1;

    /// <summary>
    /// What it happened to: the account's or the aggregate's id. Events of one key are handled in order; those of others go
    /// their own way. Implement it explicitly, so that it is not in the payload twice.
    /// </summary>
    string Key { get; }
}

/// <summary>An event as it reached a handler, with what the envelope says of it.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Id">The event's own id, the same however often it comes.</param>
/// <param name="OccurredAt">When it was published.</param>
/// <param name="Source">The module that published it.</param>
/// <param name="Key">What it happened to.</param>
/// <param name="Version">The form that the payload was written in.</param>
public sealed record EventContext<TEvent>(
    TEvent Event,
    Guid Id,
    DateTimeOffset OccurredAt,
    string Source,
    string Key,
    int Version
)
    where TEvent : IEvent;

/// <summary>Reacts to an event in the unit of work that also records it as handled: its effect happens exactly once.</summary>
/// <typeparam name="TEvent">The event it hears of.</typeparam>
public interface IEventHandler<TEvent>
    where TEvent : IEvent
{
    /// <summary>Does what follows from the event. An exception rolls the unit back and the event comes again.</summary>
    Task Handle(EventContext<TEvent> context, IUnitOfWork unit, CancellationToken ct);
}
