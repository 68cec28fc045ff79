namespace Sillage.Storage;

/// <summary>
/// Times that must not lead to a person: only the day is kept (UTC). Whatever else is known to have happened within that day may
/// belong to them.
/// </summary>
public static class Coarse
{
    /// <summary>The beginning of the day.</summary>
    public static DateTimeOffset DayOf(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    /// <summary>An id of version 7 that tells the day and no more: within it, the order is chance.</summary>
    public static Guid IdWithin(DateTimeOffset time) => Guid.CreateVersion7(DayOf(time));
}
