using System.Runtime.InteropServices;

namespace Sillage.Storage;

/// <summary>
/// Whose files are. What root makes in the data folder of a service's user belongs to that user, who would be locked out
/// of it otherwise. SQLite does the same with the files that it makes beside a database.
/// </summary>
internal static class FileOwner
{
    private const int WorkingFolder = -100; // AT_FDCWD
    private const uint UserAndGroup = 0x8 | 0x10; // STATX_UID | STATX_GID

    /// <summary>Gives a file or folder, with all that is in it, to the owner of the folder that it lies in. Only root can, and need.</summary>
    public static void AsFolderOf(string path)
    {
        if (
            !OperatingSystem.IsLinux()
            || !Environment.IsPrivilegedProcess
            || Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder
            || Of(folder) is not { User: not 0 } owner
        )
        {
            return;
        }

        Give(path, owner);
        if (Directory.Exists(path))
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories))
            {
                Give(entry, owner);
            }
        }
    }

    private static (uint User, uint Group)? Of(string path) =>
        Read(WorkingFolder, path, 0, UserAndGroup, out var status) == 0 ? (status.User, status.Group) : null;

    private static void Give(string path, (uint User, uint Group) owner)
    {
        if (Of(path) != owner && Change(path, owner.User, owner.Group) != 0)
        {
            throw new IOException(
                $"{path} cannot be given to the folder's owner: {Marshal.GetLastPInvokeErrorMessage()}"
            );
        }
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Read(
        int folder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        out Status status
    );

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Change([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    // struct statx is the same on every processor, which struct stat is not (statx(2)).
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;
    }
}
