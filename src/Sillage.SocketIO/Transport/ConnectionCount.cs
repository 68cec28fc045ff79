namespace Sillage.SocketIO.Transport;

/// <summary>
/// Counts the connections of <see cref="SocketIOTransport"/>, those that have left the HTTP layer too. Kestrel's own limit cannot: it
/// would have to see each connection to its end. Register one as a service to set a limit.
/// </summary>
public abstract class ConnectionCount
{
    /// <summary>A connection has come; false turns it away, and it is not counted.</summary>
    public abstract bool TryAdd();

    /// <summary>A connection that was counted has gone.</summary>
    public abstract void Remove();
}
