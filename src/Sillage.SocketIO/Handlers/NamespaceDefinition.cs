namespace Sillage.SocketIO.Handlers;

/// <summary>What the program does in a namespace, or in all those of a pattern.</summary>
internal sealed class NamespaceDefinition
{
    public Dictionary<string, List<CompiledHandler>> Events { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Func<SocketNamespace, EventArguments, ValueTask<object?>>> ServerSideEvents { get; } =
        new(StringComparer.Ordinal);
    public List<CompiledHandler> OtherEvents { get; } = [];
    public List<CompiledHandler> Observers { get; } = [];
    public List<Func<EventContext, ValueTask>> EventMiddleware { get; } = [];
    public List<CompiledHandler> Connections { get; } = [];
    public List<CompiledHandler> Disconnections { get; } = [];
    public List<Func<ConnectContext, ValueTask>> Middleware { get; } = [];
    public List<string> Policies { get; } = [];
    public bool RequiresUser { get; set; }

    /// <summary>Whether it says itself how its clients recover, rather than the server's options.</summary>
    public bool HasOwnRecovery { get; set; }

    public RecoveryOptions? OwnRecovery { get; set; }

    public RecoveryOptions? RecoveryBy(SocketIOOptions server) => HasOwnRecovery ? OwnRecovery : server.Recovery;
}
