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

    /// <summary>Whether the engine as a whole is away. Storage itself tells the log, once when that begins and once when it ends.</summary>
    public bool IsOutage { get; init; }

    /// <summary>Whether an exception comes of the engine's being away, which the log has been told already.</summary>
    public static bool IsOutageIn(Exception? exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DatabaseUnavailableException { IsOutage: true })
            {
                return true;
            }
        }

        return false;
    }
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

/// <summary>The user of the setting Postgres lacks rights that the program needs.</summary>
public sealed class DatabaseRefusedException : StorageSetupException
{
    /// <summary>Names the schema and the remedy.</summary>
    public DatabaseRefusedException(string schema, Exception inner)
        : base(
            $"PostgreSQL refuses the schema {schema} to this user ({inner.Message.TrimEnd('.')}). The user of the setting Postgres has to own the schema, or needs GRANT CREATE ON DATABASE to make it.",
            inner
        ) { }
}

/// <summary>The database's schema and this program do not fit together.</summary>
public sealed class MigrationException : StorageSetupException
{
    /// <summary>Says which script and what to do.</summary>
    public MigrationException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>There is no SQLite of the kind that the settings ask for.</summary>
public sealed class SqliteNotFoundException : StorageSetupException
{
    /// <summary>Says what is missing and what to do.</summary>
    public SqliteNotFoundException(string message)
        : base(message) { }
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
