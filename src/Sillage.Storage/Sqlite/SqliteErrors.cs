using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sillage.Storage.Sqlite;

/// <summary>Turns SQLite's result codes (https://sqlite.org/rescode.html) into what callers act on.</summary>
internal static class SqliteErrors
{
    private static readonly TimeSpan RetrySoon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryLater = TimeSpan.FromSeconds(10);

    /// <summary>The exception to hand on in place of <paramref name="exception"/>.</summary>
    public static Exception Translate(SqliteException exception) =>
        exception.SqliteExtendedErrorCode switch
        {
            raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_ROWID =>
                new UniqueViolationException(Columns(exception.Message), exception),
            _ => EndsTransaction(exception) ? Unavailable(exception) : exception,
        };

    /// <summary>Whether the failure is the engine's rather than the statement's, so that nothing in the transaction may stand.</summary>
    public static bool EndsTransaction(SqliteException exception) =>
        exception.SqliteErrorCode
            is raw.SQLITE_FULL
                or raw.SQLITE_IOERR
                or raw.SQLITE_NOMEM
                or raw.SQLITE_BUSY
                or raw.SQLITE_LOCKED
                or raw.SQLITE_CANTOPEN
                or raw.SQLITE_READONLY
                or raw.SQLITE_PROTOCOL;

    public static DatabaseUnavailableException Unavailable(SqliteException exception, string? file = null) =>
        exception.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => new("The disk is full: nothing was stored.", RetryLater, exception),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
                "Another process holds the database: nothing was stored.",
                RetrySoon,
                exception
            ),
            raw.SQLITE_NOMEM => new("There is no memory for it: nothing was stored.", RetryLater, exception),
            _ => new(
                $"The database's file {(file is null ? "" : $"{file} ")}cannot be read or written: nothing was stored.",
                RetryLater,
                exception
            ),
        };

    /// <summary>Throws for a result code other than success.</summary>
    public static void Check(int code, sqlite3 connection)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, connection);
        }
    }

    /// <summary>The columns out of <c>SQLite Error 19: 'UNIQUE constraint failed: account.username'.</c></summary>
    private static string Columns(string message)
    {
        const string Marker = "constraint failed: ";
        var start = message.IndexOf(Marker, StringComparison.Ordinal);
        return start < 0 ? message : message[(start + Marker.Length)..].TrimEnd('.').TrimEnd('\'');
    }
}
