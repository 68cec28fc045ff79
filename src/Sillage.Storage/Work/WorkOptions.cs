namespace Sillage.Storage.Work;

/// <summary>How a kind of work is done.</summary>
public sealed class WorkOptions
{
    /// <summary>How many of the kind are done at the same time, in all processes together. Default 1.</summary>
    public int Limit { get; set; } = 1;

    /// <summary>
    /// Failed attempts before a job is parked for an administrator to look at. Default 10, about an hour; null for what must
    /// not be given up. What recurs is never parked, and an engine that cannot be reached is nobody's failed attempt.
    /// </summary>
    public int? MaxAttempts { get; set; } = 10;

    /// <summary>The pauses between attempts. Default 5 s, doubling to 15 min.</summary>
    public Backoff Backoff { get; set; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(15));

    /// <summary>Has the work recur, so long after its end. Its record is an <see cref="IRecurringJob"/>.</summary>
    public TimeSpan? Every { get; set; }

    /// <summary>Has the work recur every day at this time, UTC.</summary>
    public TimeOnly? DailyAt { get; set; }

    /// <summary>Whether what recurs is also done when a server starts.</summary>
    public bool AtStart { get; set; }

    /// <summary>How long <see cref="WorkBell{TModule}.Ring"/> waits for more of the same before the work begins. Default 0.</summary>
    public TimeSpan Gather { get; set; }

    /// <summary>
    /// Whether each process does it for itself, because it is about what a process has in memory. Such work recurs
    /// (<see cref="Every"/>), is not stored, and can be rung for and say that it goes on (<see cref="WorkResult.Again"/>).
    /// </summary>
    public bool InEveryProcess { get; set; }

    internal bool Recurs => Every is not null || DailyAt is not null;

    /// <summary>When it is to be done after it was done now.</summary>
    internal DateTimeOffset NextAfter(DateTimeOffset now)
    {
        if (DailyAt is not { } time)
        {
            return now + Every!.Value;
        }

        var today = new DateTimeOffset(DateOnly.FromDateTime(now.UtcDateTime), time, TimeSpan.Zero);
        return today > now ? today : today.AddDays(1);
    }

    /// <summary>How far away its next turn can be; further away only after the clock was set back.</summary>
    internal TimeSpan LongestPause => DailyAt is null ? Every!.Value : TimeSpan.FromDays(1);
}

/// <summary>How jobs are looked for; the defaults are right outside tests.</summary>
public sealed class JobOptions
{
    /// <summary>How often to look for jobs that nobody announced: those of other processes, and of dead ones. Default 5 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a job stays with a process that is not heard of any more, on PostgreSQL. Default 30 s. On SQLite there is one
    /// process, and what it left is taken up at the next start.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);
}
