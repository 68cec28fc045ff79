using Sillage.Api.Problems;
using Sillage.Traces.Export;

namespace Sillage.Traces.Summaries;

/// <summary>
/// The days of a time zone, made of the hours in which traces are counted. That is exact as long as the zone is whole hours
/// off UTC, which it has to be wherever there are traces since 2000.
/// </summary>
internal sealed class DayZone
{
    // What is dated before was dated by a clock that nobody had set, which mostly begins at 1970.
    private static readonly DateTime Exact = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TimeZoneInfo _zone;

    private DayZone(TimeZoneInfo zone) => _zone = zone;

    public string Name => _zone.Id;

    /// <summary>The zone of this name; UTC if there is no name.</summary>
    /// <exception cref="ProblemException">400: there is no such zone.</exception>
    public static DayZone Of(string? name) =>
        string.IsNullOrEmpty(name)
            ? new DayZone(TimeZoneInfo.Utc)
            : new DayZone(ExportOptions.FindZone(name) ?? throw Bad(ExportOptions.ZoneExpected));

    /// <summary>The day on which an hour lies.</summary>
    /// <param name="hour">Hours since the Unix epoch.</param>
    /// <exception cref="ProblemException">400: the zone is not whole hours off UTC then.</exception>
    public DateOnly DayOf(long hour) => DateOnly.FromDateTime(LocalOf(hour));

    /// <summary>When an hour begins, by the zone's clocks.</summary>
    /// <param name="hour">Hours since the Unix epoch.</param>
    /// <exception cref="ProblemException">400: the zone is not whole hours off UTC then.</exception>
    public DateTime LocalOf(long hour)
    {
        var start = DateTime.UnixEpoch.AddHours(hour);
        var offset = _zone.GetUtcOffset(start);
        // Singapore was half an hour off until 1981, and longer ago every town went by its own sun: near enough for such traces.
        if (start < Exact)
        {
            offset = TimeSpan.FromHours(Math.Round(offset.TotalHours));
        }

        if (offset.Ticks % TimeSpan.TicksPerHour != 0)
        {
            throw Bad("A time zone that is whole hours off UTC: traces are counted by the hour.");
        }

        // The first and the last hours that there are would lie outside of what can be said.
        var local = Math.Clamp(start.Ticks + offset.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        return new DateTime(local, DateTimeKind.Unspecified);
    }

    private static ProblemException Bad(string expected) =>
        new(Problem.BadRequest("The days cannot be made like this.", new FieldError("?timeZone", expected)));
}
