namespace Sillage.Storage;

/// <summary>The data folder: private to its owner, and held by one server at a time.</summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>The file whose exclusive lock says that a server runs on the folder.</summary>
    public const string LockName = "sillage.lock";

    private const UnixFileMode PrivateFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if need be (mode 0700) and takes it; disposing gives it back.</summary>
    /// <exception cref="DataFolderInUseException">Another process holds it.</exception>
    /// <exception cref="DataFolderNotWritableException">It cannot be created or written to.</exception>
    public static DataFolder Take(string folder)
    {
        var isNew = !Directory.Exists(folder);
        var path = Create(folder);
        try
        {
            if (isNew)
            {
                FileOwner.AsFolderOf(path);
            }

            // The operating system drops the lock with the process, however it ends; the file itself stays.
            var held = new FileStream(System.IO.Path.Combine(path, LockName), Private(FileMode.OpenOrCreate));
            FileOwner.AsFolderOf(held.Name);
            return new DataFolder(path, held);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DataFolderNotWritableException(path, exception);
        }
        catch (IOException exception)
        {
            throw IsLocked(exception)
                ? new DataFolderInUseException(path, exception)
                : new DataFolderNotWritableException(path, exception);
        }
    }

    /// <summary>Creates the folder if it is absent (mode 0700).</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="DataFolderNotWritableException">It cannot be created.</exception>
    public static string Create(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, PrivateFolder);
            }

            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderNotWritableException(path, exception);
        }
    }

    /// <summary>Creates the file if it is absent, readable and writable by its owner only (mode 0600).</summary>
    internal static void CreatePrivateFile(string path)
    {
        // A database that is open is not opened once more: closing it would drop the locks that SQLite holds on it, which
        // POSIX ties to process and file (https://sqlite.org/howtocorrupt.html, 2.2).
        if (File.Exists(path))
        {
            return;
        }

        var options = Private(FileMode.OpenOrCreate);
        options.Share = FileShare.ReadWrite | FileShare.Delete;
        using var file = new FileStream(path, options);
        FileOwner.AsFolderOf(path);
    }

    /// <summary>Options for a file that only its owner may read.</summary>
    internal static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFile;
        }

        return options;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>Whether opening failed because another holds the lock: EWOULDBLOCK, or a sharing violation on Windows.</summary>
    private static bool IsLocked(IOException exception) =>
        exception is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException)
        && (exception.HResult is 11 or 35 || (exception.HResult & 0xFFFF) is 32 or 33);
}
