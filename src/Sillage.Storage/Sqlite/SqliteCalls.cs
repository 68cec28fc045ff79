using System.Runtime.InteropServices;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// SQLite's own calls for a prepared statement (https://sqlite.org/c3ref/stmt.html), which hot paths make a dozen times for a
/// row. The provider counts a handle's users up and down around each of them, which cost a fifth of an export
/// (docs/performance.md); whoever calls here keeps the statement open himself. A null statement is misuse or has only
/// nulls, never a crash.
/// </summary>
internal static unsafe partial class SqliteCalls
{
    private const string Library = "e_sqlite3";
    private const DllImportSearchPath Where =
        DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories;

    /// <summary>SQLite makes its own copy of what is bound (SQLITE_TRANSIENT).</summary>
    private const nint Copied = -1;

    public static int BindText(nint statement, int parameter, ReadOnlySpan<byte> text)
    {
        // An empty span has no address, which SQLite would take for NULL.
        fixed (byte* start = text.IsEmpty ? "\0"u8 : text)
        {
            return BindText(statement, parameter, start, text.Length, Copied);
        }
    }

    public static int BindBlob(nint statement, int parameter, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes.IsEmpty ? "\0"u8 : bytes)
        {
            return BindBlob(statement, parameter, start, bytes.Length, Copied);
        }
    }

    /// <summary>The column's bytes; valid until the statement's next step.</summary>
    public static ReadOnlySpan<byte> Bytes(nint statement, int column)
    {
        // In this order: the first call may convert what the second one measures.
        var start = ColumnBlob(statement, column);
        return new ReadOnlySpan<byte>(start, ColumnBytes(statement, column));
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int Reset(nint statement);

    // Those below only look at or set a value: so quick that the garbage collector may wait for them.

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    [DefaultDllImportSearchPaths(Where)]
    [SuppressGCTransition]
    public static partial int BindInt64(nint statement, int parameter, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    [DefaultDllImportSearchPaths(Where)]
    [SuppressGCTransition]
    public static partial int BindNull(nint statement, int parameter);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    [DefaultDllImportSearchPaths(Where)]
    [SuppressGCTransition]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    [DefaultDllImportSearchPaths(Where)]
    [SuppressGCTransition]
    public static partial long ColumnInt64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [DefaultDllImportSearchPaths(Where)]
    [SuppressGCTransition]
    private static partial int ColumnBytes(nint statement, int column);

    // A value that lies on several pages is put together by this one.
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [DefaultDllImportSearchPaths(Where)]
    private static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    [DefaultDllImportSearchPaths(Where)]
    private static partial int BindText(nint statement, int parameter, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    [DefaultDllImportSearchPaths(Where)]
    private static partial int BindBlob(nint statement, int parameter, byte* bytes, int length, nint destructor);
}
