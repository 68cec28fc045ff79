using System.Security.Claims;
using System.Text.Json;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO;

/// <summary>A client that wants to join a namespace, as middleware sees it.</summary>
public sealed class ConnectContext
{
    private readonly EngineConnection _connection;

    internal ConnectContext(string @namespace, JsonElement auth, EngineConnection connection, IServiceProvider services)
    {
        Namespace = @namespace;
        Auth = auth;
        _connection = connection;
        User = connection.Handshake.User;
        Services = services;
    }

    /// <summary>The namespace's name.</summary>
    public string Namespace { get; }

    /// <summary>
    /// What the client sent as <c>auth</c>: an object, empty if it sent nothing. Whoever has looked at a credential in it may leave the rest: it is
    /// kept for as long as the client stays.
    /// </summary>
    public JsonElement Auth { get; set; }

    /// <summary>The request that opened the connection.</summary>
    public EngineHandshake Handshake => _connection.Handshake;

    /// <summary>The user: the handshake's, until middleware finds out better from <see cref="Auth"/>.</summary>
    public ClaimsPrincipal User { get; set; }

    /// <summary>Services of a scope that lasts until the client is let in or not.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Aborted => _connection.Closed;

    /// <summary>What <see cref="ClientSocket.Data"/> begins with.</summary>
    public IDictionary<string, object?> Data => Kept ??= new Dictionary<string, object?>(StringComparer.Ordinal);

    internal Dictionary<string, object?>? Kept { get; private set; }

    internal (string Message, object? Data)? Refusal { get; private set; }

    /// <summary>Keeps the client out; it hears <c>connect_error</c>. Middleware after this is not asked.</summary>
    /// <param name="message">Why.</param>
    /// <param name="data">More, as JSON; the client finds it in the error's <c>data</c>.</param>
    public void Refuse(string message, object? data = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        Refusal ??= (message, data);
    }
}

/// <summary>Why a socket left its namespace.</summary>
/// <param name="Reason">The words that Socket.IO users know, such as <c>transport close</c>, <c>ping timeout</c>, <c>client namespace disconnect</c>.</param>
/// <param name="Detail">What happened; null when the reason says it all.</param>
public sealed record Disconnection(string Reason, string? Detail)
{
    /// <summary>The rooms that it was in, without the one of its own id.</summary>
    public IReadOnlyCollection<string> Rooms { get; internal init; } = [];
}
