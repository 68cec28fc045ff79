using System.Globalization;
using Shouldly;
using Sillage.Notifications.Choices;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>Quiet hours stay where they are on the wall, whatever the clocks do.</summary>
public sealed class QuietHoursTests
{
    [Theory]
    // By day, and in the night before and after midnight, in winter (UTC+1).
    [InlineData("2026-01-10T12:00:00Z", "2026-01-10T12:00:00Z")]
    [InlineData("2026-01-10T22:30:00Z", "2026-01-11T06:00:00Z")]
    [InlineData("2026-01-11T02:00:00Z", "2026-01-11T06:00:00Z")]
    [InlineData("2026-01-11T06:00:00Z", "2026-01-11T06:00:00Z")]
    [InlineData("2026-01-10T21:00:00Z", "2026-01-11T06:00:00Z")]
    [InlineData("2026-01-10T20:59:59Z", "2026-01-10T20:59:59Z")]
    // The night in which the clocks go forward: it begins in UTC+1 and ends in UTC+2.
    [InlineData("2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z")]
    // The next night is all of summer.
    [InlineData("2026-03-29T20:30:00Z", "2026-03-30T05:00:00Z")]
    // The night in which they go back.
    [InlineData("2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z")]
    public void From_ten_in_the_evening_to_seven_in_the_morning_in_Paris(string at, string expected) =>
        Hours("22:00", "07:00").After(Time(at)).ShouldBe(Time(expected));

    [Theory]
    [InlineData("2026-01-10T11:30:00Z", "2026-01-10T13:00:00Z")]
    [InlineData("2026-01-10T13:30:00Z", "2026-01-10T13:30:00Z")]
    [InlineData("2026-01-10T10:30:00Z", "2026-01-10T10:30:00Z")]
    public void Within_a_day(string at, string expected) =>
        Hours("12:00", "14:00").After(Time(at)).ShouldBe(Time(expected));

    [Fact]
    public void An_end_that_the_clocks_jump_over_is_the_first_moment_after_it() =>
        Hours("23:00", "02:30").After(Time("2026-03-28T23:30:00Z")).ShouldBe(Time("2026-03-29T01:00:00Z"));

    [Fact]
    public void An_end_that_comes_twice_is_never_in_the_past()
    {
        var hours = Hours("00:00", "02:30");
        // 02:10 for the second time, an hour after the first.
        var at = Time("2026-10-25T01:10:00Z");
        hours.After(at).ShouldBeGreaterThan(at);
    }

    [Fact]
    public void Who_has_no_zone_has_no_quiet_hours() =>
        QuietHours.Of(new PersonRow(Guid.Empty, null, null, "22:00", "07:00", null)).ShouldBeNull();

    private static QuietHours Hours(string from, string until) =>
        QuietHours.Of(new PersonRow(Guid.Empty, null, "Europe/Paris", from, until, null))!;

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
