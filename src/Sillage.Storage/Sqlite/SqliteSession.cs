using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sillage.Storage.Sqlite;

/// <summary>One open connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>A module's statements are constants; a number beyond this means that someone builds SQL from values.</summary>
    private const int MostStatements = 512;

    // Pragmas by https://sqlite.org/pragma.html; each choice is explained in docs/reference/storage.md.
    private const string CommonPragmas = """
        PRAGMA busy_timeout = 10000;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        PRAGMA mmap_size = 268435456;
        """;

    private const string WriterPragmas = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA wal_autocheckpoint = 2000;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -32768;
        """;

    // Small, and touched by few units: what it does not share with the module's own file is how much it caches.
    private const string CompanionPragmas = """
        PRAGMA {0}.journal_mode = WAL;
        PRAGMA {0}.synchronous = FULL;
        PRAGMA {0}.secure_delete = ON;
        PRAGMA {0}.journal_size_limit = 4194304;
        PRAGMA {0}.cache_size = -2048;
        """;

    private const string ReaderPragmas = """
        PRAGMA query_only = ON;
        PRAGMA cache_size = -8192;
        """;

    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    private SqliteSession(SqliteConnection connection) => Connection = connection;

    public SqliteConnection Connection { get; }

    public sqlite3 Handle => Connection.Handle!;

    /// <summary>Whether a transaction is open; an error can end it behind our back.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>
    /// The first error of a statement since it was last cleared. A unit that had one does not commit, even if its work
    /// went on: PostgreSQL would not let it either.
    /// </summary>
    public Exception? Failure { get; set; }

    /// <summary>Opens the one connection that writes, and creates the files, readable by their owner only.</summary>
    public static SqliteSession OpenWriter(SqliteFiles files)
    {
        DataFolder.CreatePrivateFile(files.Path);
        if (files.CompanionPath is { } companion)
        {
            DataFolder.CreatePrivateFile(companion);
        }

        return Open(files, SqliteOpenMode.ReadWrite, WriterPragmas, CompanionPragmas);
    }

    /// <summary>Opens a connection that only reads.</summary>
    public static SqliteSession OpenReader(SqliteFiles files) =>
        Open(files, SqliteOpenMode.ReadOnly, ReaderPragmas, "PRAGMA {0}.cache_size = -512;");

    /// <summary>Runs a text of one or more statements without parameters.</summary>
    public void Execute(string sql) => SqliteErrors.Check(raw.sqlite3_exec(Handle, sql), Handle);

    /// <summary>The statement, prepared once per connection, reset and with nothing bound.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
        {
            statement.Clear();
            return statement;
        }

        if (_statements.Count == MostStatements)
        {
            CloseStatements();
        }

        return _statements[sql] = new SqliteStatement(Compile(sql, raw.SQLITE_PREPARE_PERSISTENT), this);
    }

    /// <summary>Notes that a statement failed.</summary>
    /// <returns>The exception to throw.</returns>
    public Exception Fail(SqliteException exception)
    {
        var translated = SqliteErrors.Translate(exception);
        Failure ??= translated;
        return translated;
    }

    /// <summary>Ends the transaction, if one is open, without a trace.</summary>
    public void Rollback()
    {
        ResetStatements();
        if (InTransaction)
        {
            Execute("ROLLBACK");
        }
    }

    /// <summary>Resets every statement: one left in the middle of its rows would keep its snapshot.</summary>
    public void ResetStatements()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Reset();
        }
    }

    public void Dispose()
    {
        CloseStatements();
        Connection.Dispose();
    }

    private static SqliteSession Open(
        SqliteFiles files,
        SqliteOpenMode mode,
        string pragmas,
        [StringSyntax(StringSyntaxAttribute.CompositeFormat)] string companionPragmas
    )
    {
        SqliteLibrary.EnsureLoaded();
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = files.Path,
            Mode = mode,
            Pooling = false,
        };
        var connection = new SqliteKeptConnection(text.ToString());
        try
        {
            connection.Open();
            var session = new SqliteSession(connection);
            session.Execute(CommonPragmas);
            session.Execute(pragmas);
            if (files.Companion is { } companion)
            {
                session.Attach(files.CompanionPath!, companion);
                session.Execute(string.Format(CultureInfo.InvariantCulture, companionPragmas, companion));
            }

            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens another file beside the connection's own, under the name of a schema.</summary>
    public void Attach(string path, string schema)
    {
        var statement = new SqliteStatement(Compile($"ATTACH DATABASE ?1 AS {schema}", 0), this);
        try
        {
            statement.BindText(1, path).Run();
        }
        finally
        {
            statement.Dispose();
        }
    }

    private sqlite3_stmt Compile(string sql, uint flags)
    {
        SqliteErrors.Check(
            raw.sqlite3_prepare_v3(Handle, Encoding.UTF8.GetBytes(sql), flags, out var statement),
            Handle
        );
        return statement;
    }

    private void CloseStatements()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }
}
