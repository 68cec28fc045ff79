using System.Runtime.InteropServices;
using System.Text;
using Sillage.Hosting.Settings;

namespace Sillage.CommandLine;

/// <summary>How many files and connections the operating system lets the process have open at once.</summary>
internal static class OpenFiles
{
    /// <summary>What a server has open when nobody is there yet, and some hundred connections.</summary>
    private const int FewestOfServer = 256;

    /// <summary>What the runtime itself needs to load all that it must; with fewer it ends without a word.</summary>
    private const int FewestOfAnything = 100;

    private const int StandardError = 2;

    // getrlimit's number for it: 7 in Linux, 8 in macOS and the BSDs.
    private static readonly int NumberOfFiles = OperatingSystem.IsLinux() ? 7 : 8;

    /// <summary>Sees whether they are enough to begin at all, and says so if not, without another file: no console, no exception.</summary>
    public static bool AreEnough()
    {
        if (Most() is not { } most || most >= FewestOfAnything)
        {
            return true;
        }

        var line = Encoding.UTF8.GetBytes($"sillage: {Explain(most, FewestOfAnything)}\n");
        _ = Write(StandardError, line, line.Length);
        return false;
    }

    /// <summary>Sees whether they are enough for a server.</summary>
    /// <exception cref="SettingsException">They are not.</exception>
    public static void CheckForServer()
    {
        if (Most() is { } most && most < FewestOfServer)
        {
            throw new SettingsException(Explain(most, FewestOfServer));
        }
    }

    private static string Explain(ulong most, int needed) =>
        $"only {most} files and connections may be open at once, and {needed} are needed at least. "
        + "Raise it with ulimit -n 65536 in the shell, or LimitNOFILE=65536 in the service.";

    // The runtime raises the soft limit to the hard one when it starts.
    private static ulong? Most() =>
        !OperatingSystem.IsWindows() && GetLimit(NumberOfFiles, out var limit) == 0 ? limit.Hard : null;

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(int file, byte[] bytes, nint count);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
