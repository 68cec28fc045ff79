using System.Collections.Frozen;

namespace Sillage.Api.Access;

/// <summary>Every permission of the program, and who holds it; the same in each process, whichever modules run there.</summary>
public sealed class Permissions
{
    private readonly FrozenDictionary<string, FrozenSet<string>> _byRole;

    /// <summary>A table of these.</summary>
    /// <exception cref="InvalidOperationException">Two have the same name, or one names a role that does not exist.</exception>
    public Permissions(IEnumerable<Permission> all)
    {
        All = [.. all];
        foreach (var permission in All)
        {
            if (All.Count(other => other.Name == permission.Name) > 1)
            {
                throw new InvalidOperationException($"There are two permissions '{permission.Name}'.");
            }

            if (permission.Roles.FirstOrDefault(role => !Role.All.Contains(role)) is { } unknown)
            {
                throw new InvalidOperationException(
                    $"The permission '{permission.Name}' is given to '{unknown}', which is no role."
                );
            }
        }

        _byRole = Role.All.ToFrozenDictionary(role => role, HeldBy, StringComparer.Ordinal);
    }

    /// <summary>All of them: the server's own, then each module's.</summary>
    public IReadOnlyList<Permission> All { get; }

    /// <summary>The names of what <paramref name="role"/> may do; none for a role that does not exist.</summary>
    public IReadOnlySet<string> Of(string role) =>
        _byRole.TryGetValue(role, out var held) ? held : FrozenSet<string>.Empty;

    private FrozenSet<string> HeldBy(string role) =>
        All.Where(permission => role == Role.Administrator || permission.Roles.Contains(role))
            .Select(permission => permission.Name)
            .ToFrozenSet(StringComparer.Ordinal);
}
