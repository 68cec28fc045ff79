using Microsoft.Data.Sqlite;
using Sillage.Storage.Sqlite;
using Sillage.Traces.Import;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>A user of the old database.</summary>
/// <param name="Id">His number.</param>
/// <param name="Name">His user name; null for one who is gone but has left logs.</param>
/// <param name="IsAdministrator">Whether his role there is not a player's.</param>
internal sealed record OldUser(long Id, string? Name, bool IsAdministrator);

/// <summary>A log of the old database as it lies there: SQLite holds columns to no type.</summary>
internal sealed record OldLog(long Id, object? UserId, string? Timestamp, object? Sequence, string?[] Texts);

/// <summary>
/// The old API's own database, open for reading: one snapshot, however much it writes meanwhile. Nothing is changed in it.
/// </summary>
internal sealed class TsadkDatabase : IAsyncDisposable
{
    private const int Chunk = 2000;

    /// <summary>The columns of a log after its id, as the routes name them.</summary>
    public static readonly string[] LogColumns =
    [
        "userID",
        "timestamp",
        "sequence",
        "roomName",
        "actionNature",
        "actionType",
        "userAnswer",
        "userError",
    ];

    private const string SelectUsers = "SELECT id, username, role FROM users ORDER BY id";

    private const string SelectGone = """
        SELECT DISTINCT userID FROM logs
        WHERE typeof(userID) = 'integer' AND userID > 0 AND userID NOT IN (SELECT id FROM users) ORDER BY userID
        """;

    private const string SelectLogs = """
        SELECT id, userID, timestamp, sequence, roomName, actionNature, actionType, userAnswer, userError
        FROM logs WHERE id > @After ORDER BY id LIMIT @Limit
        """;

    private const string Measure = "SELECT count(*), max(id) FROM logs";

    private readonly SqliteConnection _connection;

    private TsadkDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens it and sees what it is.</summary>
    /// <exception cref="ImportException">It cannot be opened, or is no database of that API.</exception>
    public static async Task<TsadkDatabase> OpenAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            throw new ImportException($"There is no file {path}.");
        }

        // Loads the native library, wherever the data are.
        _ = SqliteLibrary.Version;
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ToString()
        );
        var database = new TsadkDatabase(connection);
        try
        {
            await connection.OpenAsync(ct);
            await database.ExecuteAsync("PRAGMA busy_timeout = 10000", ct);
            await database.ExecuteAsync("BEGIN", ct);
            await database.CheckAsync("users", ["id", "username", "role"], path, ct);
            await database.CheckAsync("logs", ["id", .. LogColumns], path, ct);
            return database;
        }
        catch (SqliteException e)
        {
            await database.DisposeAsync();
            throw new ImportException(
                $"{path} cannot be read as an SQLite database: {e.Message.TrimEnd('.')}. Give the database file of the old API; if it is "
                    + "open there, its -wal file has to be beside it and the folder writable, or stop that API and try again.",
                e
            );
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Who there is, and who is gone but has left logs, by number.</summary>
    public async Task<IReadOnlyList<OldUser>> ReadUsersAsync(CancellationToken ct)
    {
        var users = new List<OldUser>();
        await ReadAsync(
            SelectUsers,
            r =>
                users.Add(
                    new OldUser(
                        r.GetInt64(0),
                        r.IsDBNull(1) ? "" : r.GetString(1),
                        !r.IsDBNull(2) && r.GetString(2).Contains("admin", StringComparison.OrdinalIgnoreCase)
                    )
                ),
            ct
        );
        await ReadAsync(SelectGone, r => users.Add(new OldUser(r.GetInt64(0), null, false)), ct);
        return [.. users.OrderBy(u => u.Id)];
    }

    /// <summary>How many logs there are, and the highest of their numbers.</summary>
    public async Task<(long Count, long Last)> MeasureLogsAsync(CancellationToken ct)
    {
        (long, long) measured = default;
        await ReadAsync(Measure, r => measured = (r.GetInt64(0), r.IsDBNull(1) ? 0 : r.GetInt64(1)), ct);
        return measured;
    }

    /// <summary>All logs by number, so many at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<OldLog>> ReadLogsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        var after = long.MinValue;
        while (true)
        {
            var logs = new List<OldLog>(Chunk);
            await ReadAsync(
                SelectLogs,
                r =>
                {
                    after = r.GetInt64(0);
                    logs.Add(
                        new OldLog(
                            after,
                            Value(r, 1),
                            Text(r, 2),
                            Value(r, 3),
                            [.. Enumerable.Range(4, 5).Select(i => Text(r, i))]
                        )
                    );
                },
                ct,
                ("@After", after),
                ("@Limit", Chunk)
            );
            if (logs.Count == 0)
            {
                yield break;
            }

            yield return logs;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static object? Value(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetValue(column);

    private static string? Text(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    private async Task CheckAsync(string table, string[] columns, string path, CancellationToken ct)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await ReadAsync(
            "SELECT name FROM pragma_table_info(@Table)",
            r => found.Add(r.GetString(0)),
            ct,
            ("@Table", table)
        );
        if (columns.Where(c => !found.Contains(c)).ToList() is { Count: > 0 } missing)
        {
            throw new ImportException(
                found.Count == 0
                    ? $"{path} has no table {table}: it is not a database of the TSADK API."
                    : $"The table {table} in {path} lacks the columns {string.Join(", ", missing)}."
            );
        }
    }

#pragma warning disable CA2100 // The texts are the constants above.
    private async Task ReadAsync(
        string sql,
        Action<SqliteDataReader> take,
        CancellationToken ct,
        params (string Name, object Value)[] parameters
    )
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            take(reader);
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(ct);
    }
#pragma warning restore CA2100
}
