using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Sillage.Storage.Backup;
using Sillage.Storage.Postgres;
using Sillage.Storage.Sqlite;

namespace Sillage.Storage;

/// <summary>Every module's database in this process, all on the engine that the options choose.</summary>
internal sealed partial class ModuleDatabases : IAsyncDisposable
{
    private readonly Dictionary<Type, ModuleDatabase> _byModule;
    private readonly ILogger _logger;
    private readonly PostgresSources? _sources;
    private DataFolder? _folder;
    private bool _open;

    public ModuleDatabases(
        IEnumerable<ModuleRegistration> registrations,
        IOptions<StorageOptions> options,
        StorageMetrics metrics,
        TimeProvider clock,
        ILoggerFactory loggers
    )
    {
        Options = options.Value;
        SqliteLibrary.Choose(Options.Sqlite);
        var logger = _logger = loggers.CreateLogger(StorageMetrics.Name);
        var sources = _sources = Options.Postgres is { } server
            ? new PostgresSources(server, Options.PostgresConnections)
            : null;
        var outage = new OutageLog("PostgreSQL", clock, logger);
        _byModule = registrations.ToDictionary(
            registration => registration.Module,
            ModuleDatabase (registration) =>
                sources is null
                    ? new SqliteDatabase(registration, Options.Data, metrics, clock, logger)
                    : new PostgresDatabase(registration, sources, outage, metrics, clock, logger)
        );
    }

    public StorageOptions Options { get; }

    public SqlDialect Dialect => Options.Postgres is null ? SqlDialect.Sqlite : SqlDialect.Postgres;

    public IReadOnlyCollection<ModuleDatabase> All => _byModule.Values;

    /// <summary>A short name for where the databases lie, the same for all processes that name it alike.</summary>
    public string Place => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PlaceText())).AsSpan(0, 4));

    public ModuleDatabase Of(Type module) =>
        _byModule.GetValueOrDefault(module)
        ?? throw new InvalidOperationException(
            $"{module.Name} has no database: call AddModuleDatabase<{module.Name}>."
        );

    /// <summary>Takes the data folder (SQLite), then migrates and opens every database. A second call does nothing.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        if (_open)
        {
            return;
        }

        if (Dialect == SqlDialect.Sqlite)
        {
            _folder ??= DataFolder.Take(Options.Data);
            SqliteRestore.Finish(_folder.Path);
            LogEngine(_logger, SqliteLibrary.Version, SqliteLibrary.IsSystemLibrary, _folder.Path);
        }

        foreach (var database in All)
        {
            await database.OpenAsync(ct);
        }

        _open = true;
    }

    private string PlaceText()
    {
        if (Options.Postgres is not { } server)
        {
            return $"{Environment.MachineName}:{System.IO.Path.GetFullPath(Options.Data)}";
        }

        var parts = new NpgsqlConnectionStringBuilder(server);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in All)
        {
            await database.DisposeAsync();
        }

        if (_sources is not null)
        {
            await _sources.DisposeAsync();
        }

        // Last: whoever takes the folder next finds every file closed.
        _folder?.Dispose();
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Storage is SQLite {Version} (the operating system's: {FromSystem}) in {Folder}."
    )]
    private static partial void LogEngine(ILogger logger, string version, bool fromSystem, string folder);
}
