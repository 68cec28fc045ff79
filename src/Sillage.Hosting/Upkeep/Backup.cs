using Sillage.Api.Replies;

namespace Sillage.Hosting.Upkeep;

/// <summary>A backup in the server's folder of backups.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="CreatedAt">The moment that the data in it shows.</param>
/// <param name="Length">The file's length in bytes.</param>
/// <param name="Modules">The modules whose data it has.</param>
/// <param name="Check">What the last check found in this process; absent if there was none and its head can be read.</param>
/// <param name="Links">What one can do next: see whether it could be restored (<c>check</c>).</param>
public sealed record Backup(
    string Name,
    DateTimeOffset CreatedAt,
    long Length,
    IReadOnlyList<string> Modules,
    BackupCheck? Check,
    Links Links
);

/// <summary>A look at whether a backup could be restored.</summary>
/// <param name="At">When that was.</param>
/// <param name="Fault">Why it could not; absent if it could.</param>
public sealed record BackupCheck(DateTimeOffset At, string? Fault);

/// <summary>What is done with backups.</summary>
public enum BackupAction
{
    /// <summary>One is made.</summary>
    Make,

    /// <summary>One is looked at: whether it could be restored.</summary>
    Check,
}

/// <summary>What is being done with a backup, or was done last.</summary>
/// <param name="Action">What.</param>
/// <param name="Name">With which.</param>
/// <param name="StartedAt">Since when.</param>
/// <param name="Step">What it is at; absent at the beginning.</param>
/// <param name="Done">How far the step is, in the unit of <c>total</c>.</param>
/// <param name="Total">The whole of the step; 0 where that is not known.</param>
/// <param name="EndedAt">When it ended; absent while it runs.</param>
/// <param name="Fault">Why it could not be done; absent if it could.</param>
public sealed record BackupWork(
    BackupAction Action,
    string Name,
    DateTimeOffset StartedAt,
    string? Step = null,
    long Done = 0,
    long Total = 0,
    DateTimeOffset? EndedAt = null,
    string? Fault = null
);

/// <summary>The backups.</summary>
/// <param name="Items">Each, the newest first.</param>
/// <param name="Work">What is being done, or was done last in this process; absent if nothing was.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record BackupList(IReadOnlyList<Backup> Items, BackupWork? Work, Links Links);
