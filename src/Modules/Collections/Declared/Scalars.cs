using System.Globalization;
using System.Xml;

namespace Sillage.Collections.Declared;

/// <summary>Values that are stored otherwise than they are written: so that they compare as numbers, in SQL as here.</summary>
internal static class Scalars
{
    public const string ExpectedDay = "A day such as 2026-11-20 is expected.";
    public const string ExpectedSpan = "A length of time such as PT1H30M or P2D is expected, without years and months.";

    private const string DayForm = "yyyy-MM-dd";

    public static bool IsDay(string text) => DateOnly.TryParseExact(text, DayForm, out _);

    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString(DayForm, CultureInfo.InvariantCulture);

    /// <summary>Microseconds of an ISO 8601 duration.</summary>
    public static bool TrySpan(string text, out long microseconds)
    {
        microseconds = 0;
        // A year and a month have no length.
        var date = text.Split('T')[0];
        if (
            text.Length > 40
            || date.Contains('Y', StringComparison.Ordinal)
            || date.Contains('M', StringComparison.Ordinal)
        )
        {
            return false;
        }

        try
        {
            microseconds = XmlConvert.ToTimeSpan(text).Ticks / TimeSpan.TicksPerMicrosecond;
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }

    public static string ShowSpan(long microseconds) =>
        XmlConvert.ToString(TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond));

    /// <summary>A decimal as a whole number of its last place; false where it has more places, or more digits than 18.</summary>
    public static bool TryDecimal(string text, int scale, out long units)
    {
        units = 0;
        if (
            text.Length > 40
            || !decimal.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var value
            )
            || Math.Abs(value) >= Power(18 - scale)
        )
        {
            return false;
        }

        var whole = value * Power(scale);
        units = (long)whole;
        return whole == decimal.Truncate(whole);
    }

    public static string ShowDecimal(decimal units, int scale) =>
        (units / Power(scale)).ToString(
            "F" + scale.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture
        );

    /// <summary>What is expected of a decimal, in words.</summary>
    public static string ExpectedDecimal(int scale) =>
        $"A decimal number with at most {scale} decimals and {18 - scale} digits before them is expected, as text such as \"{ShowDecimal(1250, scale)}\".";

    private static decimal Power(int of)
    {
        var power = 1m;
        for (var i = 0; i < of; i++)
        {
            power *= 10;
        }

        return power;
    }
}
