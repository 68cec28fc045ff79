using System.Text.RegularExpressions;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.Handlers;

namespace Sillage.SocketIO;

/// <summary>Says what a Socket.IO server does. Its own methods are about the namespace <c>/</c>.</summary>
public sealed class SocketIOBuilder : NamespaceBuilder
{
    private readonly IServiceProvider _services;
    private readonly Dictionary<string, NamespaceBuilder> _fixed = new(StringComparer.Ordinal);
    private readonly List<(Func<string, bool> Fits, NamespaceBuilder Builder)> _patterns = [];

    internal SocketIOBuilder(IServiceProvider services)
        : base(services)
    {
        _services = services;
        _fixed["/"] = this;
    }

    /// <summary>A namespace.</summary>
    /// <param name="name">Its name, with or without its slash.</param>
    /// <exception cref="ArgumentException">The name has a comma, or is too long.</exception>
    public NamespaceBuilder Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        name = name.StartsWith('/') ? name : "/" + name;
        if (name.Contains(',', StringComparison.Ordinal) || name.Length > PacketHeader.LongestNamespace)
        {
            throw new ArgumentException("A namespace has no comma and at most 512 bytes.", nameof(name));
        }

        if (!_fixed.TryGetValue(name, out var builder))
        {
            _fixed.Add(name, builder = new NamespaceBuilder(_services));
        }

        return builder;
    }

    /// <summary>All namespaces whose name fits a pattern; each comes to be with its first client and goes with its last.</summary>
    public NamespaceBuilder Of(Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Of(pattern.IsMatch);
    }

    /// <summary>All namespaces whose name passes a test; as for a pattern.</summary>
    public NamespaceBuilder Of(Func<string, bool> fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var builder = new NamespaceBuilder(_services);
        _patterns.Add((fits, builder));
        return builder;
    }

    /// <summary>Handles an event in every namespace that is mapped by now, as <see cref="NamespaceBuilder.On"/> does in one.</summary>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    public SocketIOBuilder OnInAll(string name, Delegate handler)
    {
        foreach (var builder in _fixed.Values.Concat(_patterns.Select(pattern => pattern.Builder)))
        {
            builder.On(name, handler);
        }

        return this;
    }

    /// <summary>Called when a namespace comes to be: each that is mapped when it is first used, each of a pattern with its first client.</summary>
    public SocketIOBuilder OnNewNamespace(Action<SocketNamespace> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        NewNamespace += handler;
        return this;
    }

    internal Action<SocketNamespace>? NewNamespace { get; private set; }

    internal IEnumerable<string> Fixed => _fixed.Keys;

    internal bool IsFixed(string name) => _fixed.ContainsKey(name);

    internal NamespaceDefinition? Find(string name)
    {
        if (_fixed.TryGetValue(name, out var builder))
        {
            return builder.Definition;
        }

        foreach (var (fits, pattern) in _patterns)
        {
            if (fits(name))
            {
                return pattern.Definition;
            }
        }

        return null;
    }
}
