using System.Runtime.InteropServices;
using System.Text;

namespace Sillage.Benchmarks.Bare;

/// <summary>The operating system's SQLite, called without anything in between. One thread.</summary>
internal sealed unsafe partial class Sqlite : IDisposable
{
    private const string Library = "libsqlite3.so.0";
    private const int Row = 100;
    private const int Done = 101;
    private static readonly nint Transient = -1;

    private nint _connection;

    public Sqlite(string path) => Check(Open(path, out _connection));

    public void Execute(string sql) => Check(Exec(_connection, sql, 0, 0, 0));

    public nint Prepare(string sql)
    {
        Check(PrepareV2(_connection, sql, -1, out var statement, 0));
        return statement;
    }

    public void Bind(nint statement, int parameter, long value) => Check(BindInt64(statement, parameter, value));

    public void BindText(nint statement, int parameter, ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
        {
            Check(BindTextBytes(statement, parameter, bytes, text.Length, Transient));
        }
    }

    public void BindBlob(nint statement, int parameter, ReadOnlySpan<byte> blob)
    {
        fixed (byte* bytes = blob)
        {
            Check(BindBlobBytes(statement, parameter, bytes, blob.Length, Transient));
        }
    }

    public void Run(nint statement)
    {
        int code;
        while ((code = Step(statement)) == Row) { }

        if (code != Done)
        {
            Check(code);
        }

        Check(Reset(statement));
    }

    /// <summary>The first column of each row.</summary>
    public void Read(nint statement, SpanAction row)
    {
        int code;
        while ((code = Step(statement)) == Row)
        {
            row(new ReadOnlySpan<byte>(ColumnBlob(statement, 0), ColumnBytes(statement, 0)));
        }

        if (code != Done)
        {
            Check(code);
        }

        Check(Reset(statement));
    }

    /// <summary>What is done with the bytes of a column, which are there for that long.</summary>
    public delegate void SpanAction(ReadOnlySpan<byte> bytes);

    public void Dispose()
    {
        // _v2 closes when the statements, which nobody else finalizes, are gone; the process ends before that matters.
        _ = Close(_connection);
        _connection = 0;
    }

    private void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException(
                $"SQLite: {code} {Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Message(_connection)))}"
            );
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, out nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    private static partial int Close(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exec(nint connection, string sql, nint callback, nint argument, nint error);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PrepareV2(nint connection, string sql, int length, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    private static partial int BindInt64(nint statement, int parameter, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static partial int BindTextBytes(nint statement, int parameter, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindBlobBytes(nint statement, int parameter, byte* blob, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    private static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    private static partial void* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    private static partial int ColumnBytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    private static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    private static partial byte* Message(nint connection);
}
