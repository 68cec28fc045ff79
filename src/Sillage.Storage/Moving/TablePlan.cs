using System.Text;
using Sillage.Storage.Backup;
using Sillage.Storage.Sqlite;

namespace Sillage.Storage.Moving;

/// <summary>One table on its way.</summary>
/// <param name="Name">Its name on PostgreSQL.</param>
/// <param name="Select">The query on SQLite for its rows, in one order every time; null if it begins empty.</param>
/// <param name="Columns">What the query gives, as PostgreSQL has it.</param>
internal sealed record TablePlan(string Name, string? Select, IReadOnlyList<MovedColumn> Columns)
{
    /// <summary>The column whose numbers PostgreSQL gives out; null if there is none.</summary>
    public string? Identity { get; init; }

    /// <summary>The query on SQLite for the last number that was given out; null if there was no such count.</summary>
    public string? Last { get; init; }

    /// <summary>What a text becomes where the column is a <c>tsvector</c>.</summary>
    public Func<string, string>? Vector { get; init; }

    /// <summary>How many rows SQLite has.</summary>
    public long Count(SqliteSession session)
    {
        if (Select is null)
        {
            return 0;
        }

        var count = session.Prepare($"SELECT count(*) FROM ({Select})");
        count.Step();
        var rows = count.GetInt64(0);
        count.Reset();
        return rows;
    }

    /// <summary>The last number that SQLite gave out; 0 if none.</summary>
    public long LastNumber(SqliteSession session)
    {
        if (Last is null)
        {
            return 0;
        }

        var query = session.Prepare(Last);
        var last = query.Step() ? query.GetInt64(0) : 0;
        query.Reset();
        return last;
    }

    /// <summary>SQLite's rows from one on, each in the same array.</summary>
    /// <exception cref="MoveException">A value is none that PostgreSQL keeps.</exception>
    public IEnumerable<object?[]> Rows(SqliteSession session, long from)
    {
        if (Select is null)
        {
            yield break;
        }

        var query = session.Prepare($"{Select} LIMIT -1 OFFSET {from}");
        var row = new object?[Columns.Count];
        for (var number = from; query.Step(); number++)
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = query.IsNull(i) ? null : Read(query, i, number);
            }

            yield return row;
        }

        query.Reset();
    }

    private object Read(SqliteStatement row, int i, long number)
    {
        var (name, type) = Columns[i];
        if (!type.Held.Contains(row.TypeOf(i)))
        {
            throw Unfit(number, name, $"is no {type.Postgres}");
        }

        try
        {
            var value = type.Read(row, i);
            if (value is string text)
            {
                text = type.IsWrittenAsText ? Vector!(text) : text;
                return text.Contains('\0', StringComparison.Ordinal)
                    ? throw Unfit(number, name, "has the character U+0000, which PostgreSQL does not keep")
                    : text;
            }

            return value;
        }
        catch (Exception exception) when (exception is DecoderFallbackException or ArgumentException)
        {
            throw Unfit(number, name, $"cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private MoveException Unfit(long number, string column, string why, Exception? inner = null) =>
        new($"Row {number + 1} of the table {Name} cannot be moved: its {column} {why}.", inner);
}

/// <summary>The tables of a module, paired on both engines.</summary>
internal sealed class TablePlans(ModuleRegistration registration, SqliteSession session)
{
    private const string WithoutRowId = "WITHOUT ROWID";

    private readonly Dictionary<string, MovedTable> _special = registration.Moved.ToDictionary(
        table => table.Name,
        StringComparer.Ordinal
    );

    /// <summary>The plans for PostgreSQL's tables, in their order.</summary>
    /// <exception cref="MigrationException">Tables do not match, and nobody says what becomes of them.</exception>
    public IReadOnlyList<TablePlan> For(IReadOnlyList<TargetTable> targets)
    {
        var there = Tables();
        var plans = targets.Select(target => Plan(target, there)).ToArray();
        var used = plans
            .Select(plan => plan.Name)
            .Concat(registration.Moved.SelectMany(table => table.Of))
            .ToHashSet(StringComparer.Ordinal);
        return there.Keys.FirstOrDefault(table => !used.Contains(table)) is { } left
            ? throw Mismatch(left, "is on SQLite alone")
            : plans;
    }

    private TablePlan Plan(TargetTable target, Dictionary<string, string> there)
    {
        var special = _special.GetValueOrDefault(target.Name);
        var plan = new TablePlan(target.Name, null, target.Columns)
        {
            Identity = target.Identity,
            Vector = special?.Vector,
            Last = special?.Last,
        };
        if (target.Columns.Any(column => column.Type.IsWrittenAsText) && special?.Vector is null)
        {
            throw Mismatch(target.Name, "has a tsvector, and nobody says of what");
        }

        if (special?.Select is { } select)
        {
            return plan with { Select = select };
        }

        if (!there.TryGetValue(target.Name, out var definition))
        {
            return special is not null ? plan : throw Mismatch(target.Name, "is on PostgreSQL alone");
        }

        // A name in quotes that is no column would be a text to SQLite.
        var (columns, key) = Columns(target.Name);
        if (!columns.ToHashSet(StringComparer.Ordinal).SetEquals(target.Columns.Select(column => column.Name)))
        {
            throw Mismatch(target.Name, "has other columns on SQLite");
        }

        var order = definition.TrimEnd().EndsWith(WithoutRowId, StringComparison.OrdinalIgnoreCase)
            ? string.Join(", ", key.Select(PostgresBackup.Quote))
            : "rowid";
        return plan with
        {
            Select =
                $"SELECT {string.Join(", ", target.Columns.Select(column => PostgresBackup.Quote(column.Name)))} "
                + $"FROM {PostgresBackup.Quote(target.Name)} ORDER BY {order}",
            Last = plan.Last ?? (target.Identity is null ? null : LastOf(target.Name)),
        };
    }

    /// <summary>The names and definitions of SQLite's tables, of the module's own file and of its companion.</summary>
    private Dictionary<string, string> Tables()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var schema in new[] { "main", registration.Companion })
        {
            if (schema is not null)
            {
                Read(
                    $"SELECT name, sql FROM {schema}.sqlite_schema WHERE type = 'table'",
                    row => all.Add(Text(row, 0), Text(row, 1))
                );
            }
        }

        // An index of words keeps itself in tables that begin with its name.
        var indexes = all.Where(table => table.Value.StartsWith("CREATE VIRTUAL", StringComparison.OrdinalIgnoreCase))
            .Select(table => table.Key)
            .ToArray();
        return all.Where(table =>
                !table.Key.StartsWith("sqlite_", StringComparison.Ordinal)
                && table.Key != "sillage_migration"
                && !indexes.Any(index => table.Key.StartsWith(index + "_", StringComparison.Ordinal))
            )
            .ToDictionary(StringComparer.Ordinal);
    }

    private (IReadOnlyList<string> All, IReadOnlyList<string> Key) Columns(string table)
    {
        var columns = new List<(string Name, long Key)>();
        Read($"SELECT name, pk FROM pragma_table_info('{table}')", row => columns.Add((Text(row, 0), row.GetInt64(1))));
        return (
            [.. columns.Select(column => column.Name)],
            [.. columns.Where(column => column.Key > 0).OrderBy(column => column.Key).Select(column => column.Name)]
        );
    }

    private string? LastOf(string table)
    {
        var counts = false;
        Read("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'", _ => counts = true);
        return counts ? $"SELECT seq FROM sqlite_sequence WHERE name = '{table}'" : null;
    }

    private void Read(string sql, Action<SqliteStatement> each)
    {
        var query = session.Prepare(sql);
        while (query.Step())
        {
            each(query);
        }

        query.Reset();
    }

    private static string Text(SqliteStatement row, int column) => Encoding.UTF8.GetString(row.GetBytes(column));

    private MigrationException Mismatch(string table, string why) =>
        new(
            $"The table {table} of {registration.Name} {why}. Its module has to say what becomes of it in a move (MovedTable, in AddModuleDatabase)."
        );
}
