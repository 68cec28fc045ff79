namespace Sillage.Storage;

/// <summary>
/// The door to one module's data: a file of its own on SQLite, a schema of its own on PostgreSQL. Everything a slice
/// does with storage goes through a reader or a unit of work that this door hands out.
/// </summary>
public interface IDatabase
{
    /// <summary>The module's name: the file is <c>{Name}.db</c>, the schema <c>{Name}</c>.</summary>
    string Name { get; }

    /// <summary>The SQL dialect spoken behind the door.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Runs <paramref name="read"/> on one consistent snapshot. Reads never wait for writes.</summary>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct);

    /// <summary>
    /// Runs <paramref name="work"/> as one atomic unit and returns when it is durable. An exception from the work rolls
    /// back that unit and no other. Several queued units may share one commit (group commit), and the work may be run
    /// again after a deadlock: it touches nothing but the unit, and awaits nothing but the unit's own methods.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">
    /// Nothing was stored: the engine cannot be reached, the disk is full or the queue is; the caller may try again.
    /// </exception>
    Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct);

    /// <summary>
    /// Removes what deleted rows have left behind, while reads and writes go on, and returns when it is done. On SQLite no
    /// byte of a row deleted before is in the module's files then; on PostgreSQL its tables are vacuumed, and what remains is
    /// PostgreSQL's to overwrite.
    /// </summary>
    /// <exception cref="NotSupportedException">The SQLite file is too large for it (128 GB with pages of 4 KB).</exception>
    Task WipeDeletedAsync(CancellationToken ct);

    /// <summary>
    /// Takes the right to a work in the background that one process does at a time. Disposing gives it back, and so does
    /// the end of the process. It keeps processes from doing the same at once; what must not be done twice needs more, as
    /// a connection may end without its holder's knowing.
    /// </summary>
    /// <param name="work">A name for the work, the same in every process.</param>
    /// <param name="ct">Ends the wait for a connection.</param>
    /// <returns>Null if another process has it.</returns>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken ct);
}

/// <summary>The database of the module <typeparamref name="TModule"/>.</summary>
public interface IDatabase<TModule> : IDatabase;
