using System.Text;
using Shouldly;
using Sillage.Schema;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1985-04-12T23:20:50.52Z", 482196050520000)]
    [InlineData("1996-12-19T16:39:57-08:00", 851042397000000)]
    [InlineData("1990-12-31T23:59:60Z", 662688000000000)]
    [InlineData("1937-01-01T12:00:27.87+00:20", -1041337172130000)]
    [InlineData("2026-11-20t09:30:00.123456789z", 1795167000123456)]
    public void The_examples_of_the_standard_are_read(string text, long microseconds)
    {
        Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long read).ShouldBeTrue();
        read.ShouldBe(microseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-20")]
    [InlineData("2026-11-20T09:30:00")]
    [InlineData("2026-11-20 09:30:00Z")]
    [InlineData("2026-11-20T09:30Z")]
    [InlineData("2026-11-20T09:30:00.Z")]
    [InlineData("2026-11-20T09:30:00.1")]
    [InlineData("2026-13-20T09:30:00Z")]
    [InlineData("2026-02-29T09:30:00Z")]
    [InlineData("2026-11-20T24:00:00Z")]
    [InlineData("2026-11-20T09:60:00Z")]
    [InlineData("2026-11-20T09:30:61Z")]
    [InlineData("2026-11-20T09:30:00+0100")]
    [InlineData("2026-11-20T09:30:00+24:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("2023-04-18T10:17.109Z")]
    [InlineData("2026-11-20T09:30:00ZZ")]
    [InlineData("+026-11-20T09:30:00Z")]
    public void Anything_else_is_not(string text) =>
        Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long _).ShouldBeFalse();
}
