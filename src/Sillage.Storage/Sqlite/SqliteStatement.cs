using Microsoft.Data.Sqlite;
using Sillage.Storage.Mapping;
using SQLitePCL;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// A prepared statement for hot paths: binds UTF-8 bytes as they came in, without a string in between. Belongs to its
/// connection's cache (<see cref="SqliteStatements.Prepare"/>), which disposes it; valid until the unit or reader ends.
/// Parameters count from 1, columns from 0, as in SQLite's own interface.
/// </summary>
public sealed class SqliteStatement
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly SqliteSession _session;

    // Null once the statement is closed: SQLite answers that with an error.
    private nint _handle;

    internal SqliteStatement(sqlite3_stmt statement, SqliteSession session)
    {
        _statement = statement;
        _handle = statement.DangerousGetHandle();
        _connection = session.Handle;
        _session = session;
    }

    /// <summary>Binds a text of valid UTF-8 (not checked here).</summary>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> utf8) =>
        Bound(SqliteCalls.BindText(_handle, parameter, utf8));

    /// <summary>Binds a text; null binds NULL.</summary>
    public SqliteStatement BindText(int parameter, string? text) =>
        text is null ? BindNull(parameter) : Bound(raw.sqlite3_bind_text(_statement, parameter, text));

    /// <summary>Binds bytes.</summary>
    public SqliteStatement BindBlob(int parameter, ReadOnlySpan<byte> bytes) =>
        Bound(SqliteCalls.BindBlob(_handle, parameter, bytes));

    /// <summary>Binds a whole number.</summary>
    public SqliteStatement Bind(int parameter, long value) => Bound(SqliteCalls.BindInt64(_handle, parameter, value));

    /// <summary>Binds a floating-point number.</summary>
    public SqliteStatement Bind(int parameter, double value) =>
        Bound(raw.sqlite3_bind_double(_statement, parameter, value));

    /// <summary>Binds an id as 16 bytes, big-endian.</summary>
    public SqliteStatement Bind(int parameter, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BindBlob(parameter, bytes);
    }

    /// <summary>Binds a point in time as microseconds since the Unix epoch.</summary>
    public SqliteStatement Bind(int parameter, DateTimeOffset time) => Bind(parameter, Microseconds.From(time));

    /// <summary>Binds NULL.</summary>
    public SqliteStatement BindNull(int parameter) => Bound(SqliteCalls.BindNull(_handle, parameter));

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last.</returns>
    /// <exception cref="UniqueViolationException">A unique key is taken.</exception>
    public bool Step()
    {
        var code = SqliteCalls.Step(_handle);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return code == raw.SQLITE_ROW;
        }

        try
        {
            SqliteErrors.Check(code, _connection);
            return false;
        }
        catch (SqliteException exception)
        {
            Reset();
            throw _session.Fail(exception);
        }
    }

    /// <summary>Runs the statement to its end and makes it ready for other values.</summary>
    /// <returns>The number of rows it touched, if it is one that writes.</returns>
    /// <exception cref="UniqueViolationException">A unique key is taken.</exception>
    public int Run()
    {
        while (Step()) { }

        var changes = raw.sqlite3_changes(_connection);
        Reset();
        return changes;
    }

    /// <summary>Whether the column is NULL in this row.</summary>
    public bool IsNull(int column) => SqliteCalls.ColumnType(_handle, column) == raw.SQLITE_NULL;

    /// <summary>The storage class of the column's value in this row.</summary>
    internal int TypeOf(int column) => SqliteCalls.ColumnType(_handle, column);

    /// <summary>The column as a whole number.</summary>
    public long GetInt64(int column) => SqliteCalls.ColumnInt64(_handle, column);

    /// <summary>The column as a floating-point number.</summary>
    public double GetDouble(int column) => raw.sqlite3_column_double(_statement, column);

    /// <summary>The column's bytes, of a text in UTF-8; valid until the next step.</summary>
    public ReadOnlySpan<byte> GetBytes(int column) => SqliteCalls.Bytes(_handle, column);

    /// <summary>The column as an id.</summary>
    public Guid GetGuid(int column) => new(GetBytes(column), bigEndian: true);

    /// <summary>The column as a point in time.</summary>
    public DateTimeOffset GetTime(int column) => Microseconds.ToTime(GetInt64(column));

    /// <summary>Makes the statement ready to run again; what is bound stays bound.</summary>
    public void Reset() => _ = SqliteCalls.Reset(_handle); // It repeats the error that Step has thrown already.

    internal void Clear()
    {
        Reset();
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    internal void Dispose()
    {
        _handle = 0;
        _statement.Dispose();
    }

    private SqliteStatement Bound(int code)
    {
        SqliteErrors.Check(code, _connection);
        return this;
    }
}
