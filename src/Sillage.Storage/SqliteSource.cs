namespace Sillage.Storage;

/// <summary>Where the SQLite comes from that this process runs.</summary>
public enum SqliteSource
{
    /// <summary>The one that comes along with Sillage: current, and the same on every machine.</summary>
    Bundled,

    /// <summary>The operating system's <c>libsqlite3</c>, which the system's security updates reach by themselves.</summary>
    System,
}
