using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Sillage.Api.Tables;

namespace Sillage.Traces.Export;

/// <summary>Writes points in time as RFC 3339, in UTC with a <c>Z</c> or in a zone with its offset at that moment.</summary>
internal sealed class TimeCells(TimeZoneInfo? zone)
{
    private readonly byte[] _secondText = new byte["2026-01-01T00:00:00.".Length];
    private byte[] _offsetText = "Z"u8.ToArray();
    private long _second = long.MinValue;

    public void Write(RowBuffer output, long microseconds)
    {
        var (second, fraction) = (Math.DivRem(microseconds, 1_000_000, out var rest), rest);
        if (fraction < 0)
        {
            (second, fraction) = (second - 1, fraction + 1_000_000);
        }

        // Traces lie in the order in which they came: most are of the same second as the one before.
        if (second != _second)
        {
            SetSecond(second);
        }

        output.Write(_secondText);
        Utf8Formatter.TryFormat(fraction, output.GetSpan(6), out var length, new StandardFormat('D', 6));
        output.Advance(length);
        output.Write(_offsetText);
    }

    private void SetSecond(long second)
    {
        _second = second;
        var time = DateTimeOffset.FromUnixTimeSeconds(second);
        if (zone is not null)
        {
            time = InZone(time, zone);
            var text = time.Offset == TimeSpan.Zero ? "Z" : time.ToString("zzz", CultureInfo.InvariantCulture);
            _offsetText = Encoding.ASCII.GetBytes(text);
        }

        time.TryFormat(_secondText, out _, "yyyy-MM-ddTHH:mm:ss.", CultureInfo.InvariantCulture);
    }

    // The first and the last hours of the calendar exist in UTC only.
    private static DateTimeOffset InZone(DateTimeOffset time, TimeZoneInfo zone)
    {
        var offset = zone.GetUtcOffset(time);
        var local = time.UtcTicks + offset.Ticks;
        return local < DateTime.MinValue.Ticks || local > DateTime.MaxValue.Ticks ? time : time.ToOffset(offset);
    }
}
