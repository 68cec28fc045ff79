using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Sillage.SocketIO.Handlers;
using Sillage.SocketIO.Rooms;

namespace Sillage.SocketIO;

/// <summary>The Socket.IO server of an application. Take it from the services to send from anywhere.</summary>
public sealed class SocketIOServer : IBackplaneNode
{
    private static readonly TimeSpan UnusedNamespaceLife = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, SocketNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    // Namespaces of patterns that nobody is in, but that may be wanted yet.
    private readonly Queue<SocketNamespace> _deserted = new();
    private SocketIOBuilder? _definitions;

    internal SocketIOServer(IServiceProvider services)
    {
        Services = services;
        Options = services.GetRequiredService<IOptions<SocketIOOptions>>().Value;
        Metrics = services.GetRequiredService<SocketIOMetrics>();
        Backplane = services.GetService<IBackplane>();
        var gate = services.GetService<SocketIOGate>();
        HasOwnGate = gate is not null;
        Gate = gate ?? new FrameworkGate();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        Logger = loggers.CreateLogger("Sillage.SocketIO");
        Encoder = new PacketEncoder(Options.Json);
        Admission = new Admission(this);
        Engine = new EngineServer(
            Options,
            new Protocol(this),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            Metrics,
            loggers
        );
    }

    /// <summary>How many clients are connected to this process.</summary>
    public int ConnectionCount => Engine.Count;

    /// <summary>The namespace <c>/</c>.</summary>
    public SocketNamespace Main => Of("/");

    /// <summary>
    /// Serves a client for which the host speaks: its Engine.IO packets come and go as the frames of a WebSocket on a stream of the host's, whose other
    /// end is the host's to translate into another protocol.
    /// </summary>
    /// <param name="context">The request that the client came with; it is cut when the client has to go at once.</param>
    /// <param name="stream">Bytes of a WebSocket (RFC 6455) on which this is the server.</param>
    /// <returns>Ends with the connection.</returns>
    public Task ServeAsync(HttpContext context, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(stream);
        return Engine.ServeAsync(context, stream);
    }

    internal IServiceProvider Services { get; }
    internal SocketIOOptions Options { get; }
    internal SocketIOMetrics Metrics { get; }
    internal ILogger Logger { get; }
    internal PacketEncoder Encoder { get; }
    internal Admission Admission { get; }
    internal EngineServer Engine { get; }
    internal IBackplane? Backplane { get; }
    internal SocketIOGate Gate { get; }

    /// <summary>Whether the host has something of its own to say about every client.</summary>
    internal bool HasOwnGate { get; }

    /// <summary>
    /// A namespace. One of a pattern is forgotten some time after its last client has left, so it is asked for anew each time.
    /// </summary>
    /// <exception cref="ArgumentException">No such namespace was mapped, nor a pattern that it fits.</exception>
    public SocketNamespace Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_namespaces.TryGetValue(name, out var found))
        {
            return found;
        }

        var definition =
            FindDefinition(name) ?? throw new ArgumentException($"There is no namespace '{name}'.", nameof(name));
        lock (_gate)
        {
            ForgetDeserted();
            var ns = GetOrAdd(name, definition);
            if (ns.IsDynamic)
            {
                // Nobody need ever come: it is not to stay for having been named.
                Desert(ns);
            }

            return ns;
        }
    }

    internal void Define(SocketIOBuilder definitions)
    {
        if (Interlocked.CompareExchange(ref _definitions, definitions, null) is not null)
        {
            throw new InvalidOperationException("The application's Socket.IO server is mapped already.");
        }
    }

    internal NamespaceDefinition? FindDefinition(string name) => _definitions?.Find(name);

    internal SocketNamespace GetOrAdd(string name, NamespaceDefinition definition)
    {
        if (_namespaces.TryGetValue(name, out var found))
        {
            return found;
        }

        lock (_gate)
        {
            return _namespaces.GetOrAdd(
                name,
                n =>
                {
                    var isDynamic = !_definitions!.IsFixed(n);
                    if (isDynamic)
                    {
                        Tell(backplane => backplane.EnterNamespaceAsync(n), n);
                    }

                    var ns = new SocketNamespace(this, n, definition, isDynamic);
                    _definitions.NewNamespace?.Invoke(ns);
                    return ns;
                }
            );
        }
    }

    /// <summary>A namespace that will not be forgotten until it is released.</summary>
    internal SocketNamespace Hold(string name, NamespaceDefinition definition)
    {
        if (_definitions!.IsFixed(name))
        {
            return GetOrAdd(name, definition);
        }

        lock (_gate)
        {
            var ns = GetOrAdd(name, definition);
            ns.Holders++;
            return ns;
        }
    }

    /// <summary>Lets go of a namespace; one of a pattern is forgotten when nobody is in it any more.</summary>
    internal void Release(SocketNamespace ns)
    {
        if (ns.IsDynamic)
        {
            lock (_gate)
            {
                ns.Holders--;
                RemoveIfEmpty(ns);
            }
        }
    }

    /// <summary>A socket has left a namespace of a pattern.</summary>
    internal void RemoveIfEmpty(SocketNamespace ns)
    {
        lock (_gate)
        {
            if (ns.Holders == 0 && ns.Count == 0)
            {
                if (ns.Log is null)
                {
                    Forget(ns);
                }
                else
                {
                    // Its absent clients are still to come back to it.
                    Desert(ns);
                }
            }

            ForgetDeserted();
        }
    }

    /// <summary>Keeps a namespace that nobody is in for as long as a client may be away.</summary>
    private void Desert(SocketNamespace ns)
    {
        if (ns.KeptUntil is null)
        {
            _deserted.Enqueue(ns);
        }

        var keep = ns.Definition.RecoveryBy(Options)?.MaxDisconnection ?? UnusedNamespaceLife;
        ns.KeptUntil = Engine.Clock.Now + (long)keep.TotalMilliseconds;
    }

    /// <summary>Forgets the namespaces whose time is over. Looked after when another one empties: no timer is needed.</summary>
    private void ForgetDeserted()
    {
        while (_deserted.TryPeek(out var ns) && ns.KeptUntil <= Engine.Clock.Now)
        {
            _deserted.Dequeue();
            ns.KeptUntil = null;
            if (ns.Holders == 0 && ns.Count == 0)
            {
                Forget(ns);
            }
        }
    }

    private void Forget(SocketNamespace ns)
    {
        if (_namespaces.TryRemove(KeyValuePair.Create(ns.Name, ns)))
        {
            Tell(backplane => backplane.ExitNamespaceAsync(ns.Name), ns.Name);
        }
    }

    /// <summary>Tells the cluster something that need not be waited for.</summary>
    private void Tell(Func<IBackplane, ValueTask> tell, string @namespace)
    {
        if (Backplane is { } backplane)
        {
            _ = TellAsync();
        }

        async Task TellAsync()
        {
#pragma warning disable CA1031 // The edge: clients come and go whether the cluster can be told or not.
            try
            {
                await tell(backplane);
            }
            catch (Exception e)
            {
                SocketLog.OthersNotAsked(Logger, e, @namespace);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>Joins the cluster with the namespaces that are there from the start.</summary>
    internal async Task JoinClusterAsync(CancellationToken cancellation)
    {
        if (Backplane is not null)
        {
            await Backplane.JoinClusterAsync(this, cancellation);
            foreach (var name in _definitions?.Fixed ?? [])
            {
                await Backplane.EnterNamespaceAsync(name);
                GetOrAdd(name, FindDefinition(name)!);
            }
        }
    }

    /// <summary>The arguments that another process sent; null if they are none.</summary>
    internal EventArguments? ArgumentsOf(BackplaneEvent message, bool isEvent)
    {
        var json = message.Arguments.ToArray();
        return JsonArguments.TryScan(json, message.Attachments.Count, out var elements) is null
            ? new EventArguments(json, elements, isEvent, message.Attachments, Encoder.Options)
            : null;
    }

    void IBackplaneNode.OnBroadcast(string @namespace, BackplaneTarget target, BackplaneEvent message)
    {
        if (TryRead(@namespace, message, out var ns, out var name, out var arguments))
        {
            ns.OnRemoteEvent(SelectionOf(target), name, arguments, message.IsVolatile);
        }
    }

    void IBackplaneNode.OnBroadcastWithAck(
        string @namespace,
        BackplaneTarget target,
        BackplaneEvent message,
        TimeSpan? timeout,
        Action<int> clients,
        Action<BackplaneEvent> answer
    )
    {
        if (!TryRead(@namespace, message, out var ns, out var name, out var arguments))
        {
            clients(0);
            return;
        }

        ns.OnRemoteEventWithAck(
            SelectionOf(target),
            name,
            arguments,
            timeout,
            clients,
            acknowledged =>
            {
                var (json, attachments) = Encoder.Arguments(null, [acknowledged]);
                answer(new BackplaneEvent(json, attachments, false));
            }
        );
    }

    IReadOnlyList<BackplaneSocket> IBackplaneNode.OnFetchSockets(string @namespace, BackplaneTarget target)
    {
        var sockets = new List<BackplaneSocket>();
        Each(@namespace, target, socket => sockets.Add(RemoteSocket.Describe(socket, Encoder.Options)));
        return sockets;
    }

    IReadOnlyList<string> IBackplaneNode.OnFetchRooms(string @namespace) =>
        _namespaces.TryGetValue(@namespace, out var ns)
            ? [.. ns.Rooms().Keys, .. ns.Everyone.LocalSockets().Select(s => s.Id)]
            : [];

    async ValueTask<ReadOnlyMemory<byte>?> IBackplaneNode.OnServerSideEmitAsync(
        string @namespace,
        BackplaneEvent message
    )
    {
        if (
            !TryRead(@namespace, message, out var ns, out var name, out var arguments)
            || !ns.Definition.ServerSideEvents.TryGetValue(name, out var handler)
        )
        {
            return null;
        }

#pragma warning disable CA1031 // The edge: what a handler throws is this process's own affair; the asker gets no answer.
        try
        {
            var answer = await handler(ns, arguments);
            return JsonSerializer.SerializeToUtf8Bytes(answer, Encoder.Options);
        }
        catch (Exception e)
        {
            SocketLog.HandlerFailed(Logger, e, name, ns.Name, "(another server)");
            return null;
        }
#pragma warning restore CA1031
    }

    private bool TryRead(
        string @namespace,
        BackplaneEvent message,
        [NotNullWhen(true)] out SocketNamespace? ns,
        out string name,
        [NotNullWhen(true)] out EventArguments? arguments
    )
    {
        name = "";
        arguments = null;
        if (!_namespaces.TryGetValue(@namespace, out ns))
        {
            return false;
        }

        var json = message.Arguments.ToArray();
        if (
            JsonArguments.TryScan(json, message.Attachments.Count, out var elements) is not null
            || elements.Count == 0
            || !PacketDecoder.TryReadName(json.AsSpan(elements[0]), out var read)
            || PacketDecoder.IsReserved(read)
        )
        {
            return false;
        }

        name = read;
        arguments = new EventArguments(json, elements, true, message.Attachments, Encoder.Options);
        return true;
    }

    void IBackplaneNode.OnJoin(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        Each(@namespace, target, socket => _ = rooms.Count(socket.Join));

    void IBackplaneNode.OnLeave(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        Each(@namespace, target, socket => _ = rooms.Count(socket.Leave));

    void IBackplaneNode.OnDisconnect(string @namespace, BackplaneTarget target, bool close) =>
        Each(@namespace, target, socket => socket.Disconnect(close));

    private void Each(string @namespace, BackplaneTarget target, Action<ClientSocket> act)
    {
        if (!_namespaces.TryGetValue(@namespace, out var ns))
        {
            return;
        }

        var sockets = ns.Registry.Rent(SelectionOf(target), out var count);
        for (var i = 0; i < count; i++)
        {
            act(sockets[i]);
        }

        RoomRegistry.Return(sockets);
    }

    private static Selection SelectionOf(BackplaneTarget target) => new([.. target.Rooms], [.. target.Except]);

    /// <summary>Socket.IO on Engine.IO.</summary>
    private sealed class Protocol(SocketIOServer server) : EngineHandler
    {
        public override void OnOpen(EngineConnection connection)
        {
            connection.State = new SocketConnection(server, connection);
            connection.SetJoinDeadline(server.Options.ConnectTimeout);
        }

        /// <summary>The error packet of Socket.IO protocol 4 and before: its clients show it as their <c>error</c> event.</summary>
        internal override string? ToProtocol3 =>
            "4\"This server speaks Socket.IO protocol 5 (Engine.IO 4), your client an older one: install socket.io-client 3 or later "
            + "(Dart socket_io_client 2, Swift 16, Java 2, C++ 3, Python 5, .NET 3).\"";

        public override ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message) =>
            ((SocketConnection)connection.State!).OnMessageAsync(message);

        public override void OnClose(EngineConnection connection, CloseReason reason, string? detail) =>
            ((SocketConnection?)connection.State)?.OnClose(reason, detail);
    }
}
