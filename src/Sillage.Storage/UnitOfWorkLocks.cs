namespace Sillage.Storage;

/// <summary>For units that read, decide and write where no constraint can decide for them.</summary>
public static class UnitOfWorkLocks
{
    private static readonly Sql Lock = new(
        "SELECT 1",
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || @Key, 0))"
    );

    /// <summary>
    /// Keeps every other unit of this module that names the same key waiting until this one has ended. On SQLite units
    /// follow one another anyway; on PostgreSQL they do not.
    /// </summary>
    public static Task LockAsync(this IUnitOfWork unit, string key, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.ExecuteAsync(Lock, new { Key = key }, ct);
    }
}
