namespace Sillage.Storage.Backup;

/// <summary>How far a backup or a restore has come.</summary>
/// <param name="Step">What is being done: <c>copy</c>, <c>pack</c>, <c>verify</c>, <c>restore</c>.</param>
/// <param name="Module">The module at hand.</param>
/// <param name="Done">The part of this module that is done, in the unit of <paramref name="Total"/>.</param>
/// <param name="Total">The whole; 0 where it is not known beforehand.</param>
public readonly record struct BackupProgress(string Step, string Module, long Done, long Total);

/// <summary>What was backed up or restored.</summary>
/// <param name="File">The backup's full path; <c>-</c> where it went into a stream.</param>
/// <param name="CreatedAt">The moment that the data shows.</param>
/// <param name="Length">The file's length in bytes; null where it went into a stream.</param>
/// <param name="Modules">The modules in it.</param>
/// <param name="KeptAt">After a restore: where the data from before is, a folder or (PostgreSQL) what its schemas end in.</param>
public sealed record BackupSummary(
    string File,
    DateTimeOffset CreatedAt,
    long? Length,
    IReadOnlyList<string> Modules,
    string? KeptAt = null
);
