using System.Buffers;
using System.Runtime.InteropServices;

namespace Sillage.Rowing.Strokes;

/// <summary>
/// Strokes as they lie in a table: a column after the other, each value as the difference to the one before, zigzag, seven bits a
/// byte (docs/adr/0143-strokes-are-packed.md). A stroke of a monitor takes about nine bytes.
/// </summary>
internal static class StrokeCodec
{
    private const byte Version = 1;
    private const byte Absent = 0;
    private const byte Whole = 1;
    private const byte Sparse = 2;

    /// <summary>Packs strokes in their order.</summary>
    public static byte[] Pack(ReadOnlySpan<Stroke> strokes)
    {
        var output = new ArrayBufferWriter<byte>(16 + (strokes.Length * 10));
        Write(output, Version);
        WriteNumber(output, (uint)strokes.Length);
        PackColumn<TimeColumn>(output, strokes);
        PackColumn<DistanceColumn>(output, strokes);
        PackColumn<PaceColumn>(output, strokes);
        PackColumn<RateColumn>(output, strokes);
        PackColumn<PowerColumn>(output, strokes);
        PackColumn<HeartRateColumn>(output, strokes);
        PackColumn<DriveLengthColumn>(output, strokes);
        PackColumn<DriveTimeColumn>(output, strokes);
        PackColumn<RecoveryTimeColumn>(output, strokes);
        PackColumn<IntervalColumn>(output, strokes);
        PackColumn<RestColumn>(output, strokes);
        PackColumn<LatitudeColumn>(output, strokes);
        PackColumn<LongitudeColumn>(output, strokes);
        PackCurves(output, strokes);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Adds what is packed to a list.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="Pack"/> made.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, List<Stroke> strokes)
    {
        var (before, count) = (strokes.Count, CountOf(packed));
        CollectionsMarshal.SetCount(strokes, before + count);
        try
        {
            UnpackOver(packed, CollectionsMarshal.AsSpan(strokes)[before..]);
        }
        catch
        {
            CollectionsMarshal.SetCount(strokes, before);
            throw;
        }
    }

    /// <summary>How many strokes are packed.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="Pack"/> made.</exception>
    public static int CountOf(ReadOnlySpan<byte> packed)
    {
        var input = new Input(packed);
        return Begin(ref input, packed.Length);
    }

    /// <summary>Writes what is packed over the strokes that are there, as many as <see cref="CountOf"/> says.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="Pack"/> made.</exception>
    public static void UnpackOver(ReadOnlySpan<byte> packed, Span<Stroke> strokes)
    {
        var input = new Input(packed);
        Begin(ref input, packed.Length);
        strokes.Clear();
        UnpackColumn<TimeColumn>(ref input, strokes);
        UnpackColumn<DistanceColumn>(ref input, strokes);
        UnpackColumn<PaceColumn>(ref input, strokes);
        UnpackColumn<RateColumn>(ref input, strokes);
        UnpackColumn<PowerColumn>(ref input, strokes);
        UnpackColumn<HeartRateColumn>(ref input, strokes);
        UnpackColumn<DriveLengthColumn>(ref input, strokes);
        UnpackColumn<DriveTimeColumn>(ref input, strokes);
        UnpackColumn<RecoveryTimeColumn>(ref input, strokes);
        UnpackColumn<IntervalColumn>(ref input, strokes);
        UnpackColumn<RestColumn>(ref input, strokes);
        UnpackColumn<LatitudeColumn>(ref input, strokes);
        UnpackColumn<LongitudeColumn>(ref input, strokes);
        var curves = input.Presence(strokes.Length);
        for (var i = 0; i < strokes.Length; i++)
        {
            if (curves.Has(i))
            {
                strokes[i].ForceCurve = input.Curve();
            }
        }
    }

    private static int Begin(ref Input input, int length)
    {
        if (input.Byte() != Version)
        {
            throw new InvalidDataException("These strokes are packed in a way that is not known here.");
        }

        var count = checked((int)input.Number());
        return count <= length * 8
            ? count
            : throw new InvalidDataException("There are more strokes than could be packed here.");
    }

    private static void PackColumn<T>(ArrayBufferWriter<byte> output, ReadOnlySpan<Stroke> strokes)
        where T : struct, IColumn
    {
        var present = 0;
        foreach (ref readonly var stroke in strokes)
        {
            present += T.Get(in stroke) is null ? 0 : 1;
        }

        WritePresence<T>(output, strokes, present);
        long before = 0;
        foreach (ref readonly var stroke in strokes)
        {
            if (T.Get(in stroke) is { } value)
            {
                WriteSigned(output, value - before);
                before = value;
            }
        }
    }

    private static void UnpackColumn<T>(ref Input input, Span<Stroke> strokes)
        where T : struct, IColumn
    {
        var presence = input.Presence(strokes.Length);
        if (presence.IsNone)
        {
            return;
        }

        long value = 0;
        for (var i = 0; i < strokes.Length; i++)
        {
            if (presence.Has(i))
            {
                value += input.Signed();
                T.Set(ref strokes[i], checked((int)value));
            }
        }
    }

    private static void PackCurves(ArrayBufferWriter<byte> output, ReadOnlySpan<Stroke> strokes)
    {
        var present = 0;
        foreach (ref readonly var stroke in strokes)
        {
            present += stroke.ForceCurve is null ? 0 : 1;
        }

        WritePresence<CurveColumn>(output, strokes, present);
        foreach (ref readonly var stroke in strokes)
        {
            if (stroke.ForceCurve is not { } curve)
            {
                continue;
            }

            WriteNumber(output, (uint)curve.Length);
            long before = 0;
            foreach (var force in curve)
            {
                WriteSigned(output, force - before);
                before = force;
            }
        }
    }

    private static void WritePresence<T>(ArrayBufferWriter<byte> output, ReadOnlySpan<Stroke> strokes, int present)
        where T : struct, IColumn
    {
        Write(
            output,
            present == 0 ? Absent
                : present == strokes.Length ? Whole
                : Sparse
        );
        if (present == 0 || present == strokes.Length)
        {
            return;
        }

        Span<byte> bits = new byte[(strokes.Length + 7) / 8];
        for (var i = 0; i < strokes.Length; i++)
        {
            if (T.Get(in strokes[i]) is not null)
            {
                bits[i / 8] |= (byte)(1 << (i % 8));
            }
        }

        output.Write(bits);
    }

    private static void Write(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static void WriteSigned(ArrayBufferWriter<byte> output, long value) =>
        WriteNumber(output, (ulong)((value << 1) ^ (value >> 63)));

    private static void WriteNumber(ArrayBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>A measure of all strokes: of a struct, so that each is compiled by itself and nothing is called for a value.</summary>
    private interface IColumn
    {
        static abstract int? Get(in Stroke stroke);

        static abstract void Set(ref Stroke stroke, int value);
    }

    private readonly struct TimeColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Time;

        public static void Set(ref Stroke stroke, int value) => stroke.Time = value;
    }

    private readonly struct DistanceColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Distance;

        public static void Set(ref Stroke stroke, int value) => stroke.Distance = value;
    }

    private readonly struct PaceColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Pace;

        public static void Set(ref Stroke stroke, int value) => stroke.Pace = value;
    }

    private readonly struct RateColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Rate;

        public static void Set(ref Stroke stroke, int value) => stroke.Rate = value;
    }

    private readonly struct PowerColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Power;

        public static void Set(ref Stroke stroke, int value) => stroke.Power = value;
    }

    private readonly struct HeartRateColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.HeartRate;

        public static void Set(ref Stroke stroke, int value) => stroke.HeartRate = value;
    }

    private readonly struct DriveLengthColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.DriveLength;

        public static void Set(ref Stroke stroke, int value) => stroke.DriveLength = value;
    }

    private readonly struct DriveTimeColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.DriveTime;

        public static void Set(ref Stroke stroke, int value) => stroke.DriveTime = value;
    }

    private readonly struct RecoveryTimeColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.RecoveryTime;

        public static void Set(ref Stroke stroke, int value) => stroke.RecoveryTime = value;
    }

    private readonly struct IntervalColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Interval;

        public static void Set(ref Stroke stroke, int value) => stroke.Interval = value;
    }

    private readonly struct RestColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Rest;

        public static void Set(ref Stroke stroke, int value) => stroke.Rest = value;
    }

    private readonly struct LatitudeColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Latitude;

        public static void Set(ref Stroke stroke, int value) => stroke.Latitude = value;
    }

    private readonly struct LongitudeColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.Longitude;

        public static void Set(ref Stroke stroke, int value) => stroke.Longitude = value;
    }

    /// <summary>Whether there is a curve of force; the curves themselves are packed behind all columns.</summary>
    private readonly struct CurveColumn : IColumn
    {
        public static int? Get(in Stroke stroke) => stroke.ForceCurve?.Length;

        public static void Set(ref Stroke stroke, int value) => throw new NotSupportedException();
    }

    private readonly ref struct Bits(byte mode, ReadOnlySpan<byte> bits)
    {
        private readonly ReadOnlySpan<byte> _bits = bits;

        public bool IsNone => mode == Absent;

        public bool Has(int index) => mode == Whole || (mode == Sparse && (_bits[index / 8] & (1 << (index % 8))) != 0);
    }

    private ref struct Input(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public byte Byte() =>
            _at < _bytes.Length ? _bytes[_at++] : throw new InvalidDataException("Packed strokes end too early.");

        public ulong Number()
        {
            // Most numbers are differences of one byte.
            if (_at < _bytes.Length && _bytes[_at] < 0x80)
            {
                return _bytes[_at++];
            }

            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Byte();
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new InvalidDataException("A packed number has no end.");
        }

        public long Signed()
        {
            var value = Number();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        public Bits Presence(int count)
        {
            var mode = Byte();
            if (mode != Sparse)
            {
                return new Bits(mode, default);
            }

            var length = (count + 7) / 8;
            if (length > _bytes.Length - _at)
            {
                throw new InvalidDataException("Packed strokes end too early.");
            }

            var bits = _bytes.Slice(_at, length);
            _at += length;
            return new Bits(mode, bits);
        }

        public int[] Curve()
        {
            var length = checked((int)Number());
            if (length > _bytes.Length - _at)
            {
                throw new InvalidDataException("Packed strokes end too early.");
            }

            var curve = new int[length];
            long force = 0;
            for (var i = 0; i < length; i++)
            {
                force += Signed();
                curve[i] = checked((int)force);
            }

            return curve;
        }
    }
}
