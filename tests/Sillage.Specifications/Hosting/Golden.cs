using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Sillage.Hosting.Modules;

namespace Sillage.Specifications.Hosting;

/// <summary>
/// Data that modules have migrated once, to be copied for each server of a test assembly: a data folder, or a PostgreSQL database to
/// make others from. Nothing is in the tables yet, so a server that starts on it does all the rest of a first start.
/// </summary>
public static class Golden
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Folders = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Databases = new(StringComparer.Ordinal);

    /// <summary>A fresh database with the modules' tables, as a connection string.</summary>
    public static async Task<string> CreateDatabaseAsync(this PostgresServer postgres, IReadOnlyList<IModule> modules)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        var template = Databases.GetOrAdd(
            Key(modules),
            _ => new Lazy<Task<string>>(async () =>
            {
                var database = await postgres.CreateDatabaseAsync();
                await SillageServer.MigrateAsync(modules, new Dictionary<string, string?> { ["Postgres"] = database });
                return database;
            })
        );
        return await postgres.CreateDatabaseAsync(await template.Value);
    }

    /// <summary>Puts the modules' databases, empty but for their tables, into a data folder.</summary>
    internal static async Task CopyToAsync(string folder, IReadOnlyList<IModule> modules)
    {
        var golden = await Folders.GetOrAdd(Key(modules), _ => new Lazy<Task<string>>(() => MakeAsync(modules))).Value;
        foreach (var file in Directory.EnumerateFiles(golden, "*.db"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "It lives as long as the process, which removes it.")]
    private static async Task<string> MakeAsync(IReadOnlyList<IModule> modules)
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        await SillageServer.MigrateAsync(modules, new Dictionary<string, string?> { ["Data"] = folder });
        return folder;
    }

    private static string Key(IReadOnlyList<IModule> modules) =>
        string.Join(',', modules.Select(module => module.GetType().FullName));
}
