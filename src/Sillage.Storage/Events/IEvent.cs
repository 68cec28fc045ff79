namespace Sillage.Storage.Events;

/// <summary>Something that has happened and that other modules may hear of. Serialised as JSON.</summary>
public interface IEvent
{
    /// <summary>The name on the wire, <c>module.what-happened</c> (<c>accounts.account-registered</c>). Never changes.</summary>
    static abstract string EventName { get; }
}

/// <summary>Reacts to an event in the unit of work that also records it as handled: its effect happens exactly once.</summary>
/// <typeparam name="TEvent">The event it hears of.</typeparam>
public interface IEventHandler<in TEvent>
    where TEvent : IEvent
{
    /// <summary>Does what follows from the event. An exception rolls the unit back and the event comes again.</summary>
    Task HandleAsync(TEvent domainEvent, IUnitOfWork unit, CancellationToken cancellationToken);
}
