using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage.Sqlite;

namespace Sillage.Storage;

/// <summary>Every module's database in this process, all on the engine that the options choose.</summary>
internal sealed class ModuleDatabases : IAsyncDisposable
{
    private readonly Dictionary<Type, ModuleDatabase> _byModule;

    public ModuleDatabases(
        IEnumerable<ModuleRegistration> registrations,
        IOptions<StorageOptions> options,
        StorageMetrics metrics,
        TimeProvider clock,
        ILoggerFactory loggers
    )
    {
        Options = options.Value;
        var logger = loggers.CreateLogger(StorageMetrics.Name);
        _byModule = registrations.ToDictionary(
            registration => registration.Module,
            ModuleDatabase (registration) => new SqliteDatabase(registration, Options.Data, metrics, clock, logger)
        );
    }

    public StorageOptions Options { get; }

    public SqlDialect Dialect => Options.Postgres is null ? SqlDialect.Sqlite : SqlDialect.Postgres;

    public IReadOnlyCollection<ModuleDatabase> All => _byModule.Values;

    public ModuleDatabase Of(Type module) =>
        _byModule.GetValueOrDefault(module)
        ?? throw new InvalidOperationException(
            $"{module.Name} has no database: call AddModuleDatabase<{module.Name}>."
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _byModule.Values)
        {
            await database.DisposeAsync();
        }
    }
}
