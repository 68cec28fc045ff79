using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Sillage.SocketIO.Rooms;

namespace Sillage.SocketIO;

/// <summary>
/// A client in a namespace. One connection carries a socket for each namespace that the client has joined. Its methods may be
/// called from any thread.
/// </summary>
public sealed partial class ClientSocket
{
    private readonly Lock _gate = new();
    private ConcurrentDictionary<string, object?>? _data;
    private Dictionary<long, AckSink>? _acks;
    private bool _gone;

    /// <summary>The rooms that it is in; the registry's.</summary>
    internal Memberships Memberships;

    internal ClientSocket(
        SocketConnection connection,
        SocketNamespace @namespace,
        string id,
        JsonElement auth,
        ClaimsPrincipal user
    )
    {
        Connection = connection;
        Namespace = @namespace;
        Id = id;
        Auth = auth;
        User = user;
    }

    /// <summary>Its id, which other clients may know; not the connection's.</summary>
    public string Id { get; }

    /// <summary>The namespace.</summary>
    public SocketNamespace Namespace { get; }

    /// <summary>What the client sent as <c>auth</c> when it joined: an object, empty if it sent nothing.</summary>
    public JsonElement Auth { get; }

    /// <summary>Who it is.</summary>
    public ClaimsPrincipal User { get; set; }

    /// <summary>The request that opened its connection.</summary>
    public EngineHandshake Handshake => Connection.Engine.Handshake;

    /// <summary>How it is connected now: <c>polling</c> or <c>websocket</c>.</summary>
    public string Transport => Connection.Engine.Transport;

    /// <summary>Whatever the program wants to keep with the socket; it survives recovery.</summary>
    public IDictionary<string, object?> Data
    {
        get
        {
            lock (_gate)
            {
                return _data ??= new ConcurrentDictionary<string, object?>(StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Whether the socket took up where an earlier connection of it broke off: same id, rooms and data, and what it missed.</summary>
    public bool IsRecovered => Recovery is RecoveryOutcome.Recovered;

    /// <summary>What became of the client's wish to recover.</summary>
    public RecoveryOutcome Recovery { get; internal set; }

    /// <summary>Whether the client is in the namespace.</summary>
    public bool IsConnected => !System.Threading.Volatile.Read(ref _gone);

    /// <summary>The rooms that it is in, without the one of its own id.</summary>
    public IReadOnlyCollection<string> Rooms => Namespace.Registry.RoomsOf(this);

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Disconnected => Connection.Engine.Closed;

    internal SocketConnection Connection { get; }

    internal string? RecoveryId { get; init; }

    internal long RecoveryStart { get; init; }

    internal IDictionary<string, object?>? KeptData
    {
        get => _data;
        init =>
            _data = value is null or { Count: 0 }
                ? null
                : new ConcurrentDictionary<string, object?>(value, StringComparer.Ordinal);
    }

    /// <summary>Enters a room.</summary>
    /// <returns>False if it was in it already, or has left the namespace.</returns>
    public bool Join(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return Namespace.Log is { } log ? JoinLogged(log, room) : Namespace.Registry.Join(this, room);
    }

    /// <summary>Enters several rooms.</summary>
    /// <returns>How many of them it was not in before.</returns>
    public int Join(IEnumerable<string> rooms)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        return rooms.Count(Join);
    }

    private bool JoinLogged(RecoveryLog log, string room) =>
        log.Join(next => Namespace.Registry.Join(this, room, next));

    /// <summary>Leaves a room.</summary>
    /// <returns>False if it was not in it.</returns>
    public bool Leave(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return Namespace.Registry.Leave(this, room);
    }

    /// <summary>Sends the client an event.</summary>
    /// <param name="name">The event's name; not a reserved one.</param>
    /// <param name="arguments">
    /// Its arguments, as JSON; bytes at any depth travel as attachments, <see cref="EventArguments"/> pass on unchanged.
    /// </param>
    public ValueTask EmitAsync(string name, params ReadOnlySpan<object?> arguments) =>
        new SocketEmitter(this).EmitAsync(name, arguments);

    /// <summary>Sends the client an event and waits for its acknowledgement, <see cref="SocketIOOptions.AckTimeout"/> at most.</summary>
    /// <exception cref="TimeoutException">The client did not answer in time.</exception>
    /// <exception cref="SocketIOException">The client left before it answered.</exception>
    public Task<T?> EmitWithAckAsync<T>(string name, params ReadOnlySpan<object?> arguments) =>
        new SocketEmitter(this).EmitWithAckAsync<T>(name, arguments);

    /// <summary>Emits that may be dropped when the client is not ready to take them.</summary>
    public SocketEmitter Volatile => new(this) { IsVolatile = true };

    /// <summary>Emits whose acknowledgement may take this long.</summary>
    public SocketEmitter Timeout(TimeSpan timeout) => new(this) { AckTimeout = timeout };

    /// <summary>Everyone in the namespace but this client.</summary>
    public BroadcastOperator Broadcast => Namespace.Everyone.Except(Id);

    /// <summary>Everyone in a room but this client.</summary>
    public BroadcastOperator To(params string[] rooms) => Broadcast.To(rooms);

    /// <summary>
    /// Takes the client out of the namespace; with <paramref name="close"/> out of every other as well, and its connection
    /// ends. Clients do not come back from this by themselves.
    /// </summary>
    public void Disconnect(bool close = false)
    {
        if (close)
        {
            Connection.DisconnectAll();
            return;
        }

        if (Connection.Detach(this, byServer: true))
        {
            Connection.Engine.Send(PacketEncoder.Disconnect(Namespace.Name));
            Leave(new Disconnection("server namespace disconnect", null), recoverable: false);
        }
    }

    internal bool Send(OutgoingMessage message, bool isVolatile, FlushList? later = null) =>
        Connection.Engine.Send(message, isVolatile, later);

    /// <summary>Enters the namespace, unless the client has gone meanwhile.</summary>
    /// <param name="welcome">Queues what the client gets before any broadcast.</param>
    internal bool Enter(Action welcome)
    {
        lock (_gate)
        {
            if (_gone)
            {
                return false;
            }

            Namespace.Registry.Add(this, welcome);
        }

        Namespace.Server.Metrics.SocketJoined();
        return true;
    }

    /// <summary>The client is no longer in the namespace, for whatever reason.</summary>
    internal void Leave(Disconnection disconnection, bool recoverable)
    {
        List<AckSink>? acks;
        lock (_gate)
        {
            if (_gone)
            {
                return;
            }

            System.Threading.Volatile.Write(ref _gone, true);
            acks = _acks is null ? null : [.. _acks.Values];
            _acks = null;
            _room?.TrySetResult();
        }

        var removed = false;
        KeptRoom[] left = [];
        if (recoverable && RecoveryId is not null && Namespace.Log is { } log)
        {
            // One step for the log: no event falls between, and who comes back finds what is kept.
            log.Save(() =>
            {
                (removed, left) = Namespace.Registry.Remove(this);
                var user = User == Handshake.User && !Namespace.Server.HasOwnGate ? null : User;
                return removed ? new RecoverySession(Id, RecoveryId, left, user, KeptData, RecoveryStart) : null;
            });
        }
        else
        {
            (removed, left) = Namespace.Registry.Remove(this);
        }

        foreach (var ack in acks ?? [])
        {
            ack.OnGone(this);
        }

        if (!removed)
        {
            return;
        }

        Namespace.Server.Metrics.SocketLeft();
        Namespace.Server.Gate.OnLeft(this);
        SocketLog.Left(Namespace.Server.Logger, Id, Namespace.Name, disconnection.Reason);
        Namespace.OnLeft();
        _ = NotifyLeftAsync(disconnection with { Rooms = Array.ConvertAll(left, room => room.Name) });
    }

    private async Task NotifyLeftAsync(Disconnection disconnection)
    {
        if (Namespace.Definition.Disconnections.Count == 0)
        {
            return;
        }

        // On another thread: the one that ended the connection may be in the middle of a broadcast, or the timer's.
        await Task.Yield();
        foreach (var handler in Namespace.Definition.Disconnections)
        {
            await InvokeAsync(handler, "disconnect", null, disconnection, null);
        }
    }

    /// <summary>Expects an acknowledgement.</summary>
    /// <returns>False if the client has gone.</returns>
    internal bool ExpectAck(AckSink ack)
    {
        lock (_gate)
        {
            if (_gone)
            {
                return false;
            }

            (_acks ??= []).Add(ack.Id, ack);
            return true;
        }
    }

    internal void ForgetAck(long id)
    {
        lock (_gate)
        {
            _acks?.Remove(id);
        }
    }

    /// <summary>An acknowledgement came; one that nobody waits for any more is let go.</summary>
    internal void OnAck(long id, EventArguments arguments)
    {
        AckSink? ack = null;
        lock (_gate)
        {
            _acks?.Remove(id, out ack);
        }

        ack?.OnAck(this, arguments);
    }
}
