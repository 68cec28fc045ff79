using System.Diagnostics;
using Xunit;

namespace Sillage.Specifications;

/// <summary>A disk that really gets full: a file system of a few megabytes in memory, with a filler that takes its room away.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private bool _mounted;

    private SmallDisk() { }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Path;

    private string Filler => _folder["filler"];

    /// <summary>Mounts one; skips the test where that is not allowed.</summary>
    /// <param name="megabytes">Its size.</param>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "Needs the right to mount a file system."
        );
        var disk = new SmallDisk();
        disk._mounted = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path) == 0;
        if (!disk._mounted)
        {
            await disk.DisposeAsync();
            Assert.Skip("Needs the right to mount a file system.");
        }

        return disk;
    }

    /// <summary>A folder on it that belongs to another user.</summary>
    public async Task<string> FolderOfAsync(string user)
    {
        var folder = Directory.CreateDirectory(_folder[user]).FullName;
        return await RunAsync("chown", user, folder) == 0
            ? folder
            : throw new InvalidOperationException($"{folder} cannot be given to {user}.");
    }

    /// <summary>Leaves room for no more than <paramref name="bytes"/>.</summary>
    public async Task FillAsync(long bytes)
    {
        await using var filler = new FileStream(
            Filler,
            FileMode.Append,
            FileAccess.Write,
            FileShare.Read,
            bufferSize: 0
        );
        var block = new byte[64 * 1024];
        while (new DriveInfo(Path).AvailableFreeSpace is var room && room > bytes)
        {
            try
            {
                await filler.WriteAsync(block.AsMemory(0, (int)Math.Min(room - bytes, block.Length)));
            }
            catch (IOException) when (new DriveInfo(Path).AvailableFreeSpace < block.Length)
            {
                // Others write too, and had the last of it.
                return;
            }
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Clear() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
        {
            await RunAsync("umount", "--lazy", Path);
        }

        _folder.Dispose();
    }

    private static async Task<int> RunAsync(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, UseShellExecute = false }
        )!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
