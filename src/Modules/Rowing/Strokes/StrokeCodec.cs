using System.Buffers;

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

    private delegate void Set(ref Stroke stroke, int value);

    private static readonly (Func<Stroke, int?> Get, Set Set)[] Columns =
    [
        (s => s.Time, (ref s, v) => s.Time = v),
        (s => s.Distance, (ref s, v) => s.Distance = v),
        (s => s.Pace, (ref s, v) => s.Pace = v),
        (s => s.Rate, (ref s, v) => s.Rate = v),
        (s => s.Power, (ref s, v) => s.Power = v),
        (s => s.HeartRate, (ref s, v) => s.HeartRate = v),
        (s => s.DriveLength, (ref s, v) => s.DriveLength = v),
        (s => s.DriveTime, (ref s, v) => s.DriveTime = v),
        (s => s.RecoveryTime, (ref s, v) => s.RecoveryTime = v),
        (s => s.Interval, (ref s, v) => s.Interval = v),
        (s => s.Rest, (ref s, v) => s.Rest = v),
        (s => s.Latitude, (ref s, v) => s.Latitude = v),
        (s => s.Longitude, (ref s, v) => s.Longitude = v),
    ];

    /// <summary>Packs strokes in their order.</summary>
    public static byte[] Pack(ReadOnlySpan<Stroke> strokes)
    {
        var output = new ArrayBufferWriter<byte>(16 + (strokes.Length * 10));
        Write(output, Version);
        WriteNumber(output, (uint)strokes.Length);
        foreach (var (get, _) in Columns)
        {
            var present = 0;
            foreach (ref readonly var stroke in strokes)
            {
                present += get(stroke) is null ? 0 : 1;
            }

            WritePresence(output, strokes, present, get);
            long before = 0;
            foreach (ref readonly var stroke in strokes)
            {
                if (get(stroke) is { } value)
                {
                    WriteSigned(output, value - before);
                    before = value;
                }
            }
        }

        PackCurves(output, strokes);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Adds what is packed to a list.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="Pack"/> made.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, List<Stroke> strokes)
    {
        var input = new Input(packed);
        if (input.Byte() != Version)
        {
            throw new InvalidDataException("These strokes are packed in a way that is not known here.");
        }

        var count = checked((int)input.Number());
        if (count > packed.Length * 8)
        {
            throw new InvalidDataException("There are more strokes than could be packed here.");
        }

        var unpacked = new Stroke[count];
        foreach (var (_, set) in Columns)
        {
            var presence = input.Presence(count);
            long value = 0;
            for (var i = 0; i < count; i++)
            {
                if (presence.Has(i))
                {
                    value += input.Signed();
                    set(ref unpacked[i], checked((int)value));
                }
            }
        }

        var curves = input.Presence(count);
        for (var i = 0; i < count; i++)
        {
            if (curves.Has(i))
            {
                unpacked[i].ForceCurve = input.Curve();
            }
        }

        strokes.AddRange(unpacked);
    }

    private static void PackCurves(ArrayBufferWriter<byte> output, ReadOnlySpan<Stroke> strokes)
    {
        var present = 0;
        foreach (ref readonly var stroke in strokes)
        {
            present += stroke.ForceCurve is null ? 0 : 1;
        }

        WritePresence(output, strokes, present, s => s.ForceCurve?.Length);
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

    private static void WritePresence(
        ArrayBufferWriter<byte> output,
        ReadOnlySpan<Stroke> strokes,
        int present,
        Func<Stroke, int?> get
    )
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
            if (get(strokes[i]) is not null)
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

    private readonly ref struct Bits(byte mode, ReadOnlySpan<byte> bits)
    {
        private readonly ReadOnlySpan<byte> _bits = bits;

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
