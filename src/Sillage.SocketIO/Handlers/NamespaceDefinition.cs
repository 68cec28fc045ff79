namespace Sillage.SocketIO.Handlers;

/// <summary>What the program does in a namespace, or in all those of a pattern.</summary>
internal sealed class NamespaceDefinition
{
    public Dictionary<string, CompiledHandler> Events { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Func<SocketNamespace, EventArguments, ValueTask<object?>>> ServerSideEvents { get; } =
        new(StringComparer.Ordinal);
    public CompiledHandler? AnyEvent { get; set; }
    public List<CompiledHandler> Connections { get; } = [];
    public List<CompiledHandler> Disconnections { get; } = [];
    public List<Func<ConnectContext, ValueTask>> Middleware { get; } = [];
    public List<string> Policies { get; } = [];
    public bool RequiresUser { get; set; }
}
