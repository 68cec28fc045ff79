using System.Text;
using System.Text.Json;

namespace Sillage.Schema;

/// <summary>Points in time as RFC 3339 section 5.6 writes them, read from bytes.</summary>
public static class Rfc3339
{
    /// <summary>What is asked for, for error messages.</summary>
    public const string Expected =
        "A time as RFC 3339 writes it, with its offset from UTC, such as 2026-11-20T09:30:00.250Z or 2026-11-20T10:30:00+01:00.";

    private const int MaximumLength = 64;

    /// <summary>
    /// Reads a date-time with any number of fractional digits (microseconds are kept, finer ones cut) and an offset. A
    /// leap second counts as the first moment of the next minute.
    /// </summary>
    /// <param name="text">UTF-8 text.</param>
    /// <param name="microseconds">Since the Unix epoch.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (
            text.Length is < 20 or > MaximumLength
            || !TryNumber(text[..4], out var year)
            || text[4] != '-'
            || !TryNumber(text.Slice(5, 2), out var month)
            || text[7] != '-'
            || !TryNumber(text.Slice(8, 2), out var day)
            || text[10] is not ((byte)'T' or (byte)'t')
            || !TryNumber(text.Slice(11, 2), out var hour)
            || text[13] != ':'
            || !TryNumber(text.Slice(14, 2), out var minute)
            || text[16] != ':'
            || !TryNumber(text.Slice(17, 2), out var second)
            || year < 1
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || hour > 23
            || minute > 59
            || second > 60
        )
        {
            return false;
        }

        var rest = text[19..];
        if (!TryFraction(ref rest, out var fraction) || !TryOffset(rest, out var offsetMinutes))
        {
            return false;
        }

        var local =
            (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks)
            / TimeSpan.TicksPerMicrosecond;
        microseconds = local + ((((hour * 60L) + minute - offsetMinutes) * 60L) + second) * 1_000_000L + fraction;
        return IsInRange(microseconds);
    }

    /// <summary>Whether a point in time is one that can be written in this form: within the years 1 to 9999.</summary>
    public static bool IsInRange(long microseconds) => microseconds >= Earliest && microseconds <= Latest;

    /// <summary>Reads a JSON string; escapes and all, as some writers escape the plus sign of an offset.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out long microseconds)
    {
        microseconds = 0;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (!reader.ValueIsEscaped)
        {
            return TryParse(reader.ValueSpan, out microseconds);
        }

        // An escape is six bytes at most.
        if (reader.ValueSpan.Length > MaximumLength * 6 || JsonText.FindBadEscape(reader.ValueSpan) is not null)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[MaximumLength * 6];
        return TryParse(text[..reader.CopyString(text)], out microseconds);
    }

    /// <summary>The point in time as a <see cref="DateTimeOffset"/> in UTC.</summary>
    public static DateTimeOffset ToTime(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>Microseconds since the Unix epoch.</summary>
    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads a date-time from text.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length > MaximumLength || !TryParse(Encoding.UTF8.GetBytes(text), out long microseconds))
        {
            return false;
        }

        time = ToTime(microseconds);
        return true;
    }

    private static readonly long Earliest = ToMicroseconds(DateTimeOffset.MinValue);
    private static readonly long Latest = ToMicroseconds(DateTimeOffset.MaxValue);

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out long microseconds)
    {
        microseconds = 0;
        if (rest[0] != '.')
        {
            return true;
        }

        var digits = 1;
        var unit = 100_000L;
        while (digits < rest.Length && rest[digits] is >= (byte)'0' and <= (byte)'9')
        {
            microseconds += (rest[digits] - '0') * unit;
            unit /= 10;
            digits++;
        }

        rest = rest[digits..];
        return digits > 1 && rest.Length > 0;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, out long minutes)
    {
        minutes = 0;
        if (rest.Length == 1)
        {
            return rest[0] is (byte)'Z' or (byte)'z';
        }

        if (
            rest.Length != 6
            || rest[0] is not ((byte)'+' or (byte)'-')
            || rest[3] != ':'
            || !TryNumber(rest.Slice(1, 2), out var hour)
            || !TryNumber(rest.Slice(4, 2), out var minute)
            || hour > 23
            || minute > 59
        )
        {
            return false;
        }

        minutes = (hour * 60) + minute;
        minutes = rest[0] == '-' ? -minutes : minutes;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
