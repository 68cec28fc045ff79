using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Sillage.SocketIO.Handlers;
using Sillage.SocketIO.Rooms;
using Sillage.SocketIO.Telemetry;

namespace Sillage.SocketIO;

/// <summary>The Socket.IO server of an application. Take it from the services to send from anywhere.</summary>
public sealed class SocketIOServer : IBackplaneNode
{
    private readonly ConcurrentDictionary<string, SocketNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private SocketIOBuilder? _definitions;

    internal SocketIOServer(IServiceProvider services)
    {
        Services = services;
        Options = services.GetRequiredService<IOptions<SocketIOOptions>>().Value;
        Metrics = services.GetRequiredService<SocketIOMetrics>();
        Backplane = services.GetService<IBackplane>();
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

    internal IServiceProvider Services { get; }
    internal SocketIOOptions Options { get; }
    internal SocketIOMetrics Metrics { get; }
    internal ILogger Logger { get; }
    internal PacketEncoder Encoder { get; }
    internal Admission Admission { get; }
    internal EngineServer Engine { get; }
    internal IBackplane? Backplane { get; }

    /// <summary>A namespace.</summary>
    /// <exception cref="ArgumentException">No such namespace was mapped, nor a pattern that it fits.</exception>
    public SocketNamespace Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindDefinition(name) is { } definition
            ? GetOrAdd(name, definition)
            : throw new ArgumentException($"There is no namespace '{name}'.", nameof(name));
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
                n => new SocketNamespace(this, n, definition, isDynamic: !_definitions!.IsFixed(n))
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
            // With recovery its absent clients are still to come back to it.
            if (ns.Log is null && ns.Holders == 0 && ns.Count == 0)
            {
                _namespaces.TryRemove(KeyValuePair.Create(ns.Name, ns));
            }
        }
    }

    void IBackplaneNode.OnBroadcast(string @namespace, BackplaneTarget target, BackplaneEvent message)
    {
        if (!_namespaces.TryGetValue(@namespace, out var ns))
        {
            return;
        }

        var json = message.Arguments.ToArray();
        if (
            JsonArguments.TryScan(json, message.Attachments.Count, out var elements) is null
            && elements.Count > 0
            && PacketDecoder.TryReadName(json.AsSpan(elements[0]), out var name)
            && !PacketDecoder.IsReserved(name)
        )
        {
            var arguments = new EventArguments(json, elements, true, message.Attachments, Encoder.Options);
            ns.OnRemoteEvent(SelectionOf(target), name, arguments, message.IsVolatile);
        }
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

        public override ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message) =>
            ((SocketConnection)connection.State!).OnMessageAsync(message);

        public override void OnClose(EngineConnection connection, CloseReason reason, string? detail) =>
            ((SocketConnection?)connection.State)?.OnClose(reason, detail);
    }
}
