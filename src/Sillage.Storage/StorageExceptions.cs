namespace Sillage.Storage;

/// <summary>The engine cannot take the work now: it is down, full or too busy. Nothing was stored; trying again is safe.</summary>
public sealed class DatabaseUnavailableException : Exception
{
    /// <summary>Says what is wrong and when to come back.</summary>
    public DatabaseUnavailableException(string message, TimeSpan retryAfter, Exception? inner = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; }
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
