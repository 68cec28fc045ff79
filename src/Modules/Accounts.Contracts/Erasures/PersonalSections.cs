using Sillage.Storage.Events;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>A section of people's data that some module of the deployment keeps, or kept.</summary>
/// <param name="Name">Its name, which is its module's.</param>
/// <param name="Since">When it was there first.</param>
/// <param name="IsHere">Whether a process has it at this moment.</param>
/// <param name="RetiredAt">Since when no erasure waits for it any more; null for one that has to answer.</param>
public sealed record PersonalSection(string Name, DateTimeOffset Since, bool IsHere, DateTimeOffset? RetiredAt);

/// <summary>The sections whose answer an erasure needs, for whoever runs the deployment.</summary>
public sealed class PersonalSections
{
    private readonly ErasureList _list;
    private readonly IDeployment _deployment;

    internal PersonalSections(ErasureList list, IDeployment deployment) => (_list, _deployment) = (list, deployment);

    /// <summary>All that there have been, by name.</summary>
    public async Task<IReadOnlyList<PersonalSection>> ReadAsync(CancellationToken ct)
    {
        var here = Here(await _deployment.ListAsync(ct));
        var rows = await _list.ReadSectionsAsync(ct);
        return
        [
            .. rows.Select(row => new PersonalSection(
                row.Section,
                row.Since,
                here.Contains(row.Section),
                row.RetiredAt
            )),
        ];
    }

    /// <summary>
    /// Says that a module is gone for good: it gets no more events, and no erasure waits for it. One that runs, or starts
    /// again, is back.
    /// </summary>
    /// <returns>False if there is none such.</returns>
    public async Task<bool> RetireAsync(string name, CancellationToken ct)
    {
        var wasDeployed = await _deployment.RetireAsync(name, ct);
        return await _list.RetireAsync(name, ct) || wasDeployed;
    }

    /// <summary>The sections that a process has at this moment.</summary>
    internal static HashSet<string> Here(IReadOnlyList<DeployedModule> modules) =>
        modules
            .Where(module => !module.IsSilent)
            .SelectMany(module => module.Sections)
            .ToHashSet(StringComparer.Ordinal);
}
