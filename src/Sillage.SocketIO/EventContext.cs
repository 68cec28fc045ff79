namespace Sillage.SocketIO;

/// <summary>An event of a client, as middleware sees it before its handler does; see <see cref="NamespaceBuilder.UseForEvents"/>.</summary>
public sealed class EventContext
{
    internal EventContext(ClientSocket socket, string name, EventArguments arguments, IServiceProvider services)
    {
        Socket = socket;
        Name = name;
        Arguments = arguments;
        Services = services;
    }

    /// <summary>Whose it is.</summary>
    public ClientSocket Socket { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its arguments.</summary>
    public EventArguments Arguments { get; }

    /// <summary>Services of a scope that lasts until the middleware has been asked.</summary>
    public IServiceProvider Services { get; }

    internal EventException? Refusal { get; private set; }

    /// <summary>Keeps the event from its handler; the client is told as by an <see cref="EventException"/>.</summary>
    /// <param name="message">Why.</param>
    /// <param name="data">More, as JSON.</param>
    public void Refuse(string message, object? data = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        Refusal ??= new EventException(message, data);
    }
}
