namespace Sillage.Storage;

/// <summary>
/// The engine cannot take the work now: it is down, full or too busy. Nothing was stored, unless <see cref="IsOutcomeKnown"/>
/// says otherwise.
/// </summary>
public sealed class DatabaseUnavailableException : Exception
{
    /// <summary>Says what is wrong and when to come back.</summary>
    public DatabaseUnavailableException(string message, TimeSpan retryAfter, Exception? inner = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>False if the engine went away between the order to commit and its answer: it may have stored the work.</summary>
    public bool IsOutcomeKnown { get; init; } = true;
}

/// <summary>A unique key is taken already.</summary>
public sealed class UniqueViolationException : Exception
{
    /// <summary>Names the constraint or the columns, as far as the engine tells.</summary>
    public UniqueViolationException(string constraint, Exception inner)
        : base($"A row with the same key exists already ({constraint}).", inner) => Constraint = constraint;

    /// <summary>The constraint's name (PostgreSQL) or the columns (<c>table.column</c>, SQLite).</summary>
    public string Constraint { get; }
}

/// <summary>Storage cannot be opened as it is configured; the message says what to do about it, in one line.</summary>
public abstract class StorageSetupException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    protected StorageSetupException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>Another server runs on the data folder.</summary>
public sealed class DataFolderInUseException : StorageSetupException
{
    /// <summary>Names the folder and the remedy.</summary>
    public DataFolderInUseException(string folder, Exception? inner = null)
        : base(
            $"The data folder {folder} is in use by another Sillage server. Stop that server, or give this one another folder with --data.",
            inner
        ) => Folder = folder;

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }
}

/// <summary>The data folder cannot be created or written to.</summary>
public sealed class DataFolderNotWritableException : StorageSetupException
{
    /// <summary>Names the folder and the remedy.</summary>
    public DataFolderNotWritableException(string folder, Exception inner)
        : base(
            $"The data folder {folder} cannot be written to ({inner.Message.TrimEnd('.')}). Make it writable for this user, or choose another with --data.",
            inner
        ) => Folder = folder;

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }
}

/// <summary>The database's schema and this program do not fit together.</summary>
public sealed class MigrationException : StorageSetupException
{
    /// <summary>Says which script and what to do.</summary>
    public MigrationException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>A database's file is damaged, or no database at all.</summary>
public sealed class DatabaseUnreadableException : StorageSetupException
{
    /// <summary>Names the file and the remedy.</summary>
    public DatabaseUnreadableException(string file, Exception inner)
        : base($"The database {file} cannot be opened ({inner.Message.TrimEnd('.')}). Restore a backup.", inner) =>
        File = file;

    /// <summary>The file's full path.</summary>
    public string File { get; }
}
