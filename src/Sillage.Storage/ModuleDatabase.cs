using Sillage.Storage.Backup;
using Sillage.Storage.Migrations;

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
            dialect => new MigrationSet(name, [new Migration(1, table.Name, table.Create.For(dialect))]),
            Survivor: table
        );

    /// <summary>Storage's scripts, then the module's.</summary>
    public IReadOnlyList<MigrationSet> AllMigrations(SqlDialect dialect) =>
        [MigrationSet.Storage(dialect), Migrations(dialect)];
}

/// <summary>One module's database on one engine. Usable once it is open.</summary>
internal abstract class ModuleDatabase(ModuleRegistration registration) : IDatabase, IAsyncDisposable
{
    private readonly Signal _published = new();

    public string Name => Registration.Name;

    public abstract SqlDialect Dialect { get; }

    public ModuleRegistration Registration { get; } = registration;

    /// <summary>Raised when an event was committed into the outbox, for the dispatcher to wait on.</summary>
    public Signal Published => _published;

    /// <summary>Migrates the database and makes it ready.</summary>
    public abstract Task OpenAsync(CancellationToken cancellationToken);

    public abstract Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken cancellationToken);

    public abstract Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken cancellationToken);

    public abstract Task WipeDeletedAsync(CancellationToken cancellationToken);

    public abstract Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken cancellationToken);

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

    public Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken cancellationToken) =>
        _database.ReadAsync(read, cancellationToken);

    public Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken cancellationToken) =>
        _database.WriteAsync(work, cancellationToken);

    public Task WipeDeletedAsync(CancellationToken cancellationToken) => _database.WipeDeletedAsync(cancellationToken);

    public Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken cancellationToken) =>
        _database.TryLeaseAsync(work, cancellationToken);
}
