using Sillage.Storage.Migrations;
using Sillage.Storage.Work;

namespace Sillage.Storage;

/// <summary>A module's database as registered.</summary>
/// <param name="Module">The type that names the module.</param>
/// <param name="Name">The file's and the schema's name.</param>
/// <param name="Migrations">The module's own scripts for a dialect.</param>
/// <param name="Survivor">The table that a restore does not replace; null if it replaces everything.</param>
/// <param name="Companion">The schema of the second file that the module has on SQLite; null if it has none.</param>
internal sealed record ModuleRegistration(
    Type Module,
    string Name,
    Func<SqlDialect, MigrationSet> Migrations,
    string? Companion = null,
    SurvivingTable? Survivor = null
)
{
    /// <summary>Tables of the module's own file whose rows are in no backup, those that refer before those referred to.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    public static ModuleRegistration Of<TModule>(string name, string? companion = null) =>
        new(
            typeof(TModule),
            name,
            dialect => MigrationSet.FromAssembly(name, typeof(TModule).Assembly, dialect),
            companion
        );

    public static ModuleRegistration Of<TModule>(string name, SurvivingTable table) =>
        new(
            typeof(TModule),
            name,
            dialect => new MigrationSet(
                name,
                [
                    new Migration(1, table.Name, table.Create.For(dialect)),
                    .. table.Later.Select((script, i) => new Migration(i + 2, table.Name, script.For(dialect))),
                ]
            ),
            Survivor: table
        );

    /// <summary>Tables that do not move to PostgreSQL by themselves.</summary>
    public IReadOnlyList<MovedTable> Moved { get; init; } = [];

    /// <summary>What other projects bring into the module's database.</summary>
    public IReadOnlyList<DatabasePart> Parts { get; init; } = [];

    /// <summary>Storage's scripts, then those of the parts, then the module's, which may refer to the tables of both.</summary>
    public IReadOnlyList<MigrationSet> AllMigrations(SqlDialect dialect) =>
        [
            MigrationSet.Storage(dialect),
            .. Parts.Select(part => MigrationSet.FromAssembly(part.Name, part.Scripts, dialect)),
            Migrations(dialect),
        ];
}

/// <summary>One module's database on one engine. Usable once it is open.</summary>
internal abstract class ModuleDatabase(ModuleRegistration registration) : IDatabase, IAsyncDisposable
{
    public string Name => Registration.Name;

    public abstract SqlDialect Dialect { get; }

    public ModuleRegistration Registration { get; } = registration;

    /// <summary>What opening it changed in tables that were there before; null for nothing.</summary>
    public DatabaseUpgrade? Upgrade { get; protected set; }

    /// <summary>Raised when an event was committed into the outbox, for the dispatcher to wait on.</summary>
    public Signal Published { get; } = new();

    /// <summary>Raised when an event was put into the inbox, for the pump to wait on.</summary>
    public Signal Received { get; } = new();

    /// <summary>What wakes the pump of this database's jobs.</summary>
    public WorkSignals Work { get; } = new();

    /// <summary>Migrates the database and makes it ready.</summary>
    public abstract Task OpenAsync(CancellationToken ct);

    public abstract Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct);

    public abstract Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct);

    public abstract Task WipeDeletedAsync(CancellationToken ct);

    public abstract Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    protected InvalidOperationException NotOpen() =>
        new($"The database {Name} is not open. Start the host, or call StorageStartup.OpenAsync, first.");
}

/// <summary>What modules ask for: the database of <typeparamref name="TModule"/>, whichever engine is behind it.</summary>
internal sealed class Database<TModule>(ModuleDatabases databases) : IDatabase<TModule>
{
    private readonly ModuleDatabase _database = databases.Of(typeof(TModule));

    public string Name => _database.Name;

    public SqlDialect Dialect => _database.Dialect;

    public Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct) => _database.ReadAsync(read, ct);

    public Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct) =>
        _database.WriteAsync(work, ct);

    public Task WipeDeletedAsync(CancellationToken ct) => _database.WipeDeletedAsync(ct);

    public Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken ct) =>
        _database.TryLeaseAsync(work, ct);
}
