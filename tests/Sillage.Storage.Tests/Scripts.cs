using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Migrations;

namespace Sillage.Storage.Tests;

/// <summary>Sets of migrations that no real module has.</summary>
internal static class Scripts
{
    private static readonly ModuleRegistration Specimens = ModuleRegistration.Of<SpecimenModule>("specimen");

    public static void AddModuleWithFailingScript(IServiceCollection services) =>
        services.AddModuleDatabase<SpecimenModule>(
            Specimens with
            {
                Migrations = dialect =>
                {
                    var set = Specimens.Migrations(dialect);
                    const string Fails = "CREATE TABLE half (a int); SELECT nothing FROM nowhere;";
                    return set with { Scripts = [.. set.Scripts, new Migration(2, "fails", Fails)] };
                },
            }
        );

    /// <summary>Opens the module's database as so many programs would, without the lock on the folder.</summary>
    public static async Task OpenAtOnceAsync(StoragePlace place, int times)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var options = new StorageOptions();
        place.Configure(options);
        var metrics = new StorageMetrics(
            services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(),
            TimeProvider.System
        );
        var databases = Enumerable
            .Range(0, times)
            .Select(_ => new ModuleDatabases(
                [Specimens],
                Options.Create(options),
                metrics,
                TimeProvider.System,
                NullLoggerFactory.Instance
            ))
            .ToArray();
        await Task.WhenAll(
            databases.Select(each => Task.Run(() => each.Of(typeof(SpecimenModule)).OpenAsync(CancellationToken.None)))
        );
        foreach (var each in databases)
        {
            await each.DisposeAsync();
        }
    }
}
