namespace Sillage.SocketIO;

/// <summary>The name of the event that a handler is called for; of use to one that takes every event.</summary>
/// <param name="Value">The name.</param>
public readonly record struct EventName(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}
