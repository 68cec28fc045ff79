using Sillage.SocketIO.Rooms;

namespace Sillage.SocketIO;

/// <summary>Who is meant by a broadcast and how it is sent. Each method gives a new one; this one stays as it is.</summary>
public sealed class BroadcastOperator
{
    private readonly SocketNamespace _namespace;

    internal BroadcastOperator(SocketNamespace @namespace) => _namespace = @namespace;

    private BroadcastOperator(BroadcastOperator other)
    {
        _namespace = other._namespace;
        Selection = other.Selection;
        IsVolatile = other.IsVolatile;
        IsLocal = other.IsLocal;
        AckTimeout = other.AckTimeout;
    }

    internal Selection Selection { get; private init; } = Selection.Everyone;

    internal bool IsVolatile { get; private init; }

    internal bool IsLocal { get; private init; }

    internal TimeSpan? AckTimeout { get; private init; }

    /// <summary>Those in any of these rooms, added to rooms named before. A socket's id is a room of its own.</summary>
    public BroadcastOperator To(params string[] rooms)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        return new BroadcastOperator(this) { Selection = Selection with { Rooms = [.. Selection.Rooms, .. rooms] } };
    }

    /// <summary>But none in any of these rooms.</summary>
    public BroadcastOperator Except(params string[] rooms)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        return new BroadcastOperator(this) { Selection = Selection with { Except = [.. Selection.Except, .. rooms] } };
    }

    /// <summary>May be dropped for each client that is not ready to take it.</summary>
    public BroadcastOperator Volatile => new(this) { IsVolatile = true };

    /// <summary>Only clients of this process.</summary>
    public BroadcastOperator Local => new(this) { IsLocal = true };

    /// <summary>How long the acknowledgements may take.</summary>
    public BroadcastOperator Timeout(TimeSpan timeout) => new(this) { AckTimeout = timeout };

    /// <summary>Sends an event to all who are meant; it is made into bytes once.</summary>
    /// <param name="name">The event's name; not a reserved one.</param>
    /// <param name="arguments">Its arguments, as for <see cref="ClientSocket.EmitAsync"/>.</param>
    /// <returns>Ends when clients of this process have it queued and other processes were told.</returns>
    public ValueTask EmitAsync(string name, params ReadOnlySpan<object?> arguments)
    {
        SocketEmitter.ThrowIfReserved(name);
        return _namespace.BroadcastAsync(this, name, arguments);
    }

    /// <summary>
    /// Sends an event to all who are meant, in other processes too, and collects their acknowledgements. Ends when all have
    /// answered, or after <see cref="SocketIOOptions.AckTimeout"/> if <see cref="Timeout"/> does not say otherwise.
    /// </summary>
    public Task<BroadcastAnswers> EmitWithAckAsync(string name, params ReadOnlySpan<object?> arguments)
    {
        SocketEmitter.ThrowIfReserved(name);
        return _namespace.BroadcastWithAckAsync(this, name, arguments);
    }

    /// <summary>All who are meant, in this process and in others.</summary>
    /// <exception cref="TimeoutException">A process did not answer.</exception>
    public async Task<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(CancellationToken cancellation = default)
    {
        var options = _namespace.Server.Encoder.Options;
        List<RemoteSocket> sockets =
        [
            .. LocalSockets().Select(s => new RemoteSocket(_namespace, RemoteSocket.Describe(s, options))),
        ];
        if (!IsLocal && _namespace.Server.Backplane is { } backplane)
        {
            var others = await backplane.FetchSocketsAsync(_namespace.Name, Target, cancellation);
            sockets.AddRange(others.Select(s => new RemoteSocket(_namespace, s)));
        }

        return sockets;
    }

    /// <summary>The sockets of this process that are meant.</summary>
    public IReadOnlyList<ClientSocket> LocalSockets()
    {
        var rented = _namespace.Registry.Rent(Selection, out var count);
        ClientSocket[] sockets = [.. rented.AsSpan(0, count)];
        RoomRegistry.Return(rented);
        return sockets;
    }

    /// <summary>Makes all who are meant enter rooms.</summary>
    public ValueTask JoinAsync(params string[] rooms)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        foreach (var socket in LocalSockets())
        {
            foreach (var room in rooms)
            {
                socket.Join(room);
            }
        }

        return IsLocal ? default : _namespace.TellAsync(b => b.JoinAsync(_namespace.Name, Target, rooms));
    }

    /// <summary>Makes all who are meant leave rooms.</summary>
    public ValueTask LeaveAsync(params string[] rooms)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        foreach (var socket in LocalSockets())
        {
            foreach (var room in rooms)
            {
                socket.Leave(room);
            }
        }

        return IsLocal ? default : _namespace.TellAsync(b => b.LeaveAsync(_namespace.Name, Target, rooms));
    }

    /// <summary>Takes all who are meant out of the namespace; with <paramref name="close"/> their connections end.</summary>
    public ValueTask DisconnectAsync(bool close = false)
    {
        foreach (var socket in LocalSockets())
        {
            socket.Disconnect(close);
        }

        return IsLocal ? default : _namespace.TellAsync(b => b.DisconnectAsync(_namespace.Name, Target, close));
    }

    internal Backplane.BackplaneTarget Target => new(Selection.Rooms, Selection.Except);
}
