using System.Text;
using Shouldly;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Rows;
using Xunit;

namespace Sillage.Traces.Tests.Import;

public sealed class TimeReadingTests
{
    private static string Read(string text, string? format = null, string? zone = null)
    {
        var wrong = new TimeReading(format, zone).Read(Encoding.UTF8.GetBytes(text), new byte[128], out var time);
        return wrong ?? Encoding.UTF8.GetString(time);
    }

    [Theory]
    [InlineData("2026-11-20T09:30:00.250+01:00", null, null, "2026-11-20T09:30:00.250+01:00")]
    [InlineData("2026-11-20 09:30:00.25+01:00", null, null, "2026-11-20T09:30:00.25+01:00")]
    [InlineData("1795166400", null, null, "2026-11-20T09:20:00Z")]
    [InlineData("1795166400.25", null, null, "2026-11-20T09:20:00.25Z")]
    [InlineData("1795166400250", null, null, "2026-11-20T09:20:00.25Z")]
    [InlineData("1795166400250001", null, null, "2026-11-20T09:20:00.250001Z")]
    [InlineData("1795166400250", "ms", null, "2026-11-20T09:20:00.25Z")]
    [InlineData("1.79516640025e+12", null, null, "2026-11-20T09:20:00.25Z")]
    [InlineData("1.7951664e9", null, null, "2026-11-20T09:20:00Z")]
    [InlineData("0000001795166400", null, null, "2026-11-20T09:20:00Z")]
    [InlineData("-1", "s", null, "1969-12-31T23:59:59Z")]
    [InlineData("2026-11-20 10:30", null, "Europe/Paris", "2026-11-20T09:30:00Z")]
    [InlineData("2026-07-20T10:30:00.5", null, "Europe/Paris", "2026-07-20T08:30:00.5Z")]
    [InlineData("20.11.2026 10:30:00", "dd.MM.yyyy HH:mm:ss", "Europe/Paris", "2026-11-20T09:30:00Z")]
    [InlineData("11/20/2026 1:05 PM +02:00", "M/d/yyyy h:mm tt zzz", null, "2026-11-20T11:05:00Z")]
    public void Times_become_RFC_3339(string text, string? format, string? zone, string expected) =>
        Read(text, format, zone).ShouldBe(expected);

    [Theory]
    [InlineData("2026-11-20 10:30", null, null, "--time-zone")]
    [InlineData("yesterday", null, null, "A time is expected")]
    [InlineData("12", null, null, "A time is expected")]
    [InlineData("99999999999999999999999", null, null, "A time is expected")]
    [InlineData("2026-11-20T09:30:00Z", "ms", null, "A number of ms")]
    [InlineData("1795166400", "rfc3339", null, "RFC 3339")]
    [InlineData("2026-13-20 10:30:00", null, "UTC", "A time is expected")]
    [InlineData("2026-03-29 02:30:00", null, "Europe/Paris", "put forward")]
    public void What_is_no_time_is_said_with_the_mend(string text, string? format, string? zone, string saying) =>
        Read(text, format, zone).ShouldContain(saying);

    [Theory]
    [InlineData("dd.MM.yyyy", null, "--time-zone")]
    [InlineData("HH:mm", "UTC", "no form of a time")]
    [InlineData("%", "UTC", "no form of a time")]
    [InlineData(null, "Europe/Atlantis", "not known on this machine")]
    public void A_form_or_zone_that_cannot_be_is_said(string? format, string? zone, string saying) =>
        Should.Throw<ImportException>(() => new TimeReading(format, zone)).Message.ShouldContain(saying);
}
