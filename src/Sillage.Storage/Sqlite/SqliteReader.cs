using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Sillage.Storage.Sqlite;

/// <summary>Reads on one connection. SQLite does not wait for a network: every task is complete when it is returned.</summary>
internal class SqliteReader(SqliteSession session) : IReader
{
    public SqlDialect Dialect => SqlDialect.Sqlite;

    public DbConnection Connection => Session.Connection;

    /// <summary>Always null: transactions are opened on the engine itself, which the provider need not know of.</summary>
    public DbTransaction? Transaction => null;

    protected SqliteSession Session { get; } = session;

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        Sql sql,
        object? parameters = null,
        CancellationToken cancellationToken = default
    ) =>
        Run<IReadOnlyList<T>>(
            sql,
            parameters,
            static (connection, command) => connection.Query<T>(command).AsList(),
            cancellationToken
        );

    public Task<T?> FirstOrDefaultAsync<T>(
        Sql sql,
        object? parameters = null,
        CancellationToken cancellationToken = default
    ) =>
        Run(
            sql,
            parameters,
            static (connection, command) => connection.QueryFirstOrDefault<T?>(command),
            cancellationToken
        );

    public Task<T?> ScalarAsync<T>(Sql sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        Run(sql, parameters, static (connection, command) => connection.ExecuteScalar<T?>(command), cancellationToken);

    public SqliteStatement Prepare(string sql) => Session.Prepare(sql);

    protected Task<T> Run<T>(
        Sql sql,
        object? parameters,
        Func<SqliteConnection, CommandDefinition, T> run,
        CancellationToken cancellationToken
    )
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            return Task.FromResult(run(Session.Connection, new CommandDefinition(sql.Sqlite, parameters)));
        }
        catch (SqliteException exception)
        {
            return Task.FromException<T>(Session.Fail(exception));
        }
    }
}
