using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Sillage.SocketIO.Backplane;

namespace Sillage.Redis.SocketIO;

/// <summary>Writes MessagePack, in the shortest form of each value.</summary>
internal readonly struct MessagePackWriter(IBufferWriter<byte> output)
{
    /// <summary>An event as Node's adapter has it: <c>{type, data, nsp}</c>.</summary>
    public void Event(string @namespace, BackplaneEvent message)
    {
        const int EventType = 2;
        Map(3);
        String("type");
        Integer(EventType);
        String("data");
        using (var arguments = JsonDocument.Parse(message.Arguments))
        {
            Json(arguments.RootElement, message.Attachments);
        }

        String("nsp");
        String(@namespace);
    }

    /// <summary>The two entries <c>rooms</c> and <c>except</c> of a map.</summary>
    public void Targets(BackplaneTarget target)
    {
        String("rooms");
        Strings(target.Rooms);
        String("except");
        Strings(target.Except);
    }

    public void Strings(IReadOnlyList<string> texts)
    {
        Array(texts.Count);
        foreach (var text in texts)
        {
            String(text);
        }
    }

    public void Array(int count) => Head(count, 0x90, 16, 0xdc);

    public void Map(int count) => Head(count, 0x80, 16, 0xde);

    public void String(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length is >= 32 and < 256)
        {
            Bytes(0xd9, (byte)length);
        }
        else
        {
            Head(length, 0xa0, 32, 0xda);
        }

        Encoding.UTF8.GetBytes(text, output);
    }

    public void Binary(ReadOnlySpan<byte> data)
    {
        if (data.Length < 256)
        {
            Bytes(0xc4, (byte)data.Length);
        }
        else
        {
            Head(data.Length, 0, 0, 0xc5);
        }

        output.Write(data);
    }

    public void Boolean(bool value) => Bytes(value ? (byte)0xc3 : (byte)0xc2);

    public void Null() => Bytes(0xc0);

    public void Integer(long value)
    {
        switch (value)
        {
            case >= -32 and < 128:
                Bytes((byte)value);
                break;
            case >= 0 and < 256:
                Bytes(0xcc, (byte)value);
                break;
            case >= 0 and <= ushort.MaxValue:
                Number(0xcd, value, 2);
                break;
            case >= 0 and <= uint.MaxValue:
                Number(0xce, value, 4);
                break;
            case >= 0:
                Number(0xcf, value, 8);
                break;
            case >= sbyte.MinValue:
                Number(0xd0, value, 1);
                break;
            case >= short.MinValue:
                Number(0xd1, value, 2);
                break;
            case >= int.MinValue:
                Number(0xd2, value, 4);
                break;
            default:
                Number(0xd3, value, 8);
                break;
        }
    }

    public void Double(double value) => Number(0xcb, BitConverter.DoubleToInt64Bits(value), 8);

    /// <summary>Writes JSON; where a placeholder stands, the attachment that it names.</summary>
    public void Json(JsonElement json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object when attachments.Count > 0 && TryFindAttachment(json, attachments, out var data):
                Binary(data.Span);
                break;
            case JsonValueKind.Object:
                Map(json.GetPropertyCount());
                foreach (var property in json.EnumerateObject())
                {
                    String(property.Name);
                    Json(property.Value, attachments);
                }

                break;
            case JsonValueKind.Array:
                Array(json.GetArrayLength());
                foreach (var element in json.EnumerateArray())
                {
                    Json(element, attachments);
                }

                break;
            case JsonValueKind.String:
                String(json.GetString()!);
                break;
            case JsonValueKind.Number when json.TryGetInt64(out var integer):
                Integer(integer);
                break;
            case JsonValueKind.Number:
                // As JavaScript, at the other end, reads it.
                Double(json.GetDouble());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Boolean(json.GetBoolean());
                break;
            default:
                Null();
                break;
        }
    }

    private static bool TryFindAttachment(
        JsonElement json,
        IReadOnlyList<ReadOnlyMemory<byte>> attachments,
        out ReadOnlyMemory<byte> data
    )
    {
        data = default;
        if (
            json.GetPropertyCount() != 2
            || !json.TryGetProperty("_placeholder"u8, out var mark)
            || mark.ValueKind is not JsonValueKind.True
            || !json.TryGetProperty("num"u8, out var number)
            || number.ValueKind is not JsonValueKind.Number
            || !number.TryGetInt32(out var index)
            || index < 0
            || index >= attachments.Count
        )
        {
            return false;
        }

        data = attachments[index];
        return true;
    }

    private void Bytes(params ReadOnlySpan<byte> bytes) => output.Write(bytes);

    /// <summary>A length: in the first byte if it is below a bound, else in two or four bytes after a mark and the mark after it.</summary>
    private void Head(int length, byte first, int below, byte mark)
    {
        if (length < below)
        {
            Bytes((byte)(first | length));
        }
        else if (length <= ushort.MaxValue)
        {
            Number(mark, length, 2);
        }
        else
        {
            Number((byte)(mark + 1), length, 4);
        }
    }

    private void Number(byte mark, long value, int bytes)
    {
        Span<byte> buffer = stackalloc byte[9];
        BinaryPrimitives.WriteInt64BigEndian(buffer[1..], value);
        buffer[8 - bytes] = mark;
        output.Write(buffer[(8 - bytes)..]);
    }
}
