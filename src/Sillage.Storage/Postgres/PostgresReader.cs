using System.Data.Common;
using Dapper;
using Npgsql;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Postgres;

/// <summary>Reads on one connection, in one transaction.</summary>
internal class PostgresReader(SchemaLease lease, NpgsqlTransaction transaction) : IReader
{
    private readonly SchemaLease _lease = lease;
    private readonly NpgsqlTransaction _transaction = transaction;

    public SqlDialect Dialect => SqlDialect.Postgres;

    public DbTransaction? Transaction => _transaction;

    /// <summary>The first error of a statement, after which PostgreSQL would turn a COMMIT into a ROLLBACK.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether whoever reads has seen anything yet.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether statements may have run that this class does not know of.</summary>
    public bool ConnectionWasUsed { get; private set; }

    public async ValueTask<DbConnection> ConnectionAsync(CancellationToken ct = default)
    {
        await _lease.ChooseAsync(ct);
        ConnectionWasUsed = true;
        return _lease.Connection;
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        RunAsync<IReadOnlyList<T>>(
            sql,
            parameters,
            static async (connection, command) => (await connection.QueryAsync<T>(command)).AsList(),
            ct
        );

    public Task<IReadOnlyList<T>> QueryEachAsync<T>(
        Sql sql,
        IReadOnlyCollection<object> rows,
        CancellationToken ct = default
    ) => rows.Count == 0 ? Task.FromResult<IReadOnlyList<T>>([]) : QueryAsync<T>(sql, new PostgresColumns(rows), ct);

    public Task<(IReadOnlyList<T> Rows, bool IsCut)> QueryWithinAsync<T>(
        Sql sql,
        object? parameters,
        long room,
        Func<T, long> sizeOf,
        CancellationToken ct = default
    ) =>
        RunAsync<(IReadOnlyList<T>, bool)>(
            sql,
            parameters,
            async (connection, command) =>
            {
                var rows = new List<T>();
                // What is not read is skipped when the reader is closed, a buffer at a time.
                await using var found = await connection.ExecuteReaderAsync(command);
                var parse = found.GetRowParser<T>();
                while (await found.ReadAsync(ct))
                {
                    if (room < 0)
                    {
                        return (rows, true);
                    }

                    var row = parse(found);
                    rows.Add(row);
                    room -= sizeOf(row);
                }

                return (rows, false);
            },
            ct
        );

    public Task<T?> FirstOrDefaultAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        RunAsync(sql, parameters, static (connection, command) => connection.QueryFirstOrDefaultAsync<T?>(command), ct);

    public Task<T?> ScalarAsync<T>(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        RunAsync(sql, parameters, static (connection, command) => connection.ExecuteScalarAsync<T?>(command), ct);

    protected async Task<T> RunAsync<T>(
        Sql sql,
        object? parameters,
        Func<NpgsqlConnection, CommandDefinition, Task<T>> run,
        CancellationToken ct
    )
    {
        var command = new CommandDefinition(_lease.Text(sql.Postgres), parameters, _transaction, cancellationToken: ct);
        try
        {
            var result = await run(_lease.Connection, command);
            _lease.Ran();
            HasAnswered = true;
            return result;
        }
        catch (NpgsqlException exception)
        {
            Failure ??= exception;
            // All else goes up as it is: the door tells what is worth running again.
            if (PostgresErrors.Translate(exception) is UniqueViolationException taken)
            {
                throw taken;
            }

            throw;
        }
    }
}
