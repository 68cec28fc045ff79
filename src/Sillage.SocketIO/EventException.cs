namespace Sillage.SocketIO;

/// <summary>
/// Thrown by a handler to refuse an event: where the client asked for an acknowledgement it gets
/// <c>{"error":{"message","data"}}</c>. Any other exception is logged, and the client learns only that there was one.
/// </summary>
/// <param name="message">What the client is told.</param>
/// <param name="data">More for the client, as JSON.</param>
public sealed class EventException(string message, object? data = null) : Exception(message)
{
    /// <summary>More for the client.</summary>
    public object? Details { get; } = data;
}
