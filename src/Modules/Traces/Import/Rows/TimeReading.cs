using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Unicode;
using Sillage.Schema;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// Reads times as files have them and gives RFC 3339: a text that is that already stays as it is. Without a format
/// the text says what it is: RFC 3339, also with a blank for the T; seconds, milliseconds or microseconds since 1970 by the
/// number of digits; or a local time of ISO 8601, which needs a zone.
/// </summary>
internal sealed class TimeReading
{
    private const string LocalNeedsZone =
        "A local time: say which zone it is in, such as --time-zone Europe/Paris or --time-zone UTC.";

    private const string Unknown =
        "A time is expected: RFC 3339 such as 2026-11-20T09:30:00Z, seconds or milliseconds since 1970, or another form that "
        + "--time-format names.";

    private const string NoSuchTime = "There is no such time in that zone: the clock was put forward over it.";

    private static readonly string[] LocalForms =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd'T'HH:mm",
    ];

    private readonly string? _unit;
    private readonly string[]? _forms;
    private readonly bool _formHasOffset;
    private readonly TimeZoneInfo? _zone;
    private readonly bool _decimalComma;

    public TimeReading(string? format, string? zone, bool decimalComma = false)
    {
        _decimalComma = decimalComma;
        _zone = ZoneOf(zone);
        switch (format)
        {
            case null:
                break;
            case "rfc3339" or "s" or "ms" or "us":
                _unit = format;
                break;
            default:
                _forms = [format];
                _formHasOffset = format.AsSpan().ContainsAny('z', 'K');
                Check(format);
                break;
        }
    }

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text.</param>
    /// <param name="room">Where the time goes if the text is not it already.</param>
    /// <param name="time">RFC 3339 text.</param>
    /// <returns>What is wrong with it; null if nothing is.</returns>
    public string? Read(ReadOnlySpan<byte> text, byte[] room, out ReadOnlySpan<byte> time) =>
        Read(text, room, isJson: false, out time);

    /// <summary>The same for text that may be a number of JSON.</summary>
    /// <param name="text">The text.</param>
    /// <param name="room">Where the time goes if the text is not it already.</param>
    /// <param name="isJson">Whether a number is one of JSON, with a point before its fraction.</param>
    /// <param name="time">RFC 3339 text.</param>
    /// <returns>What is wrong with it; null if nothing is.</returns>
    public string? Read(ReadOnlySpan<byte> text, byte[] room, bool isJson, out ReadOnlySpan<byte> time)
    {
        time = text;
        if (_forms is not null)
        {
            return ReadForm(text, _forms, room, out time);
        }

        if (_unit is null or "rfc3339" && Rfc3339.TryParse(text, out long _))
        {
            return null;
        }

        if (_unit == "rfc3339")
        {
            return Rfc3339.Expected;
        }

        Span<byte> spelt = stackalloc byte[room.Length];
        if (
            TrySpell(text, _decimalComma && !isJson, ref spelt)
            && Utf8Parser.TryParse(spelt, out decimal number, out var used)
            && used == spelt.Length
        )
        {
            return ReadNumber(number, room, out time);
        }

        if (_unit is not null)
        {
            return $"A number of {_unit} since 1970 is expected.";
        }

        return ReadLoose(text, room, out time) ? null : ReadForm(text, LocalForms, room, out time);
    }

    // With a comma before the fraction, a point can only stand between thousands.
    private static bool TrySpell(ReadOnlySpan<byte> text, bool comma, ref Span<byte> spelt)
    {
        if (text.Length > spelt.Length || (comma && text.Contains((byte)'.')))
        {
            return false;
        }

        spelt = spelt[..text.Length];
        text.CopyTo(spelt);
        if (comma)
        {
            spelt.Replace((byte)',', (byte)'.');
        }

        return true;
    }

    private string? ReadNumber(decimal number, byte[] room, out ReadOnlySpan<byte> time)
    {
        // By its size and not by how it is written: R writes 1.795e+12.
        var factor = (_unit, Math.Abs(number)) switch
        {
            ("s", _) => 10_000_000m,
            ("ms", _) => 10_000m,
            ("us", _) => 10m,
            (_, < 1e8m) => 0m,
            (_, < 1e11m) => 10_000_000m,
            (_, < 1e14m) => 10_000m,
            _ => 10m,
        };
        // A number may be written with an exponent: what no calendar holds is not multiplied any further.
        var ticks =
            factor == 0 || Math.Abs(number) > long.MaxValue
                ? decimal.MaxValue
                : Math.Round(number * factor) + DateTime.UnixEpoch.Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            time = default;
            return Unknown;
        }

        time = Write(new DateTime((long)ticks, DateTimeKind.Utc), room);
        return null;
    }

    // What pandas and databases write: 2026-11-20 09:30:00+00:00.
    private static bool ReadLoose(ReadOnlySpan<byte> text, byte[] room, out ReadOnlySpan<byte> time)
    {
        time = default;
        if (text.Length < 20 || text.Length > room.Length || text[10] != ' ')
        {
            return false;
        }

        text.CopyTo(room);
        room[10] = (byte)'T';
        time = room.AsSpan(0, text.Length);
        return Rfc3339.TryParse(time, out long _);
    }

    private string? ReadForm(ReadOnlySpan<byte> text, string[] forms, byte[] room, out ReadOnlySpan<byte> time)
    {
        time = default;
        Span<char> characters = stackalloc char[64];
        if (
            text.Length > characters.Length
            || Utf8.ToUtf16(text, characters, out _, out var length) != OperationStatus.Done
        )
        {
            return Unknown;
        }

        var one = characters[..length];
        if (_formHasOffset)
        {
            if (
                !DateTimeOffset.TryParseExact(
                    one,
                    forms,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var moment
                )
            )
            {
                return Unknown;
            }

            time = Write(moment.UtcDateTime, room);
            return null;
        }

        if (!DateTime.TryParseExact(one, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return Unknown;
        }

        if (_zone is null)
        {
            return LocalNeedsZone;
        }

        if (_zone.IsInvalidTime(local))
        {
            return NoSuchTime;
        }

        time = Write(TimeZoneInfo.ConvertTimeToUtc(local, _zone), room);
        return null;
    }

    private static ReadOnlySpan<byte> Write(DateTime utc, byte[] room)
    {
        utc.TryFormat(room, out var length, "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
        return room.AsSpan(0, length);
    }

    private void Check(string format)
    {
        var example = new DateTime(2026, 11, 20, 9, 30, 0, DateTimeKind.Unspecified);
        try
        {
            var text = example.ToString(format, CultureInfo.InvariantCulture);
            if (
                !format.Contains('y', StringComparison.Ordinal)
                || !DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            )
            {
                throw new FormatException();
            }
        }
        catch (FormatException e)
        {
            throw new ImportException(
                $"--time-format '{format}' is no form of a time: rfc3339, s, ms, us, or letters as in dd.MM.yyyy HH:mm:ss.fff "
                    + "(docs/guide/import.md).",
                e
            );
        }

        if (!_formHasOffset && _zone is null)
        {
            throw new ImportException(
                $"--time-format '{format}' has no offset from UTC in it: say which zone its times are in, such as --time-zone Europe/Paris or UTC."
            );
        }
    }

    private static TimeZoneInfo? ZoneOf(string? zone)
    {
        try
        {
            return zone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new ImportException(
                $"The time zone '{zone}' is not known on this machine; such as Europe/Paris or UTC (Debian's package tzdata).",
                e
            );
        }
    }
}
