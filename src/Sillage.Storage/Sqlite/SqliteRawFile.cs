using System.Runtime.InteropServices;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// The bytes of a database's file, through the file that SQLite itself has open. A file opened beside it would not do: closing
/// that drops the locks that the process holds (https://sqlite.org/howtocorrupt.html, 2.2). Valid as long as the connection.
/// </summary>
internal sealed unsafe partial class SqliteRawFile
{
    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html
    private const int FilePointer = 7;

    // https://sqlite.org/c3ref/c_sync_dataonly.html
    private const int SyncNormal = 2;

    private readonly NativeFile* _file;

    private SqliteRawFile(NativeFile* file) => _file = file;

    /// <summary>The file's length in bytes.</summary>
    public long Length
    {
        get
        {
            long length;
            Check(_file->Methods->Size(_file, &length));
            return length;
        }
    }

    /// <summary>The file of a schema of the connection.</summary>
    public static SqliteRawFile Of(SqliteSession session, string schema)
    {
        var code = FileControl(session.Handle.DangerousGetHandle(), schema, FilePointer, out var file);
        SqliteErrors.Check(code, session.Handle);
        return new SqliteRawFile((NativeFile*)file);
    }

    public void Read(long offset, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            Check(_file->Methods->Read(_file, start, bytes.Length, offset));
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            Check(_file->Methods->Write(_file, start, bytes.Length, offset));
        }
    }

    /// <summary>Brings what was written to the disk.</summary>
    public void Sync() => Check(_file->Methods->Sync(_file, SyncNormal));

    private static void Check(int code)
    {
        if (code != SQLitePCL.raw.SQLITE_OK)
        {
            throw new IOException($"SQLite could not read or write the database's file (code {code}).");
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(nint connection, string schema, int operation, out nint argument);

    // https://sqlite.org/c3ref/file.html
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeFile
    {
        public NativeMethods* Methods;
    }

    // https://sqlite.org/c3ref/io_methods.html, the first of them
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeMethods
    {
        public int Version;
        public nint Close;
        public delegate* unmanaged[Cdecl]<NativeFile*, byte*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<NativeFile*, byte*, int, long, int> Write;
        public nint Truncate;
        public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<NativeFile*, long*, int> Size;
    }
}
