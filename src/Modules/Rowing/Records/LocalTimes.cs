namespace Sillage.Rowing.Records;

/// <summary>Wall clocks, and what they mean.</summary>
internal static class LocalTimes
{
    /// <summary>
    /// The moment that a wall clock shows: of two that it shows alike, the first; of what it skips, as much later as it skips. Without a zone it
    /// is taken for UTC.
    /// </summary>
    public static DateTimeOffset ToUtc(DateTime local, string? zone)
    {
        if (zone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            return new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.Zero);
        }

        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        var offset =
            found.IsAmbiguousTime(wall) ? found.GetAmbiguousTimeOffsets(wall).Max()
            : found.IsInvalidTime(wall) ? found.GetUtcOffset(wall.AddHours(-3))
            : found.GetUtcOffset(wall);
        return new DateTimeOffset(wall, offset).ToUniversalTime();
    }

    /// <summary>What a wall clock shows at a moment.</summary>
    public static DateTime FromUtc(DateTimeOffset time, string? zone) =>
        zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? TimeZoneInfo.ConvertTime(time, found).DateTime
            : time.UtcDateTime;
}
