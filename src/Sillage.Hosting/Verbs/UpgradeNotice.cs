using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage;

namespace Sillage.Hosting.Verbs;

/// <summary>What the first start of a newer version says: what it changed in the tables, and from which version to which.</summary>
public static class UpgradeNotice
{
    /// <summary>A line for each database that was brought up to date; none at every other start.</summary>
    public static IEnumerable<string> Lines(IServiceProvider services) =>
        services
            .GetRequiredService<StorageStartup>()
            .Upgrades.Select(upgrade =>
                $"Upgraded {upgrade.Database} from {(upgrade.From is { } from ? $"Sillage {from}" : "an earlier version")} "
                + $"to Sillage {ProgramVersion.Current}: {string.Join(", ", upgrade.Scripts)}"
            );

    /// <summary>Opens the databases for a verb without a server; what that upgraded goes to the error output, beside what the verb prints.</summary>
    public static async Task OpenStorageAsync(this IServiceProvider services, CancellationToken ct)
    {
        await services.GetRequiredService<StorageStartup>().OpenAsync(ct);
        foreach (var line in Lines(services))
        {
            await Console.Error.WriteLineAsync(line);
        }
    }
}
