using System.Data.Common;
using Dapper;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>Reads on one connection, in one transaction.</summary>
internal class PostgresReader(NpgsqlConnection connection, NpgsqlTransaction transaction) : IReader
{
    private readonly NpgsqlConnection _connection = connection;
    private readonly NpgsqlTransaction _transaction = transaction;

    public SqlDialect Dialect => SqlDialect.Postgres;

    public DbConnection Connection
    {
        get
        {
            ConnectionWasUsed = true;
            return _connection;
        }
    }

    public DbTransaction? Transaction => _transaction;

    /// <summary>The first error of a statement, after which PostgreSQL would turn a COMMIT into a ROLLBACK.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether whoever reads has seen anything yet.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether statements may have run that this class does not know of.</summary>
    public bool ConnectionWasUsed { get; private set; }

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        Sql sql,
        object? parameters = null,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync<IReadOnlyList<T>>(
            sql,
            parameters,
            static async (connection, command) => (await connection.QueryAsync<T>(command)).AsList(),
            cancellationToken
        );

    public Task<T?> FirstOrDefaultAsync<T>(
        Sql sql,
        object? parameters = null,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            sql,
            parameters,
            static (connection, command) => connection.QueryFirstOrDefaultAsync<T?>(command),
            cancellationToken
        );

    public Task<T?> ScalarAsync<T>(Sql sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            sql,
            parameters,
            static (connection, command) => connection.ExecuteScalarAsync<T?>(command),
            cancellationToken
        );

    protected async Task<T> RunAsync<T>(
        Sql sql,
        object? parameters,
        Func<NpgsqlConnection, CommandDefinition, Task<T>> run,
        CancellationToken cancellationToken
    )
    {
        var command = new CommandDefinition(
            sql.Postgres,
            parameters,
            _transaction,
            cancellationToken: cancellationToken
        );
        try
        {
            var result = await run(_connection, command);
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
