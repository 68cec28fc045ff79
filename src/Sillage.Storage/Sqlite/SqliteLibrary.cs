using System.Runtime.InteropServices;
using SQLitePCL;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// Which native SQLite this process runs: the operating system's where there is one, because it gets security updates,
/// else the one that comes with the package. See docs/adr/0001-sqlite-package.md.
/// </summary>
public static class SqliteLibrary
{
    /// <summary>The oldest that has what we use (RETURNING, ALTER TABLE DROP COLUMN).</summary>
    private const int OldestVersion = 3_035_000;

    private static readonly string[] SystemNames = OperatingSystem.IsMacOS()
        ? ["libsqlite3.dylib"]
        : ["libsqlite3.so.0", "libsqlite3.so"];

    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>The library's own version, such as <c>3.40.1</c>.</summary>
    public static string Version => Loaded.Value;

    /// <summary>Whether it is the operating system's; false means the bundled one.</summary>
    public static bool IsSystemLibrary { get; private set; }

    /// <summary>Chooses and loads the library; nothing may touch SQLite before this has run.</summary>
    internal static void EnsureLoaded() => _ = Loaded.Value;

    private static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        // What is called past the provider goes to the same library (SqliteCalls, SqliteRawFile).
        NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
        Batteries_V2.Init();
        // A connection is used by one thread at a time: it needs no lock around each of its calls, of which a row takes two
        // dozen (https://sqlite.org/threadsafe.html). Where SQLite runs already, it stays with its locks.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        return raw.sqlite3_libversion().utf8_to_string();
    }

    private static IntPtr Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3" || OperatingSystem.IsWindows())
        {
            return IntPtr.Zero;
        }

        foreach (var candidate in SystemNames)
        {
            if (NativeLibrary.TryLoad(candidate, out var library))
            {
                if (IsRecentEnough(library))
                {
                    IsSystemLibrary = true;
                    return library;
                }

                NativeLibrary.Free(library);
            }
        }

        // Zero lets the runtime find the bundled one by its usual rules.
        return IntPtr.Zero;
    }

    private static unsafe bool IsRecentEnough(IntPtr library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export)
        && ((delegate* unmanaged[Cdecl]<int>)export)() >= OldestVersion;
}
