namespace Sillage.Rowing.Tests;

/// <summary>Real files of other projects, under their licences (both MIT, beside them).</summary>
internal static class RealFiles
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", name));

    /// <summary>The nearest folder above the tests that has this one.</summary>
    public static string Above(string folder)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Directory.Exists(Path.Combine(at.FullName, folder)))
            {
                return Path.Combine(at.FullName, folder);
            }
        }

        throw new DirectoryNotFoundException(folder);
    }
}
