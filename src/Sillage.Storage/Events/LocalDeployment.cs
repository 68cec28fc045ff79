namespace Sillage.Storage.Events;

/// <summary>The deployment that is this process alone.</summary>
internal sealed class LocalDeployment(LocalModules modules, DeployedProcess process, TimeProvider clock) : IDeployment
{
    public Task<IReadOnlyList<DeployedModule>> ListAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return Task.FromResult<IReadOnlyList<DeployedModule>>([
            .. modules
                .All.OrderBy(module => module.Name, StringComparer.Ordinal)
                .Select(module => new DeployedModule(
                    module.Name,
                    [process.Name],
                    process.Address,
                    process.Version,
                    [.. module.Subscriptions.Order(StringComparer.Ordinal)],
                    module.Sections,
                    now,
                    false
                )),
        ]);
    }

    /// <summary>What runs here is not to be retired, and nothing else is known.</summary>
    public Task<bool> RetireAsync(string module, CancellationToken ct) => Task.FromResult(false);
}
