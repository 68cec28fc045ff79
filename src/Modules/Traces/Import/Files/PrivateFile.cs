using System.Text;

namespace Sillage.Traces.Import.Files;

/// <summary>Files that an import leaves for whoever runs it: they hold people's data, so only their owner reads them (mode 0600).</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a file in place as a whole: who looks sees the one before or this one, never half of it.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken ct)
    {
        var temporary = path + ".new";
        await using (var file = Open(temporary, FileMode.Create))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>A file to write to.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.Read,
        };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>The path if nothing is there, else the next one with a number.</summary>
    public static string Free(string path)
    {
        var (folder, extension) = (Path.GetDirectoryName(path) ?? "", Path.GetExtension(path));
        var name = Path.GetFileNameWithoutExtension(path);
        var free = path;
        for (var i = 2; File.Exists(free); i++)
        {
            free = Path.Combine(folder, $"{name}-{i}{extension}");
        }

        return free;
    }
}
