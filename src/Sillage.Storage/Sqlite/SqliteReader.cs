using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Sillage.Storage.Sqlite;

/// <summary>Reads on one connection. SQLite does not wait for a network: every task is complete when it is returned.</summary>
internal class SqliteReader(SqliteSession session) : IReader
{
    public SqlDialect Dialect => SqlDialect.Sqlite;

    /// <summary>Always null: transactions are opened on the engine itself, which the provider need not know of.</summary>
    public DbTransaction? Transaction => null;

    protected SqliteSession Session { get; } = session;

    public ValueTask<DbConnection> ConnectionAsync(CancellationToken ct = default) => new(Session.Connection);

    public Task<IReadOnlyList<T>> QueryAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        Run<IReadOnlyList<T>>(
            sql,
            parameters,
            static (connection, command) => connection.Query<T>(command).AsList(),
            ct
        );

    public async Task<IReadOnlyList<T>> QueryEachAsync<T>(
        Sql sql,
        IReadOnlyCollection<object> rows,
        CancellationToken ct = default
    )
    {
        var found = new List<T>();
        foreach (var row in rows)
        {
            found.AddRange(await QueryAsync<T>(sql, row, ct));
        }

        return found;
    }

    public Task<(IReadOnlyList<T> Rows, bool IsCut)> QueryWithinAsync<T>(
        Sql sql,
        object? parameters,
        long room,
        Func<T, long> sizeOf,
        CancellationToken ct = default
    ) =>
        Run<(IReadOnlyList<T>, bool)>(
            sql,
            parameters,
            (connection, command) =>
            {
                var rows = new List<T>();
                foreach (var row in connection.Query<T>(command.CommandText, command.Parameters, buffered: false))
                {
                    if (room < 0)
                    {
                        return (rows, true);
                    }

                    rows.Add(row);
                    room -= sizeOf(row);
                }

                return (rows, false);
            },
            ct
        );

    public Task<T?> FirstOrDefaultAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        Run(sql, parameters, static (connection, command) => connection.QueryFirstOrDefault<T?>(command), ct);

    public Task<T?> ScalarAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        Run(sql, parameters, static (connection, command) => connection.ExecuteScalar<T?>(command), ct);

    public SqliteStatement Prepare(string sql) => Session.Prepare(sql);

    protected Task<T> Run<T>(
        Sql sql,
        object? parameters,
        Func<SqliteConnection, CommandDefinition, T> run,
        CancellationToken ct
    )
    {
        if (ct.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(ct);
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
