namespace Sillage.Storage.Events;

/// <summary>The name by which consumers that are not ours know an event, where a broker carries it.</summary>
/// <param name="EventName">The event's own name, see <see cref="IEvent.EventName"/>.</param>
/// <param name="RoutingKey">The other one, such as <c>user.created</c>.</param>
public sealed record EventAlias(string EventName, string RoutingKey);
