using System.Data.Common;

namespace Sillage.Storage;

/// <summary>
/// One consistent snapshot of a module's data. Rows map to records by Dapper: a column to the constructor parameter or
/// property of the same name, case and underscores aside. <see cref="Guid"/>, <see cref="DateTimeOffset"/>
/// (microseconds), <see cref="bool"/>, <see cref="long"/>, <see cref="string"/> and byte arrays behave the
/// same in both dialects; take <see cref="long"/> for every whole number.
/// </summary>
public interface IReader
{
    /// <summary>The dialect that the connection speaks.</summary>
    SqlDialect Dialect { get; }

    /// <summary>
    /// The open connection, for what Dapper does not cover (COPY, prepared hot paths), with the module's schema chosen. Never
    /// close it.
    /// </summary>
    ValueTask<DbConnection> ConnectionAsync(CancellationToken ct = default);

    /// <summary>The transaction that commands made by hand on the connection must carry, if there is one.</summary>
    DbTransaction? Transaction { get; }

    /// <summary>All rows.</summary>
    Task<IReadOnlyList<T>> QueryAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default);

    /// <summary>
    /// What is found for each of many rows: the statement of SQLite runs for one after the other, that of PostgreSQL once, in which each property
    /// is an array, for <c>unnest</c>. All rows of the one come before those of the next, on PostgreSQL if the statement orders them so.
    /// </summary>
    Task<IReadOnlyList<T>> QueryEachAsync<T>(Sql sql, IReadOnlyCollection<object> rows, CancellationToken ct = default);

    /// <summary>
    /// The first rows, as many as have room for: those whose sizes come to <paramref name="room"/> and the one that goes beyond. The others are not kept in memory.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="room">How much room there is.</param>
    /// <param name="sizeOf">How much of it a row takes.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>The rows, and whether there are others.</returns>
    Task<(IReadOnlyList<T> Rows, bool IsCut)> QueryWithinAsync<T>(
        Sql sql,
        object? parameters,
        long room,
        Func<T, long> sizeOf,
        CancellationToken ct = default
    );

    /// <summary>The first row, or the type's default where there is none.</summary>
    Task<T?> FirstOrDefaultAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default);

    /// <summary>The first column of the first row.</summary>
    Task<T?> ScalarAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default);
}
