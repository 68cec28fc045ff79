using Dapper;
using Npgsql;
using Sillage.Storage.Backup;
using Sillage.Storage.Sqlite;

namespace Sillage.Storage.Moving;

/// <summary>One module on its way: its file on SQLite, its schema on PostgreSQL, and what of the one goes into which table of the other.</summary>
internal sealed class ModuleMove : IAsyncDisposable
{
    /// <summary>So many rows, or so many bytes of texts and files, are committed at once.</summary>
    private const int ChunkRows = 20_000;

    private const long ChunkBytes = 16_000_000;

    private const int RowsPerReport = 1000;

    // Texts that PostgreSQL makes words of wait here for it.
    private const string Waiting = "sillage_waiting";

    private const string SetLast = """
        SELECT setval(pg_get_serial_sequence(quote_ident(@Table), @Column), @Last)
        """;

    private readonly SqliteSession _sqlite;
    private readonly NpgsqlConnection _postgres;
    private readonly IReadOnlyList<TablePlan> _plans;
    private readonly IProgress<MoveProgress>? _progress;
    private string _step = "copy";
    private long _total;

    private ModuleMove(
        string name,
        SqliteSession sqlite,
        NpgsqlConnection postgres,
        IReadOnlyList<TablePlan> plans,
        IProgress<MoveProgress>? progress
    )
    {
        Name = name;
        _sqlite = sqlite;
        _postgres = postgres;
        _plans = plans;
        _progress = progress;
        Rows = plans.Sum(plan => plan.Count(sqlite));
    }

    public string Name { get; }

    public int Tables => _plans.Count;

    /// <summary>How many rows SQLite has of it.</summary>
    public long Rows { get; }

    /// <summary>Opens both sides; PostgreSQL's has its tables.</summary>
    public static async Task<ModuleMove> OpenAsync(
        ModuleRegistration module,
        MoveSource source,
        MoveTarget target,
        IProgress<MoveProgress>? progress,
        CancellationToken ct
    )
    {
        var sqlite = source.Open(module);
        NpgsqlConnection? postgres = null;
        try
        {
            postgres = await target.OpenAsync(module.Name, ct);
            var plans = new TablePlans(module, sqlite).For(await TargetTable.AllAsync(postgres));
            return new ModuleMove(module.Name, sqlite, postgres, plans, progress);
        }
        catch
        {
            sqlite.Dispose();
            await (postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Reads everything as if to copy it.</summary>
    /// <exception cref="MoveException">Something cannot be moved.</exception>
    public RowDigest Read(CancellationToken ct)
    {
        Begin("read", Rows);
        return Digest((plan, done) => OfSqlite(plan, done, ct), 1);
    }

    /// <summary>Copies what is not there yet.</summary>
    public async Task CopyAsync(CancellationToken ct)
    {
        Begin("copy", Rows);
        var done = 0L;
        foreach (var plan in _plans)
        {
            done = await CopyAsync(plan, done, ct);
        }
    }

    /// <summary>Reads both sides and compares them.</summary>
    /// <returns>The digest that both have.</returns>
    /// <exception cref="MoveException">They differ.</exception>
    public RowDigest Compare(CancellationToken ct)
    {
        Begin("compare", 2 * Rows);
        return Digest(
            (plan, done) =>
            {
                var here = OfSqlite(plan, done, ct);
                var there = OfPostgres(plan, done + here.Rows, ct);
                return here.IsSameAs(there) ? here : throw Differ(plan, here, there);
            },
            2
        );
    }

    public async ValueTask DisposeAsync()
    {
        _sqlite.Dispose();
        await _postgres.DisposeAsync();
    }

    private async Task<long> CopyAsync(TablePlan plan, long before, CancellationToken ct)
    {
        var noted = await MoveTarget.DoneAsync(_postgres, Name, plan.Name);
        var done = noted ?? 0;
        using var rows = plan.Rows(_sqlite, done).GetEnumerator();
        for (var first = noted is null; ; first = false)
        {
            ct.ThrowIfCancellationRequested();
            await using var transaction = await _postgres.BeginTransactionAsync(ct);
            if (first)
            {
                // Rows that the migrations put there come from SQLite as well.
                await _postgres.ExecuteAsync(
                    $"DELETE FROM {PostgresBackup.Quote(plan.Name)}",
                    transaction: transaction
                );
            }

            var chunk = await CopyChunkAsync(plan, rows, before + done, ct);
            done += chunk;
            if (chunk == 0)
            {
                await SetLastAsync(plan);
            }

            await MoveTarget.NoteAsync(_postgres, Name, plan.Name, done);
            await transaction.CommitAsync(ct);
            Report(before + done);
            if (chunk == 0)
            {
                await _postgres.ExecuteAsync($"ANALYZE {PostgresBackup.Quote(plan.Name)}");
                return before + done;
            }
        }
    }

    private async Task<long> CopyChunkAsync(
        TablePlan plan,
        IEnumerator<object?[]> rows,
        long before,
        CancellationToken ct
    )
    {
        if (!rows.MoveNext())
        {
            return 0;
        }

        try
        {
            return await WriteAsync(plan, rows, before, ct);
        }
        catch (PostgresException refused)
        {
            throw new MoveException(
                $"PostgreSQL refuses rows of the table {plan.Name} of {Name}: {refused.MessageText}.",
                refused
            );
        }
    }

    private async Task<long> WriteAsync(TablePlan plan, IEnumerator<object?[]> rows, long before, CancellationToken ct)
    {
        var columns = string.Join(", ", plan.Columns.Select(column => PostgresBackup.Quote(column.Name)));
        var table = PostgresBackup.Quote(plan.Name);
        var waits = plan.Columns.Any(column => column.Type.IsWrittenAsText);
        if (waits)
        {
            var casts = plan.Columns.Select(column =>
                column.Type.IsWrittenAsText
                    ? $"CAST(NULL AS text) AS {PostgresBackup.Quote(column.Name)}"
                    : PostgresBackup.Quote(column.Name)
            );
            await _postgres.ExecuteAsync(
                $"CREATE TEMP TABLE {Waiting} ON COMMIT DROP AS SELECT {string.Join(", ", casts)} FROM {table} LIMIT 0"
            );
        }

        var (count, bytes) = (0L, 0L);
        await using (
            var copy = await _postgres.BeginBinaryImportAsync(
                $"COPY {(waits ? Waiting : table)} ({columns}) FROM STDIN (FORMAT binary)",
                ct
            )
        )
        {
            do
            {
                await copy.StartRowAsync(ct);
                for (var i = 0; i < plan.Columns.Count; i++)
                {
                    var value = rows.Current[i];
                    await WriteAsync(copy, value, plan.Columns[i].Type, ct);
                    bytes += value is string text ? text.Length : (value as byte[])?.Length ?? 8;
                }

                count++;
                if (count % RowsPerReport == 0)
                {
                    Report(before + count);
                }
            } while (count < ChunkRows && bytes < ChunkBytes && rows.MoveNext());

            await copy.CompleteAsync(ct);
        }

        if (waits)
        {
            var casts = plan.Columns.Select(column =>
                column.Type.IsWrittenAsText
                    ? $"CAST({PostgresBackup.Quote(column.Name)} AS tsvector)"
                    : PostgresBackup.Quote(column.Name)
            );
            await _postgres.ExecuteAsync(
                $"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {string.Join(", ", casts)} FROM {Waiting}"
            );
        }

        return count;
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, object? value, ColumnType type, CancellationToken ct) =>
        value switch
        {
            null => copy.WriteNullAsync(ct),
            long number => copy.WriteAsync(number, type.Postgres, ct),
            bool truth => copy.WriteAsync(truth, type.Postgres, ct),
            Guid id => copy.WriteAsync(id, type.Postgres, ct),
            DateTime time => copy.WriteAsync(time, type.Postgres, ct),
            _ => copy.WriteAsync(value, type.Postgres, ct),
        };

    /// <summary>Numbers go on after the last that SQLite gave out, also where its row is gone.</summary>
    private async Task SetLastAsync(TablePlan plan)
    {
        if (plan.Identity is not { } identity)
        {
            return;
        }

        var highest = await _postgres.ExecuteScalarAsync<long?>(
            $"SELECT max({PostgresBackup.Quote(identity)}) FROM {PostgresBackup.Quote(plan.Name)}"
        );
        if (Math.Max(highest ?? 0, plan.LastNumber(_sqlite)) is > 0 and var last)
        {
            await _postgres.ExecuteAsync(
                SetLast,
                new
                {
                    Table = plan.Name,
                    Column = identity,
                    Last = last,
                }
            );
        }
    }

    private RowDigest Digest(Func<TablePlan, long, RowDigest> read, int sides)
    {
        var all = new RowDigest();
        foreach (var plan in _plans)
        {
            all.Add(plan.Name, read(plan, sides * all.Rows));
            Report(sides * all.Rows);
        }

        return all;
    }

    private MoveException Differ(TablePlan plan, RowDigest here, RowDigest there) =>
        new(
            $"The table {plan.Name} of {Name} is not the same on both sides ({here.Rows} rows on SQLite, {there.Rows} on PostgreSQL), so nothing is in effect. Begin again with --restart; if it differs again, please report it."
        );

    private RowDigest OfSqlite(TablePlan plan, long before, CancellationToken ct)
    {
        var digest = new RowDigest();
        foreach (var row in plan.Rows(_sqlite, 0))
        {
            Add(digest, plan, row, before, ct);
        }

        return digest;
    }

    private RowDigest OfPostgres(TablePlan plan, long before, CancellationToken ct)
    {
        var columns = plan.Columns.Select(column =>
            column.Type.IsReadAsText
                ? $"CAST({PostgresBackup.Quote(column.Name)} AS text)"
                : PostgresBackup.Quote(column.Name)
        );
        using var rows = _postgres.BeginBinaryExport(
            $"COPY (SELECT {string.Join(", ", columns)} FROM {PostgresBackup.Quote(plan.Name)}) TO STDOUT (FORMAT binary)"
        );
        var digest = new RowDigest();
        var row = new object?[plan.Columns.Count];
        while (rows.StartRow() > 0)
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = ReadBack(rows, plan.Columns[i].Type);
            }

            Add(digest, plan, row, before, ct);
        }

        return digest;
    }

    private static object? ReadBack(NpgsqlBinaryExporter rows, ColumnType type)
    {
        if (!rows.IsNull)
        {
            return type.ReadBack(rows);
        }

        rows.Skip();
        return null;
    }

    private void Add(RowDigest digest, TablePlan plan, object?[] row, long before, CancellationToken ct)
    {
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = plan.Columns[i].Normal(row[i]);
        }

        digest.Add(row);
        if (digest.Rows % RowsPerReport == 0)
        {
            ct.ThrowIfCancellationRequested();
            Report(before + digest.Rows);
        }
    }

    private void Begin(string step, long total)
    {
        (_step, _total) = (step, total);
        Report(0);
    }

    private void Report(long done) => _progress?.Report(new MoveProgress(_step, Name, done, _total));
}
