namespace Sillage.Storage.Sqlite;

/// <summary>The files of one module: its own, and the companion that every connection has attached if there is one.</summary>
/// <param name="Path">The module's own file.</param>
/// <param name="Companion">The companion's schema; null if there is none.</param>
internal sealed record SqliteFiles(string Path, string? Companion = null)
{
    public string? CompanionPath => Companion is null ? null : System.IO.Path.ChangeExtension(Path, $"{Companion}.db");

    public static SqliteFiles In(string folder, ModuleRegistration registration) =>
        new(PathIn(folder, registration.Name), registration.Companion);

    /// <summary>Where a file is, by its name without the ending.</summary>
    public static string PathIn(string folder, string name) =>
        System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), $"{name}.db");
}
