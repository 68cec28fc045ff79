using Microsoft.Extensions.DependencyInjection;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.Handlers;

namespace Sillage.SocketIO;

/// <summary>
/// Says what happens in a namespace. Handlers are ordinary methods: a parameter that is a <see cref="ClientSocket"/>, a
/// <see cref="CancellationToken"/> (the connection's end), <see cref="EventArguments"/>, <see cref="EventAck"/>, or a service is filled in; the
/// others are the event's arguments in their order. What a handler returns acknowledges the event, if the client asked for that.
/// </summary>
public class NamespaceBuilder
{
    private readonly IServiceProviderIsService? _services;

    internal NamespaceBuilder(IServiceProvider services) =>
        _services = services.GetService<IServiceProviderIsService>();

    internal NamespaceDefinition Definition { get; } = new();

    /// <summary>
    /// Handles an event. Several handlers of one event run in the order of these calls, each when the one before it has ended; the first
    /// that returns something acknowledges.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="handler">The handler.</param>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    public NamespaceBuilder On(string name, Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(handler);
        if (PacketDecoder.IsReserved(name))
        {
            throw new ArgumentException($"'{name}' is reserved; see OnConnection and OnDisconnect.", nameof(name));
        }

        if (!Definition.Events.TryGetValue(name, out var handlers))
        {
            Definition.Events.Add(name, handlers = []);
        }

        handlers.Add(HandlerCompiler.Compile(handler, _services));
        return this;
    }

    /// <summary>Handles every event that has no handler of its own; a parameter of type <see cref="EventName"/> tells which it is.</summary>
    public NamespaceBuilder OnOther(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Definition.OtherEvents.Add(HandlerCompiler.Compile(handler, _services));
        return this;
    }

    /// <summary>
    /// Sees every event before its handlers do; a parameter of type <see cref="EventName"/> tells which it is. It acknowledges nothing,
    /// and what it throws is logged and stops nobody.
    /// </summary>
    public NamespaceBuilder OnAny(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Definition.Observers.Add(HandlerCompiler.Compile(handler, _services));
        return this;
    }

    /// <summary>Looks at each event before its handlers do, in the order of these calls; see <see cref="EventContext.Refuse"/>.</summary>
    public NamespaceBuilder UseForEvents(Func<EventContext, ValueTask> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Definition.EventMiddleware.Add(middleware);
        return this;
    }

    /// <summary>Called when a client has joined, before any of its events; they wait until it has ended.</summary>
    public NamespaceBuilder OnConnection(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Definition.Connections.Add(HandlerCompiler.Compile(handler, _services, typeof(EngineIO.EngineHandshake)));
        return this;
    }

    /// <summary>
    /// Called once a client has left; a parameter of type <see cref="Disconnection"/> tells why. A <see cref="CancellationToken"/> is
    /// never cancelled here: the connection's end is what there is to handle.
    /// </summary>
    public NamespaceBuilder OnDisconnect(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Definition.Disconnections.Add(HandlerCompiler.Compile(handler, _services, typeof(Disconnection)));
        return this;
    }

    /// <summary>Handles an event that another process of the cluster sent with <see cref="SocketNamespace.ServerSideEmitAsync"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="handler">The handler; what it brings is the answer, as JSON, if the sender asked for one.</param>
    /// <exception cref="ArgumentException">The name is reserved, or has a handler already.</exception>
    public NamespaceBuilder OnServerSideEmit(
        string name,
        Func<SocketNamespace, EventArguments, ValueTask<object?>> handler
    )
    {
        ArgumentNullException.ThrowIfNull(handler);
        SocketEmitter.ThrowIfReserved(name);
        return Definition.ServerSideEvents.TryAdd(name, handler)
            ? this
            : throw new ArgumentException($"'{name}' has a handler already.", nameof(name));
    }

    /// <summary>Looks at each client that wants to join, in the order of these calls; see <see cref="ConnectContext.Refuse"/>.</summary>
    public NamespaceBuilder Use(Func<ConnectContext, ValueTask> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Definition.Middleware.Add(middleware);
        return this;
    }

    /// <summary>Says how clients of this namespace recover, whatever <see cref="SocketIOOptions.Recovery"/> says; null: they do not.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public NamespaceBuilder UseRecovery(RecoveryOptions? options)
    {
        if (options?.Errors().FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(options));
        }

        (Definition.HasOwnRecovery, Definition.OwnRecovery) = (true, options);
        return this;
    }

    /// <summary>Lets in only clients whose user meets these policies of the host's; with none named, the default policy.</summary>
    public NamespaceBuilder RequireAuthorization(params string[] policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        Definition.RequiresUser = true;
        Definition.Policies.AddRange(policies);
        return this;
    }
}
