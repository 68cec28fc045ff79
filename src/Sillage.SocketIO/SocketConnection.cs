using System.Text.Json;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO;

/// <summary>A client's connection and its sockets, one for each namespace that it is in.</summary>
internal sealed class SocketConnection(SocketIOServer server, EngineConnection engine)
{
    private static readonly JsonElement EmptyAuth = JsonDocument.Parse("{}").RootElement;

    private readonly Lock _gate = new();
    private readonly PacketDecoder _decoder = new(server.Options.MaxAttachments);

    // Few clients are in many namespaces: a list is smaller than a table, and as fast.
    private ClientSocket[] _sockets = [];
    private HashSet<string>? _joining;
    private HashSet<string>? _removed;
    private bool _closed;

    public EngineConnection Engine => engine;

    /// <summary>Takes one message of the client.</summary>
    public ValueTask OnMessageAsync(EngineMessage message)
    {
        var (error, packet) = message.IsBinary ? _decoder.Binary(message.Data.Span) : _decoder.Text(message.Data.Span);
        if (error is not null)
        {
            engine.Close(CloseReason.ParseError, error);
            return ValueTask.CompletedTask;
        }

        return packet is null ? ValueTask.CompletedTask : OnPacketAsync(packet);
    }

    private ValueTask OnPacketAsync(Packet packet)
    {
        var name = packet.Header.Namespace;
        var socket = Find(name);
        switch (packet.Header.Type)
        {
            case PacketType.Connect when socket is null && IsJoining(name):
                // Some clients ask twice when they are told to connect twice.
                return ValueTask.CompletedTask;

            case PacketType.Connect when socket is null:
                if (TryBeginJoin(name))
                {
                    _ = JoinAsync(name, packet.Json);
                }
                else
                {
                    engine.Send(server.Encoder.ConnectError(name, "Too many namespaces", null));
                }

                return ValueTask.CompletedTask;

            case PacketType.Event
            or PacketType.BinaryEvent when socket is not null:
                return socket.OnEventAsync(
                    new ClientSocket.PendingEvent(EventName(packet), packet.Header.Id, Arguments(packet, isEvent: true))
                );

            case PacketType.Ack
            or PacketType.BinaryAck when socket is not null:
                socket.OnAck(packet.Header.Id!.Value, Arguments(packet, isEvent: false));
                return ValueTask.CompletedTask;

            case PacketType.Disconnect when socket is not null:
                if (Detach(socket, byServer: false))
                {
                    socket.Leave(new Disconnection("client namespace disconnect", null), recoverable: false);
                }

                return ValueTask.CompletedTask;
        }

        if (!IsOnItsWayOut(name, packet.Header.Type))
        {
            engine.Close(CloseReason.ParseError, $"a packet for a namespace in which the client is not, or is already");
        }

        return ValueTask.CompletedTask;
    }

    private EventArguments Arguments(Packet packet, bool isEvent) =>
        new(packet.Json, packet.Elements, isEvent, packet.Attachments, server.Encoder.Options);

    private static string EventName(Packet packet) =>
        PacketDecoder.TryReadName(packet.Json.AsSpan(packet.Elements[0]), out var name) ? name : "";

    private ClientSocket? Find(string name)
    {
        foreach (var socket in Volatile.Read(ref _sockets))
        {
            if (socket.Namespace.Name == name)
            {
                return socket;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a packet may have crossed the server's own disconnect on the wire: it is then dropped. Nothing else may be sent
    /// to a namespace that was not joined.
    /// </summary>
    private bool IsOnItsWayOut(string name, PacketType type)
    {
        lock (_gate)
        {
            return type is not PacketType.Connect && _removed?.Contains(name) is true
                || type is PacketType.Disconnect && _joining?.Remove(name) is true;
        }
    }

    private bool IsJoining(string name)
    {
        lock (_gate)
        {
            return _joining?.Contains(name) is true;
        }
    }

    private bool TryBeginJoin(string name)
    {
        lock (_gate)
        {
            _removed?.Remove(name);
            return _sockets.Length + (_joining?.Count ?? 0) < server.Options.MaxNamespacesPerConnection
                && (_joining ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
        }
    }

    /// <summary>Whether the client still wants to join; it is then no longer joining.</summary>
    public bool EndJoin(string name)
    {
        lock (_gate)
        {
            var wanted = _joining?.Remove(name) is true;
            if (_joining is { Count: 0 })
            {
                _joining = null;
            }

            return wanted && !_closed;
        }
    }

    private async Task JoinAsync(string name, byte[] json)
    {
#pragma warning disable CA1031 // The edge: what middleware throws keeps its client out and harms no other.
        try
        {
            var auth = json.Length == 0 ? EmptyAuth : JsonElement.Parse(json);
            await server.Admission.AdmitAsync(this, name, auth);
        }
        catch (Exception e)
        {
            SocketLog.ConnectFailed(server.Logger, e, name);
            if (EndJoin(name))
            {
                engine.Send(server.Encoder.ConnectError(name, "Internal error", null));
            }
        }
#pragma warning restore CA1031
    }

    /// <summary>From now on the client's packets for the socket's namespace are the socket's.</summary>
    /// <returns>False if the connection has ended.</returns>
    public bool Attach(ClientSocket socket)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            Volatile.Write(ref _sockets, [.. _sockets, socket]);
        }

        engine.ClearJoinDeadline();
        return true;
    }

    /// <summary>Takes a socket off.</summary>
    /// <returns>False if it was off already.</returns>
    public bool Detach(ClientSocket socket, bool byServer)
    {
        lock (_gate)
        {
            var rest = _sockets.Where(s => s != socket).ToArray();
            if (rest.Length == _sockets.Length)
            {
                return false;
            }

            Volatile.Write(ref _sockets, rest);
            if (byServer)
            {
                (_removed ??= new HashSet<string>(StringComparer.Ordinal)).Add(socket.Namespace.Name);
            }

            return true;
        }
    }

    /// <summary>Takes the client out of every namespace and closes.</summary>
    public void DisconnectAll()
    {
        foreach (var socket in Volatile.Read(ref _sockets))
        {
            socket.Disconnect();
        }

        engine.Close(CloseReason.ServerClose);
    }

    /// <summary>The connection has ended, and all of its sockets with it.</summary>
    public void OnClose(CloseReason reason, string? detail)
    {
        ClientSocket[] sockets;
        lock (_gate)
        {
            _closed = true;
            sockets = _sockets;
            Volatile.Write(ref _sockets, []);
        }

        foreach (var socket in sockets)
        {
            socket.Leave(new Disconnection(reason.Text(), detail), recoverable: true);
        }
    }
}
