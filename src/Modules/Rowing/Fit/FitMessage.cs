using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Sillage.Rowing.Fit;

/// <summary>A field as a definition describes it: where in the message it lies.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FitField(byte Number, int Offset, int Size, byte Type);

/// <summary>A field that an app has described itself.</summary>
internal readonly record struct FitDeveloperField(string Name, double Scale, double Offset, byte Type);

/// <summary>What the messages of one local number look like.</summary>
internal sealed record FitDefinition(ushort Number, bool BigEndian, FitField[] Fields, FitField[] Developer, int Size)
{
    /// <summary>For each developer field what its app called it; null where nothing was said.</summary>
    public FitDeveloperField?[] Described { get; init; } = [];
}

/// <summary>A message of a FIT file, read when it is asked. A value that means "invalid" is not there.</summary>
internal readonly ref struct FitMessage(FitDefinition definition, ReadOnlySpan<byte> bytes, uint? timestamp)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The number of every message's timestamp.</summary>
    public const byte Timestamp = 253;

    /// <summary>The message's global number.</summary>
    public ushort Number => definition.Number;

    /// <summary>Seconds since the FIT epoch, its own or by the compressed header.</summary>
    public uint? Time => (uint?)Whole(Timestamp) ?? timestamp;

    /// <summary>A whole number.</summary>
    public long? Whole(byte field) => Find(field) is { } found ? Whole(found) : null;

    /// <summary>A number with its scale taken off.</summary>
    public double? Scaled(byte field, double scale) => Find(field) is { } found ? Real(found) / scale : null;

    /// <summary>A text.</summary>
    public string? Text(byte field) => Find(field) is { Type: FitType.Text } found ? Text(found) : null;

    /// <summary>A number that an app has described itself, by its name.</summary>
    public double? Developer(string name)
    {
        for (var i = 0; i < definition.Described.Length; i++)
        {
            if (definition.Described[i] is { } described && described.Name == name)
            {
                var field = definition.Developer[i] with { Type = described.Type };
                return (Real(field) / described.Scale) - described.Offset;
            }
        }

        return null;
    }

    private FitField? Find(byte number)
    {
        foreach (var field in definition.Fields)
        {
            if (field.Number == number)
            {
                return field;
            }
        }

        return null;
    }

    private string? Text(in FitField field)
    {
        var value = _bytes.Slice(field.Offset, field.Size);
        var end = value.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
        return text.Length == 0 ? null : text;
    }

    private double? Real(in FitField field)
    {
        var value = _bytes.Slice(field.Offset, field.Size);
        double? real = (field.Type, value.Length) switch
        {
            (FitType.Float32, 4) => definition.BigEndian
                ? BinaryPrimitives.ReadSingleBigEndian(value)
                : BinaryPrimitives.ReadSingleLittleEndian(value),
            (FitType.Float64, 8) => definition.BigEndian
                ? BinaryPrimitives.ReadDoubleBigEndian(value)
                : BinaryPrimitives.ReadDoubleLittleEndian(value),
            _ => Whole(field),
        };
        return real is { } number && double.IsFinite(number) ? number : null;
    }

    // Of an array nothing is read: no field that is asked for here is one.
    private long? Whole(in FitField field)
    {
        var value = _bytes.Slice(field.Offset, field.Size);
        if (value.Length != FitType.SizeOf(field.Type))
        {
            return null;
        }

        ulong raw = 0;
        for (var i = 0; i < value.Length; i++)
        {
            raw |= (ulong)value[definition.BigEndian ? value.Length - 1 - i : i] << (8 * i);
        }

        return field.Type switch
        {
            FitType.Enum or FitType.Byte8 or FitType.Bytes => raw == byte.MaxValue ? null : (long)raw,
            FitType.Int8 => raw == 0x7F ? null : (sbyte)raw,
            FitType.Int16 => raw == 0x7FFF ? null : (short)raw,
            FitType.UInt16 => raw == ushort.MaxValue ? null : (long)raw,
            FitType.Int32 => raw == int.MaxValue ? null : (int)raw,
            FitType.UInt32 => raw == uint.MaxValue ? null : (long)raw,
            FitType.Int64 => raw == long.MaxValue ? null : (long)raw,
            FitType.UInt64 => raw > long.MaxValue ? null : (long)raw,
            FitType.Byte8Z or FitType.UInt16Z or FitType.UInt32Z or FitType.UInt64Z => raw is 0 or > long.MaxValue
                ? null
                : (long)raw,
            _ => null,
        };
    }
}
