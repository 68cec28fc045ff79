namespace Sillage.Specifications;

/// <summary>Reads files that a server has open.</summary>
public static class FileContent
{
    /// <summary>All bytes of the file; none if it is gone.</summary>
    public static byte[] Read(string path)
    {
        // Read by another process: one that closes a database's file loses the locks that SQLite holds in it.
        using var copy = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("cat", [path])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        using var bytes = new MemoryStream();
        copy.StandardOutput.BaseStream.CopyTo(bytes);
        copy.WaitForExit();
        return bytes.ToArray();
    }
}
