namespace Sillage.Storage.Events;

/// <summary>
/// The bus cannot be reached. No fault of the event: the dispatcher tries again for as long as it takes and does not
/// count the attempt.
/// </summary>
public sealed class EventBusUnavailableException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public EventBusUnavailableException(string message, Exception? inner = null)
        : base(message, inner) { }

    /// <summary>Completes when the bus can be reached again; null if only trying tells.</summary>
    public Task? Back { get; init; }
}
