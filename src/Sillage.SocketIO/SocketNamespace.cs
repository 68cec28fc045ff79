using System.Text.Json;
using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Sillage.SocketIO.Handlers;
using Sillage.SocketIO.Rooms;

namespace Sillage.SocketIO;

/// <summary>A namespace: its sockets and rooms, and the ways to reach them.</summary>
public sealed class SocketNamespace
{
    private long _lastAckId;

    internal SocketNamespace(SocketIOServer server, string name, NamespaceDefinition definition, bool isDynamic)
    {
        Server = server;
        Name = name;
        Definition = definition;
        IsDynamic = isDynamic;
        Everyone = new BroadcastOperator(this);
        Log = definition.RecoveryBy(server.Options) is { } recovery
            ? new RecoveryLog(server.Options, recovery, server.Engine.Clock)
            : null;
    }

    /// <summary>Its name, with its slash.</summary>
    public string Name { get; }

    /// <summary>How many clients of this process are in it.</summary>
    public int Count => Registry.Count;

    /// <summary>All who are in it.</summary>
    public BroadcastOperator Everyone { get; }

    internal SocketIOServer Server { get; }

    internal NamespaceDefinition Definition { get; }

    internal RoomRegistry Registry { get; } = new();

    internal RecoveryLog? Log { get; }

    /// <summary>Whether it was made for a pattern; it then goes with its last socket.</summary>
    internal bool IsDynamic { get; }

    /// <summary>How many clients are on their way in. Guarded by the server.</summary>
    internal int Holders { get; set; }

    /// <summary>Until when it is kept although nobody is in it; null where it does not wait to be forgotten. Guarded by the server.</summary>
    internal long? KeptUntil { get; set; }

    /// <summary>Those in any of these rooms.</summary>
    public BroadcastOperator To(params string[] rooms) => Everyone.To(rooms);

    /// <summary>All but those in any of these rooms.</summary>
    public BroadcastOperator Except(params string[] rooms) => Everyone.Except(rooms);

    /// <summary>Those of this process only.</summary>
    public BroadcastOperator Local => Everyone.Local;

    /// <summary>All, but an event may be dropped for each who is not ready to take it.</summary>
    public BroadcastOperator Volatile => Everyone.Volatile;

    /// <summary>Sends an event to all who are in it; see <see cref="BroadcastOperator.EmitAsync"/>.</summary>
    public ValueTask EmitAsync(string name, params ReadOnlySpan<object?> arguments) =>
        Everyone.EmitAsync(name, arguments);

    /// <summary>The socket of this process with an id; null if there is none.</summary>
    public ClientSocket? Find(string id) => Registry.Find(id);

    /// <summary>All who are in it, in this process and in others; see <see cref="BroadcastOperator.FetchSocketsAsync"/>.</summary>
    public Task<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(CancellationToken cancellation = default) =>
        Everyone.FetchSocketsAsync(cancellation);

    /// <summary>Sends an event to the programs of the other processes; see <see cref="NamespaceBuilder.OnServerSideEmit"/>.</summary>
    public ValueTask ServerSideEmitAsync(string name, params ReadOnlySpan<object?> arguments)
    {
        SocketEmitter.ThrowIfReserved(name);
        return Server.Backplane is { } backplane
            ? backplane.ServerSideEmitAsync(Name, ToOthers(name, arguments))
            : ValueTask.CompletedTask;
    }

    /// <summary>As the other, and brings what each of them answered.</summary>
    /// <exception cref="TimeoutException">A process did not answer.</exception>
    public Task<IReadOnlyList<T?>> ServerSideEmitWithAckAsync<T>(string name, params ReadOnlySpan<object?> arguments)
    {
        SocketEmitter.ThrowIfReserved(name);
        return Server.Backplane is { } backplane
            ? AnsweredAsync(backplane, ToOthers(name, arguments))
            : Task.FromResult<IReadOnlyList<T?>>([]);

        async Task<IReadOnlyList<T?>> AnsweredAsync(IBackplane others, BackplaneEvent message)
        {
            var answers = await others.ServerSideEmitWithAckAsync(Name, message, CancellationToken.None);
            return [.. answers.Select(a => JsonSerializer.Deserialize<T>(a.Span, Server.Encoder.Options))];
        }
    }

    private BackplaneEvent ToOthers(string name, ReadOnlySpan<object?> arguments)
    {
        var (json, attachments) = Server.Encoder.Arguments(name, arguments);
        return attachments.Count == 0
            ? new BackplaneEvent(json, [], false)
            : throw new ArgumentException("What is sent from server to server has no bytes.", nameof(arguments));
    }

    /// <summary>The rooms that clients of this process are in, with how many.</summary>
    public IReadOnlyDictionary<string, int> Rooms() => Registry.Rooms();

    internal long NextAckId() => Interlocked.Increment(ref _lastAckId) - 1;

    internal ValueTask BroadcastAsync(BroadcastOperator to, string name, ReadOnlySpan<object?> arguments)
    {
        var backplane = to.IsLocal ? null : Server.Backplane;
        BackplaneEvent? shared = null;
        var writes = new FlushList();
        if (Log is not null)
        {
            var copy = arguments.ToArray();
            Log.Append(
                to.Selection,
                isKept: !to.IsVolatile,
                offset => Encode(to, name, copy, offset, backplane, out shared),
                message => Queue(message, to.Selection, to.IsVolatile, writes)
            );
        }
        else
        {
            Queue(Encode(to, name, arguments, null, backplane, out shared), to.Selection, to.IsVolatile, writes);
        }

        return shared is null
            ? new ValueTask(writes.RunAsync())
            : BothAsync(backplane!.BroadcastAsync(Name, to.Target, shared), writes.RunAsync());

        static async ValueTask BothAsync(ValueTask told, Task written)
        {
            await written;
            await told;
        }
    }

    private OutgoingMessage Encode(
        BroadcastOperator to,
        string name,
        ReadOnlySpan<object?> arguments,
        LogOffset? offset,
        IBackplane? backplane,
        out BackplaneEvent? shared
    )
    {
        if (backplane is null)
        {
            shared = null;
            return Server.Encoder.Event(Name, name, arguments, null, offset);
        }

        var (message, json, attachments) = Server.Encoder.SharedEvent(Name, name, arguments, null, offset);
        shared = new BackplaneEvent(json, attachments, to.IsVolatile);
        return message;
    }

    internal void SendLogged(ClientSocket socket, string name, ReadOnlySpan<object?> arguments, bool isVolatile)
    {
        var copy = arguments.ToArray();
        Log!.Append(
            new Selection([socket.Id], []),
            isKept: !isVolatile,
            offset => Server.Encoder.Event(Name, name, copy, null, offset),
            message => socket.Send(message, isVolatile)
        );
    }

    internal Task<BroadcastAnswers> BroadcastWithAckAsync(
        BroadcastOperator to,
        string name,
        ReadOnlySpan<object?> arguments
    )
    {
        var ack = new BroadcastAck(Server.Engine.NextWheel(), NextAckId(), Server);
        var timeout = to.AckTimeout ?? Server.Options.AckTimeout;
        var (message, json, attachments) = Server.Encoder.SharedEvent(Name, name, arguments, ack.Id, null);
        ack.Start(Server.Engine.Clock.Now + (long)timeout.TotalMilliseconds);
        if (!to.IsLocal && Server.Backplane is { } backplane)
        {
            ack.ExpectOthers();
            _ = AskOthersAsync(backplane, new BackplaneEvent(json, attachments, false));
        }

        SendExpecting(message, ack, to.Selection, ack.Expect);
        ack.Seal();
        return ack.Answers;

        async Task AskOthersAsync(IBackplane others, BackplaneEvent toOthers)
        {
#pragma warning disable CA1031 // The edge: without the others, the answers of this process's clients still count.
            try
            {
                await others.BroadcastWithAckAsync(Name, to.Target, toOthers, timeout, ack);
            }
            catch (Exception e)
            {
                SocketLog.OthersNotAsked(Server.Logger, e, Name);
                ack.OnProcesses(0);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>An event of another process that clients of this one are to acknowledge.</summary>
    internal void OnRemoteEventWithAck(
        Selection selection,
        string name,
        EventArguments arguments,
        TimeSpan? timeout,
        Action<int> clients,
        Action<EventArguments> answer
    )
    {
        var ack = new RelayedAck(Server.Engine.NextWheel(), NextAckId(), answer);
        ack.Start(Server.Engine.Clock.Now + (long)(timeout ?? Server.Options.AckTimeout).TotalMilliseconds);
        var message = Server.Encoder.Event(Name, name, [arguments], ack.Id);
        SendExpecting(message, ack, selection, ack.Expect, clients);
    }

    private void SendExpecting(
        OutgoingMessage message,
        AckSink ack,
        Selection selection,
        Action<ClientSocket> expect,
        Action<int>? counted = null
    )
    {
        var writes = new FlushList();
        var sockets = Registry.Rent(selection, out var count);
        var expected = new List<ClientSocket>(count);
        for (var i = 0; i < count; i++)
        {
            expect(sockets[i]);
            if (sockets[i].ExpectAck(ack))
            {
                expected.Add(sockets[i]);
            }
            else
            {
                ack.OnGone(sockets[i]);
            }
        }

        RoomRegistry.Return(sockets);

        // Told before any of them can answer.
        counted?.Invoke(expected.Count);
        foreach (var socket in expected)
        {
            socket.Send(message, isVolatile: false, writes);
        }

        _ = writes.RunAsync();
        Server.Metrics.Broadcast(expected.Count);
    }

    /// <summary>An event of another process for clients of this one.</summary>
    internal void OnRemoteEvent(Selection selection, string name, EventArguments arguments, bool isVolatile)
    {
        var writes = new FlushList();
        if (Log is not null)
        {
            Log.Append(
                selection,
                isKept: !isVolatile,
                offset => Server.Encoder.Event(Name, name, [arguments], null, offset),
                message => Queue(message, selection, isVolatile, writes)
            );
        }
        else
        {
            Queue(Server.Encoder.Event(Name, name, [arguments]), selection, isVolatile, writes);
        }

        _ = writes.RunAsync();
    }

    internal ValueTask TellAsync(Func<IBackplane, ValueTask> tell) =>
        Server.Backplane is { } backplane ? tell(backplane) : default;

    internal void OnLeft()
    {
        if (IsDynamic)
        {
            Server.RemoveIfEmpty(this);
        }
    }

    /// <summary>Queues a message to all of a selection; the writes are still to be done.</summary>
    private void Queue(OutgoingMessage message, Selection selection, bool isVolatile, FlushList writes)
    {
        var sockets = Registry.Rent(selection, out var count);
        for (var i = 0; i < count; i++)
        {
            sockets[i].Send(message, isVolatile, writes);
        }

        RoomRegistry.Return(sockets);
        Server.Metrics.Broadcast(count);
    }
}
