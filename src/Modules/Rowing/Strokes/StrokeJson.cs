using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Sillage.Rowing.Strokes;

/// <summary>Strokes as JSON, written digit by digit: a long session is half a megabyte of numbers.</summary>
internal static class StrokeJson
{
    // The longest stroke without its curve, and the longest number with its comma.
    private const int LongestStroke = 512;
    private const int LongestNumber = 14;

    /// <summary>Writes one stroke as an object; <paramref name="more"/> are members that come behind its own, with a comma before each.</summary>
    public static void Write(IBufferWriter<byte> output, in Stroke stroke, ReadOnlySpan<byte> more = default)
    {
        var room = LongestStroke + more.Length + ((stroke.ForceCurve?.Length ?? 0) * LongestNumber);
        var span = output.GetSpan(room);
        var at = 0;
        Put(span, ref at, "{\"time\":"u8);
        Number(span, ref at, stroke.Time, 1000);
        Member(span, ref at, ",\"distance\":"u8, stroke.Distance, 100);
        Member(span, ref at, ",\"pace\":"u8, stroke.Pace, 1000);
        Member(span, ref at, ",\"rate\":"u8, stroke.Rate, 10);
        Member(span, ref at, ",\"power\":"u8, stroke.Power, 10);
        Member(span, ref at, ",\"heartRate\":"u8, stroke.HeartRate, 1);
        Member(span, ref at, ",\"driveLength\":"u8, stroke.DriveLength, 1000);
        Member(span, ref at, ",\"driveTime\":"u8, stroke.DriveTime, 1000);
        Member(span, ref at, ",\"recoveryTime\":"u8, stroke.RecoveryTime, 1000);
        Member(span, ref at, ",\"interval\":"u8, stroke.Interval, 1);
        if (stroke.IsRest)
        {
            Put(span, ref at, ",\"rest\":true"u8);
        }

        Member(span, ref at, ",\"latitude\":"u8, stroke.Latitude, 10_000_000);
        Member(span, ref at, ",\"longitude\":"u8, stroke.Longitude, 10_000_000);
        if (stroke.ForceCurve is { } curve)
        {
            Put(span, ref at, ",\"forceCurve\":["u8);
            for (var i = 0; i < curve.Length; i++)
            {
                if (i > 0)
                {
                    span[at++] = (byte)',';
                }

                Number(span, ref at, curve[i], 1);
            }

            span[at++] = (byte)']';
        }

        Put(span, ref at, more);
        span[at++] = (byte)'}';
        output.Advance(at);
    }

    /// <summary>Writes strokes as an array.</summary>
    public static void WriteArray(IBufferWriter<byte> output, List<Stroke> strokes)
    {
        output.Write("["u8);
        var isFirst = true;
        WriteItems(output, CollectionsMarshal.AsSpan(strokes), ref isFirst);
        output.Write("]"u8);
    }

    /// <summary>Writes strokes as items of an array, with a comma before each but the first of all.</summary>
    public static void WriteItems(IBufferWriter<byte> output, ReadOnlySpan<Stroke> strokes, ref bool isFirst)
    {
        foreach (ref readonly var stroke in strokes)
        {
            if (!isFirst)
            {
                output.Write(","u8);
            }

            isFirst = false;
            Write(output, stroke);
        }
    }

    private static void Member(Span<byte> span, ref int at, ReadOnlySpan<byte> name, int? value, int unit)
    {
        if (value is { } number)
        {
            Put(span, ref at, name);
            Number(span, ref at, number, unit);
        }
    }

    private static void Put(Span<byte> span, ref int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(span[at..]);
        at += text.Length;
    }

    // A whole number of parts of a unit as a decimal, without zeros at its end.
    private static void Number(Span<byte> span, ref int at, int value, int unit)
    {
        long left = value;
        if (left < 0)
        {
            span[at++] = (byte)'-';
            left = -left;
        }

        Utf8Formatter.TryFormat(left / unit, span[at..], out var written);
        at += written;
        var part = left % unit;
        if (part == 0)
        {
            return;
        }

        span[at++] = (byte)'.';
        while (part > 0)
        {
            unit /= 10;
            span[at++] = (byte)('0' + (part / unit));
            part %= unit;
        }
    }
}
