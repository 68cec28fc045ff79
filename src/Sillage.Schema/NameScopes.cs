using System.Text;

namespace Sillage.Schema;

/// <summary>
/// Finds a name that an object has twice. Small objects are searched one by one without allocating; one with many names
/// gets a set, so that no object costs more than its length.
/// </summary>
public sealed class NameScopes
{
    private const int SmallScope = 24;

    private readonly List<Slice> _names = [];
    private readonly List<Scope> _scopes = [];

    /// <summary>An object begins.</summary>
    public void Open() => _scopes.Add(new Scope(_names.Count, null));

    /// <summary>The innermost object ends.</summary>
    public void Close()
    {
        var first = _scopes[^1].First;
        _names.RemoveRange(first, _names.Count - first);
        _scopes.RemoveAt(_scopes.Count - 1);
    }

    /// <summary>Forgets all objects: another text begins.</summary>
    public void Clear()
    {
        _names.Clear();
        _scopes.Clear();
    }

    /// <summary>Adds a name to the innermost object.</summary>
    /// <returns>False if it is there already.</returns>
    public bool Add(Slice name, TextSource source)
    {
        var scope = _scopes[^1];
        if (scope.Many is { } many)
        {
            return many.Add(Encoding.UTF8.GetString(source.Of(name)));
        }

        var text = source.Of(name);
        for (var i = scope.First; i < _names.Count; i++)
        {
            if (_names[i].Length == name.Length && source.Of(_names[i]).SequenceEqual(text))
            {
                return false;
            }
        }

        _names.Add(name);
        if (_names.Count - scope.First > SmallScope)
        {
            var set = new HashSet<string>(StringComparer.Ordinal);
            for (var i = scope.First; i < _names.Count; i++)
            {
                set.Add(Encoding.UTF8.GetString(source.Of(_names[i])));
            }

            _scopes[^1] = scope with { Many = set };
        }

        return true;
    }

    private readonly record struct Scope(int First, HashSet<string>? Many);
}
