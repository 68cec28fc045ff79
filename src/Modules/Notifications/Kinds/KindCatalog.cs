using Sillage.Notifications.Contracts;

namespace Sillage.Notifications.Kinds;

/// <summary>Every kind that a module of this program declares, whichever modules run here.</summary>
internal sealed class KindCatalog
{
    private readonly SortedDictionary<string, NotificationKind> _kinds = new(StringComparer.Ordinal);

    public KindCatalog(IEnumerable<NotificationKind> kinds)
    {
        foreach (var kind in kinds)
        {
            if (!_kinds.TryAdd(kind.Name, kind))
            {
                throw new InvalidOperationException($"The kind of notification '{kind.Name}' is declared twice.");
            }
        }
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyCollection<NotificationKind> All => _kinds.Values;

    /// <summary>The kind of this name; null if there is none.</summary>
    public NotificationKind? Find(string name) => _kinds.GetValueOrDefault(name);
}
