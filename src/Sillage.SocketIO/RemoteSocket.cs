using System.Text.Json;
using Sillage.SocketIO.Backplane;

namespace Sillage.SocketIO;

/// <summary>A client of this process or of another one. What it shows is as it was when it was asked for.</summary>
public sealed class RemoteSocket
{
    private readonly BroadcastOperator _to;

    internal RemoteSocket(SocketNamespace @namespace, BackplaneSocket socket)
    {
        _to = @namespace.To(socket.Id);
        Id = socket.Id;
        Rooms = socket.Rooms;
        Data = socket.Data;
        Handshake = socket.Handshake;
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>The rooms that it is in, that of its own id among them.</summary>
    public IReadOnlyList<string> Rooms { get; }

    /// <summary>What its program keeps with it: an object.</summary>
    public JsonElement Data { get; }

    /// <summary>
    /// The request that opened its connection, as Node's servers tell it: <c>headers</c>, <c>query</c>, <c>address</c>,
    /// <c>secure</c>, <c>time</c>, <c>issued</c>. This library's servers tell no credentials.
    /// </summary>
    public JsonElement Handshake { get; }

    /// <summary>Sends it an event.</summary>
    public ValueTask EmitAsync(string name, params ReadOnlySpan<object?> arguments) => _to.EmitAsync(name, arguments);

    /// <summary>Sends it an event and waits for its acknowledgement.</summary>
    /// <exception cref="TimeoutException">It did not answer in time, or has left.</exception>
    public async Task<T?> EmitWithAckAsync<T>(string name, params object?[] arguments)
    {
        var (answers, _) = await _to.EmitWithAckAsync(name, arguments);
        return answers.Count == 0 ? throw new TimeoutException("The client did not acknowledge in time.")
            : answers[0].Count == 0 ? default
            : answers[0].Get<T>(0);
    }

    /// <summary>Makes it enter rooms.</summary>
    public ValueTask JoinAsync(params string[] rooms) => _to.JoinAsync(rooms);

    /// <summary>Makes it leave rooms.</summary>
    public ValueTask LeaveAsync(params string[] rooms) => _to.LeaveAsync(rooms);

    /// <summary>Takes it out of the namespace; with <paramref name="close"/> its connection ends.</summary>
    public ValueTask DisconnectAsync(bool close = false) => _to.DisconnectAsync(close);

    /// <summary>What other processes are told of a client of this one.</summary>
    internal static BackplaneSocket Describe(ClientSocket socket, JsonSerializerOptions options)
    {
        var handshake = socket.Handshake;
        var headers = handshake
            .Headers.Where(h => !IsCredential(h.Key))
            .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal);
        return new BackplaneSocket(
            socket.Id,
            [socket.Id, .. socket.Rooms],
            JsonSerializer.SerializeToElement(socket.KeptData ?? new Dictionary<string, object?>(), options),
            JsonSerializer.SerializeToElement(
                new
                {
                    headers,
                    query = handshake.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal),
                    address = handshake.RemoteAddress?.ToString(),
                    secure = handshake.IsSecure,
                    time = handshake.Time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
                    issued = handshake.Time.ToUnixTimeMilliseconds(),
                    auth = new { },
                }
            )
        );
    }

    private static bool IsCredential(string header) =>
        header.Equals("Cookie", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Proxy-Authorization", StringComparison.OrdinalIgnoreCase);
}
