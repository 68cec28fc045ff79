using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sillage.Redis.SocketIO;

/// <summary>Reads MessagePack as JSON; bytes become attachments with a placeholder in their place.</summary>
internal ref struct MessagePackReader(ReadOnlySpan<byte> input, Utf8JsonWriter json)
{
    private const int MaxDepth = 64;

    private ReadOnlySpan<byte> _rest = input;

    public List<ReadOnlyMemory<byte>> Attachments { get; } = [];

    /// <summary>Reads one value and everything in it.</summary>
    /// <returns>False if it is not MessagePack, ends too early or is nested too deep.</returns>
    public bool TryRead(int depth = 0)
    {
        if (depth > MaxDepth || !TryTake(1, out var head))
        {
            return false;
        }

        var mark = head[0];
        switch (mark)
        {
            case < 0x80:
                json.WriteNumberValue(mark);
                return true;
            case < 0x90:
                return TryReadMap(mark & 0x0f, depth);
            case < 0xa0:
                return TryReadArray(mark & 0x0f, depth);
            case < 0xc0:
                return TryReadString(mark & 0x1f);
            case 0xc0 or 0xc1:
                json.WriteNullValue();
                return true;
            case 0xc2 or 0xc3:
                json.WriteBooleanValue(mark == 0xc3);
                return true;
            case 0xc4 or 0xc5 or 0xc6:
                return TryReadLength(1 << (mark - 0xc4), out var size) && TryReadBytes(size);
            case 0xc7 or 0xc8 or 0xc9:
                return TryReadLength(1 << (mark - 0xc7), out size) && TryReadExtension(size, isFixed: false);
            case 0xca when TryTake(4, out var bytes):
                return WriteDouble(BinaryPrimitives.ReadSingleBigEndian(bytes));
            case 0xcb when TryTake(8, out var bytes):
                return WriteDouble(BinaryPrimitives.ReadDoubleBigEndian(bytes));
            case >= 0xcc and <= 0xcf when TryTake(1 << (mark - 0xcc), out var bytes):
                json.WriteNumberValue(Unsigned(bytes));
                return true;
            case >= 0xd0 and <= 0xd3 when TryTake(1 << (mark - 0xd0), out var bytes):
                json.WriteNumberValue(Signed(bytes));
                return true;
            case >= 0xd4 and <= 0xd8:
                return TryReadExtension(1 << (mark - 0xd4), isFixed: true);
            case 0xd9 or 0xda or 0xdb:
                return TryReadLength(1 << (mark - 0xd9), out size) && TryReadString(size);
            case 0xdc or 0xdd:
                return TryReadLength(2 << (mark - 0xdc), out size) && TryReadArray(size, depth);
            case 0xde or 0xdf:
                return TryReadLength(2 << (mark - 0xde), out size) && TryReadMap(size, depth);
            case >= 0xe0:
                json.WriteNumberValue((sbyte)mark);
                return true;
            default:
                return false;
        }
    }

    private bool TryReadMap(int count, int depth)
    {
        json.WriteStartObject();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadKey() || !TryRead(depth + 1))
            {
                return false;
            }
        }

        json.WriteEndObject();
        return true;
    }

    private bool TryReadKey()
    {
        if (!TryTake(1, out var head))
        {
            return false;
        }

        var mark = head[0];
        var length = mark & 0x1f;
        if (mark is (< 0xa0 or >= 0xc0) and not (0xd9 or 0xda or 0xdb))
        {
            return false;
        }

        if ((mark >= 0xc0 && !TryReadLength(1 << (mark - 0xd9), out length)) || !TryTake(length, out var text))
        {
            return false;
        }

        json.WritePropertyName(text);
        return true;
    }

    private bool TryReadArray(int count, int depth)
    {
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(depth + 1))
            {
                return false;
            }
        }

        json.WriteEndArray();
        return true;
    }

    private bool TryReadString(int length)
    {
        if (!TryTake(length, out var text))
        {
            return false;
        }

        json.WriteStringValue(Encoding.UTF8.GetString(text));
        return true;
    }

    private bool TryReadBytes(int length)
    {
        if (!TryTake(length, out var data))
        {
            return false;
        }

        json.WriteStartObject();
        json.WriteBoolean("_placeholder"u8, true);
        json.WriteNumber("num"u8, Attachments.Count);
        json.WriteEndObject();
        Attachments.Add(data.ToArray());
        return true;
    }

    /// <summary>What the Node adapter's library makes of JavaScript: an array buffer, a date, undefined.</summary>
    private bool TryReadExtension(int length, bool isFixed)
    {
        const byte Timestamp = 0xff;
        if (!TryTake(1, out var kind))
        {
            return false;
        }

        if (kind[0] == 0 && !isFixed)
        {
            return TryReadBytes(length);
        }

        if (!TryTake(length, out var data))
        {
            return false;
        }

        // The standard's three forms of a timestamp, and the milliseconds that older versions wrote.
        long? milliseconds = (kind[0], length) switch
        {
            (Timestamp, 4) => (long)Unsigned(data) * 1000,
            (Timestamp, 8) => (long)((Unsigned(data) & 0x3_ffff_ffff) * 1000 + (Unsigned(data) >> 34) / 1_000_000),
            (Timestamp, 12) => Signed(data[4..]) * 1000 + (long)Unsigned(data[..4]) / 1_000_000,
            (0, 8) => Signed(data),
            _ => null,
        };
        if (milliseconds is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(
                DateTimeOffset
                    .FromUnixTimeMilliseconds(Math.Clamp(milliseconds.Value, -62_135_596_800_000, 253_402_300_799_999))
                    .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            );
        }

        return true;
    }

    private readonly bool WriteDouble(double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            // As JSON.stringify writes what is not a number.
            json.WriteNullValue();
        }

        return true;
    }

    private bool TryReadLength(int bytes, out int length)
    {
        length = 0;
        if (!TryTake(bytes, out var number) || Unsigned(number) > (ulong)_rest.Length)
        {
            return false;
        }

        length = (int)Unsigned(number);
        return true;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count > _rest.Length)
        {
            bytes = default;
            return false;
        }

        bytes = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    private static ulong Unsigned(ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        foreach (var b in bytes)
        {
            value = (value << 8) | b;
        }

        return value;
    }

    private static long Signed(ReadOnlySpan<byte> bytes)
    {
        var shift = 64 - 8 * bytes.Length;
        return (long)(Unsigned(bytes) << shift) >> shift;
    }
}
