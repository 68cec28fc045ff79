using System.Runtime.InteropServices;
using SQLitePCL;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// Which native SQLite this process runs: the one that comes with the package, or the operating system's where a setting says
/// so. See docs/adr/0098-the-sqlite-that-comes-along.md.
/// </summary>
public static class SqliteLibrary
{
    /// <summary>The oldest that has what we use (RETURNING, ALTER TABLE DROP COLUMN).</summary>
    private const int OldestVersion = 3_035_000;

    private static readonly string[] SystemNames = OperatingSystem.IsMacOS()
        ? ["libsqlite3.dylib"]
        : ["libsqlite3.so.0", "libsqlite3.so"];

    private static readonly Lazy<string> Loaded = new(Load);

    private static SqliteSource _wanted;

    /// <summary>The library's own version, such as <c>3.53.4</c>.</summary>
    /// <exception cref="SqliteNotFoundException">The operating system's is asked for, and there is none to use.</exception>
    public static string Version => Loaded.Value;

    /// <summary>Whether it is the operating system's; false means the bundled one.</summary>
    public static bool IsSystemLibrary { get; private set; }

    /// <summary>
    /// Says which one to load; once it is loaded, this changes nothing any more, because a process has one SQLite.
    /// </summary>
    public static void Choose(SqliteSource source) => _wanted = source;

    /// <summary>Loads the library; nothing may touch SQLite before this has run.</summary>
    /// <exception cref="SqliteNotFoundException">The operating system's is asked for, and there is none to use.</exception>
    internal static void EnsureLoaded() => _ = Loaded.Value;

    private static string Load()
    {
        if (_wanted == SqliteSource.System)
        {
            var system = FindSystemLibrary();
            // What is called past the provider goes to the same library (SqliteCalls, SqliteRawFile).
            foreach (var caller in new[] { typeof(SQLite3Provider_e_sqlite3).Assembly, typeof(SqliteLibrary).Assembly })
            {
                NativeLibrary.SetDllImportResolver(caller, (name, _, _) => name == "e_sqlite3" ? system : IntPtr.Zero);
            }

            IsSystemLibrary = true;
        }

        Batteries_V2.Init();
        // A connection is used by one thread at a time: it needs no lock around each of its calls, of which a row takes two
        // dozen (https://sqlite.org/threadsafe.html). Where SQLite runs already, it stays with its locks.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        return raw.sqlite3_libversion().utf8_to_string();
    }

    private static IntPtr FindSystemLibrary()
    {
        foreach (var candidate in SystemNames)
        {
            if (NativeLibrary.TryLoad(candidate, out var library))
            {
                if (IsRecentEnough(library))
                {
                    return library;
                }

                NativeLibrary.Free(library);
            }
        }

        throw new SqliteNotFoundException(
            $"The setting Sqlite asks for the operating system's SQLite, and {SystemNames[0]} of version 3.35 or later is not"
                + " to be found. Install it (Debian: libsqlite3-0), or take the setting away."
        );
    }

    private static unsafe bool IsRecentEnough(IntPtr library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export)
        && ((delegate* unmanaged[Cdecl]<int>)export)() >= OldestVersion;
}
