using System.Reflection;

namespace Sillage.Storage.Events;

/// <summary>A module of the deployment, in whichever process it runs.</summary>
/// <param name="Name">The module's name, which is its database's.</param>
/// <param name="Processes">The processes that have it, by the names they gave themselves.</param>
/// <param name="Address">Where one of them answers; null if none said.</param>
/// <param name="Version">The program's version in the one that was heard of last.</param>
/// <param name="Subscriptions">The events it hears of.</param>
/// <param name="Sections">Its sections of personal data.</param>
/// <param name="SeenAt">When it was heard of last.</param>
/// <param name="IsSilent">Whether that is too long ago (30 s): its process is down. Its events wait for it.</param>
public sealed record DeployedModule(
    string Name,
    IReadOnlyList<string> Processes,
    string? Address,
    string Version,
    IReadOnlyList<string> Subscriptions,
    IReadOnlyList<string> Sections,
    DateTimeOffset SeenAt,
    bool IsSilent
);

/// <summary>
/// The modules of a deployment: those of all processes that share a PostgreSQL, and on SQLite those of this process. Each
/// process says every few seconds that its modules live. Once registered, a module gets its events, whether it lives or not.
/// </summary>
public interface IDeployment
{
    /// <summary>All of them, by name.</summary>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    Task<IReadOnlyList<DeployedModule>> ListAsync(CancellationToken ct);

    /// <summary>
    /// Takes a module out for good: it gets no more events, and nobody waits for it. One that still runs comes back with its
    /// next heartbeat, as one that is started again does.
    /// </summary>
    /// <returns>False if there is no such module.</returns>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    Task<bool> RetireAsync(string module, CancellationToken ct);
}

/// <summary>What this process says of itself in the table of the deployment.</summary>
public sealed class DeployedProcess
{
    /// <summary>Its name, another at every start.</summary>
    public string Name { get; } =
        $"{System.Environment.MachineName}-{System.Environment.ProcessId}-{Guid.CreateVersion7().ToString("N")[^8..]}";

    /// <summary>Where it answers; null until it is known.</summary>
    public string? Address { get; set; }

    /// <summary>The program's version.</summary>
    public string Version { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}

/// <summary>A section of personal data that a module keeps.</summary>
internal sealed record DeployedSection(Type Module, Func<IServiceProvider, string> Name);

/// <summary>A module of this process, as it is written into the table.</summary>
internal sealed record LocalModule(string Name, IReadOnlySet<string> Subscriptions, IReadOnlyList<string> Sections);

/// <summary>The modules that this process brings into the deployment.</summary>
internal sealed class LocalModules(
    ModuleDatabases databases,
    IEnumerable<EventSubscription> subscriptions,
    IEnumerable<DeployedSection> sections,
    IServiceProvider services
)
{
    private IReadOnlyList<LocalModule>? _all;

    // Put together when first asked for: what keeps a section may itself ask who is in the deployment.
    public IReadOnlyList<LocalModule> All =>
        _all ??= [
            .. databases
                .All.Where(database => database.Registration.Survivor is null || Hears(database.Registration.Module))
                .Select(database => Describe(database.Name, database.Registration.Module)),
        ];

    // What outlives a restore is no module, unless it hears of something.
    private bool Hears(Type module) => subscriptions.Any(subscription => subscription.Module == module);

    private LocalModule Describe(string name, Type module) =>
        new(
            name,
            subscriptions
                .Where(subscription => subscription.Module == module)
                .Select(subscription => subscription.EventName)
                .ToHashSet(StringComparer.Ordinal),
            [.. sections.Where(section => section.Module == module).Select(section => section.Name(services))]
        );
}
