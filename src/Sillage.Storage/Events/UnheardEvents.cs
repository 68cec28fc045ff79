namespace Sillage.Storage.Events;

/// <summary>
/// Events that a module here listens to, whose publisher is in no process that this one could hear of: on SQLite one that
/// is not here, on PostgreSQL one that never entered the table of the deployment. Where a broker carries events, nobody can tell.
/// </summary>
public sealed class UnheardEvents
{
    private readonly LocalModules _modules;
    private readonly IDeployment _deployment;
    private readonly IEventBus _bus;

    internal UnheardEvents(LocalModules modules, IDeployment deployment, IEventBus bus) =>
        (_modules, _deployment, _bus) = (modules, deployment, bus);

    /// <summary>Those that nobody published when this process started.</summary>
    public IReadOnlyList<string> AtStart { get; internal set; } = [];

    /// <summary>Their names.</summary>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken ct)
    {
        var heard = _modules.All.SelectMany(module => module.Subscriptions).ToHashSet(StringComparer.Ordinal);
        if (heard.Count == 0 || _bus.ReachesElsewhere)
        {
            return [];
        }

        var present = (await _deployment.ListAsync(ct)).Select(module => module.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. heard
                .Where(name => !present.Contains(name[..name.IndexOf('.', StringComparison.Ordinal)]))
                .Order(StringComparer.Ordinal),
        ];
    }
}
