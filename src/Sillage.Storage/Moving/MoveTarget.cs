using System.Globalization;
using Dapper;
using Npgsql;
using Sillage.Storage.Backup;
using Sillage.Storage.Mapping;
using Sillage.Storage.Postgres;

namespace Sillage.Storage.Moving;

/// <summary>
/// An empty PostgreSQL database that is being filled. What comes goes into schemas beside those that servers look for, until all of it is there; how
/// far it has come stands in a schema of its own, so that a move which was killed goes on.
/// </summary>
internal sealed class MoveTarget : IAsyncDisposable
{
    /// <summary>What the schemas' names end in until the move is done.</summary>
    public const string Suffix = "_moving";

    private const string State = "sillage_moving";

    private const string SelectForeign = """
        SELECT n.nspname AS schema, obj_description(n.oid, 'pg_namespace') AS comment FROM pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL(@Ours)
          AND (n.nspname = ANY(@Modules) OR EXISTS (
            SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND NOT EXISTS (
              SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')))
        ORDER BY 1 LIMIT 1
        """;

    private const string CreateState = $"""
        CREATE SCHEMA {State};
        CREATE TABLE {State}.move (folder text NOT NULL, fingerprint text NOT NULL, program text NOT NULL);
        CREATE TABLE {State}.progress (
          module text NOT NULL, name text NOT NULL, rows bigint NOT NULL, PRIMARY KEY (module, name));
        INSERT INTO {State}.move (folder, fingerprint, program) VALUES (@Folder, @Fingerprint, @Program)
        """;

    private const string SelectState = $"SELECT folder, fingerprint, program FROM {State}.move";

    private const string SelectDone = $"SELECT rows FROM {State}.progress WHERE module = @Module AND name = @Name";

    private const string UpsertDone = $"""
        INSERT INTO {State}.progress (module, name, rows) VALUES (@Module, @Name, @Rows)
        ON CONFLICT (module, name) DO UPDATE SET rows = excluded.rows
        """;

    private readonly string _connectionString;
    private readonly NpgsqlConnection _connection;
    private readonly TimeProvider _clock;

    private MoveTarget(string connectionString, NpgsqlConnection connection, TimeProvider clock)
    {
        _connectionString = connectionString;
        _connection = connection;
        _clock = clock;
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        Place = string.Create(CultureInfo.InvariantCulture, $"{connection.Database} at {parts.Host}:{parts.Port}");
    }

    /// <summary>The database and its server.</summary>
    public string Place { get; }

    /// <summary>Connects, and keeps other moves away.</summary>
    /// <exception cref="MoveException">Another move is under way, or a server is connected.</exception>
    public static async Task<MoveTarget> OpenAsync(string connectionString, TimeProvider clock, CancellationToken ct)
    {
        DapperMapping.Register();
        var settings = PostgresBackup.ForMaintenance(connectionString);
        var connection = new NpgsqlConnection(settings);
        try
        {
            await connection.OpenAsync(ct);
            var target = new MoveTarget(settings, connection, clock);
            if (
                !await connection.ExecuteScalarAsync<bool>(
                    "SELECT pg_try_advisory_lock(@Key)",
                    new { Key = PostgresLeases.Key("move") }
                )
            )
            {
                throw new MoveException($"Another move into the PostgreSQL database {target.Place} is under way.");
            }

            if (await connection.ExecuteScalarAsync<string>("SHOW server_encoding") is not "UTF8" and var encoding)
            {
                throw new MoveException(
                    $"The PostgreSQL database {target.Place} keeps texts as {encoding}. Make one with ENCODING 'UTF8'."
                );
            }

            await target.RefuseIfServingAsync(null);
            return target;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes sure that nothing is there but what an earlier attempt of the same move left.</summary>
    /// <param name="source">What is moved.</param>
    /// <param name="restart">Whether to remove what an attempt left.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="MoveException">The database is not empty, or an attempt at something else left it so.</exception>
    public async Task BeginAsync(MoveSource source, bool restart, CancellationToken ct)
    {
        if (restart)
        {
            await DropAsync(source);
        }

        await RefuseIfNotEmptyAsync(source, null);
        var begun = await HasBegunAsync() ? await _connection.QuerySingleAsync<Begun>(SelectState) : null;
        if (begun is null)
        {
            await using var transaction = await _connection.BeginTransactionAsync(ct);
            await _connection.ExecuteAsync(
                CreateState,
                new
                {
                    source.Folder,
                    source.Fingerprint,
                    Program = ProgramVersion.Current,
                },
                transaction
            );
            await transaction.CommitAsync(ct);
            return;
        }

        const string Again = "Begin again with --restart, which removes what came with it.";
        if (begun.Program != ProgramVersion.Current)
        {
            throw new MoveException(
                $"The move into {Place} was begun by Sillage {begun.Program}, and this is Sillage {ProgramVersion.Current}. {Again}"
            );
        }

        if (begun.Fingerprint != source.Fingerprint)
        {
            throw new MoveException(
                $"The move into {Place} was begun from {begun.Folder}, and {source.Folder} is not as that was then. {Again}"
            );
        }
    }

    /// <summary>A connection whose unqualified names are those of a module's schema in the making.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string module, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(_connectionString) { SearchPath = module + Suffix };
        var connection = new NpgsqlConnection(settings.ToString());
        await connection.OpenAsync(ct);
        return connection;
    }

    /// <summary>How many rows of a table are there; null if none of it was begun.</summary>
    public static Task<long?> DoneAsync(NpgsqlConnection connection, string module, string table) =>
        connection.ExecuteScalarAsync<long?>(SelectDone, new { Module = module, Name = table });

    /// <summary>Notes how many rows of a table are there.</summary>
    public static Task NoteAsync(NpgsqlConnection connection, string module, string table, long rows) =>
        connection.ExecuteAsync(
            UpsertDone,
            new
            {
                Module = module,
                Name = table,
                Rows = rows,
            }
        );

    /// <summary>Gives the schemas the names that servers look for, all at once.</summary>
    public async Task FinishAsync(MoveSource source, CancellationToken ct)
    {
        await using var transaction = await _connection.BeginTransactionAsync(ct);
        await RefuseIfServingAsync(transaction);
        await RefuseIfNotEmptyAsync(source, transaction);
        var at = _clock.GetUtcNow().UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
        foreach (var module in source.Modules)
        {
            var schema = PostgresBackup.Quote(module.Name);
            await _connection.ExecuteAsync(
                $"ALTER SCHEMA {PostgresBackup.Quote(module.Name + Suffix)} RENAME TO {schema}; COMMENT ON SCHEMA {schema} IS 'moved from SQLite at {at}'",
                transaction: transaction
            );
        }

        await _connection.ExecuteAsync($"DROP SCHEMA {State} CASCADE", transaction: transaction);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Removes what an attempt left.</summary>
    public async Task DropAsync(MoveSource source)
    {
        foreach (var schema in Ours(source))
        {
            await _connection.ExecuteAsync($"DROP SCHEMA IF EXISTS {PostgresBackup.Quote(schema)} CASCADE");
        }
    }

    /// <summary>Whether an attempt left something.</summary>
    public Task<bool> HasBegunAsync() =>
        _connection.ExecuteScalarAsync<bool>("SELECT to_regclass(@Table) IS NOT NULL", new { Table = $"{State}.move" });

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static string[] Ours(MoveSource source) => [State, .. source.Known.Select(name => name + Suffix)];

    private async Task RefuseIfServingAsync(NpgsqlTransaction? transaction)
    {
        if (await PostgresServers.AreConnectedAsync(_connection, transaction, _clock))
        {
            throw new MoveException(
                $"A Sillage server is connected to the PostgreSQL database {Place}. Stop every server before a move."
            );
        }
    }

    private async Task RefuseIfNotEmptyAsync(MoveSource source, NpgsqlTransaction? transaction)
    {
        var parameters = new { Ours = Ours(source), Modules = source.Known };
        if (await _connection.QueryFirstOrDefaultAsync<Foreign>(SelectForeign, parameters, transaction) is { } foreign)
        {
            var comment = foreign.Comment is null ? "" : $" ({foreign.Comment})";
            throw new MoveException(
                $"The PostgreSQL database {Place} is not empty: it has the schema {foreign.Schema}{comment}. Make a new one with CREATE DATABASE, and name it in the setting Postgres."
            );
        }
    }

    private sealed record Begun(string Folder, string Fingerprint, string Program);

    private sealed record Foreign(string Schema, string? Comment);
}
