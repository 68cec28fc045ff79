using System.Globalization;

namespace Sillage.Notifications.Choices;

/// <summary>
/// Hours in which somebody wants no mail, by the clock on their wall: kept as local times with the zone's id, so that they stay where they are
/// when the clocks change.
/// </summary>
internal sealed record QuietHours(TimeOnly From, TimeOnly Until, TimeZoneInfo Zone)
{
    /// <summary>When a mail that is ready at <paramref name="at"/> may go: at once, or when the quiet hours end.</summary>
    public DateTimeOffset After(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, Zone);
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        var isQuiet = From <= Until ? time >= From && time < Until : time >= From || time < Until;
        if (!isQuiet)
        {
            return at;
        }

        var day = DateOnly.FromDateTime(local.DateTime);
        var end = (time < Until ? day : day.AddDays(1)).ToDateTime(Until);
        // The clocks jump over this time once a year: the first that there is after it.
        while (Zone.IsInvalidTime(end))
        {
            end = end.AddMinutes(1);
        }

        var ends = new DateTimeOffset(end, Zone.GetUtcOffset(end)).ToUniversalTime();
        // It comes twice once a year; the second one counts where the first is over.
        return ends > at ? ends : ends + TimeSpan.FromHours(1);
    }

    /// <summary>Reads what is stored; null where somebody has none.</summary>
    public static QuietHours? Of(PersonRow? person) =>
        person is { Zone: { } zone, QuietFrom: { } from, QuietUntil: { } until }
        && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? new QuietHours(Parse(from), Parse(until), found)
            : null;

    private static TimeOnly Parse(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);
}
