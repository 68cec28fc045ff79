namespace Sillage.SocketIO.Transport;

/// <summary>A connection that can be taken from Kestrel's HTTP layer once that has answered an upgrade.</summary>
internal interface IDetachableConnection
{
    /// <summary>
    /// Takes the bytes of the connection away from the HTTP layer, which may then end its request and forget the connection.
    /// The caller disposes of the stream; that closes the connection.
    /// </summary>
    /// <returns>Null where something stands between the HTTP layer and the socket (TLS), or where the host counts connections.</returns>
    SocketStream? TryDetach();
}
