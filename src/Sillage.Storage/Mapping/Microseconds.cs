namespace Sillage.Storage.Mapping;

/// <summary>Points in time as SQLite holds them: whole microseconds since the Unix epoch, UTC.</summary>
public static class Microseconds
{
    /// <summary>The microseconds since 1970-01-01T00:00:00Z; parts of a microsecond are cut off, towards the past.</summary>
    public static long From(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return (ticks - (((ticks % 10) + 10) % 10)) / 10;
    }

    /// <summary>The point in time, in UTC.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10);
}
