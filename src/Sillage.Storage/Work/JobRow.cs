namespace Sillage.Storage.Work;

/// <summary>A job that was taken to be done.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Arguments">Its record, as JSON.</param>
/// <param name="Attempts">The number of this attempt.</param>
/// <param name="Asked">How often it had been asked for again when it was taken.</param>
/// <param name="Lease">What tells this run from any other of the job.</param>
/// <param name="Progress">How far it had come.</param>
/// <param name="TraceParent">The trace in which it was asked for.</param>
internal sealed record JobRow(
    Guid Id,
    string Arguments,
    long Attempts,
    long Asked,
    Guid Lease,
    string? Progress,
    string? TraceParent
);

/// <summary>What became of a run that did not end well.</summary>
/// <param name="Id">The job.</param>
/// <param name="Lease">The run.</param>
/// <param name="Attempts">The attempts that count.</param>
/// <param name="DueAt">When it is tried again.</param>
/// <param name="Error">What went wrong; null if the server stopped.</param>
/// <param name="ParkedAt">Since when it is parked; null if it is tried again.</param>
internal sealed record JobFailure(
    Guid Id,
    Guid Lease,
    long Attempts,
    DateTimeOffset DueAt,
    string? Error,
    DateTimeOffset? ParkedAt
);

/// <summary>How many jobs of a kind there are.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Waiting">Those that are due and not begun.</param>
/// <param name="Running">Those that some process is at.</param>
/// <param name="Parked">Those that were given up for now.</param>
/// <param name="Oldest">Since when the oldest of those that wait is due.</param>
internal sealed record JobCounts(string Kind, long Waiting, long Running, long Parked, DateTimeOffset? Oldest);
