using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sillage.Rowing.Fit;

/// <summary>A field to write: null is what the protocol has for "invalid".</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FitValue(byte Field, byte Type, long? Value);

/// <summary>Writes a FIT file by the public description of the protocol, little-endian, a definition wherever the fields change.</summary>
internal sealed class FitWriter
{
    private const byte HeaderLength = 14;
    private const byte Protocol = 0x20;
    private const ushort Profile = 21_194;

    private readonly ArrayBufferWriter<byte> _data = new();
    private (ushort Number, FitValue[] Fields)? _defined;

    /// <summary>Writes a message.</summary>
    public void Write(ushort number, params FitValue[] fields)
    {
        if (_defined is not { } defined || defined.Number != number || !IsAlike(defined.Fields, fields))
        {
            Define(number, fields);
            _defined = (number, fields);
        }

        _data.Write([(byte)0]);
        Span<byte> bytes = stackalloc byte[8];
        foreach (var field in fields)
        {
            var size = FitType.SizeOf(field.Type);
            BinaryPrimitives.WriteInt64LittleEndian(bytes, field.Value ?? Invalid(field.Type));
            _data.Write(bytes[..size]);
        }
    }

    /// <summary>The file, with its head and its check sums.</summary>
    public byte[] ToArray()
    {
        var file = new byte[HeaderLength + _data.WrittenCount + 2];
        file[0] = HeaderLength;
        file[1] = Protocol;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(2), Profile);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), (uint)_data.WrittenCount);
        ".FIT"u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(12), FitSum.Of(file.AsSpan(0, 12)));
        _data.WrittenSpan.CopyTo(file.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt16LittleEndian(
            file.AsSpan(file.Length - 2),
            FitSum.Of(file.AsSpan(0, file.Length - 2))
        );
        return file;
    }

    private void Define(ushort number, FitValue[] fields)
    {
        Span<byte> head = stackalloc byte[6];
        head[0] = 0x40;
        BinaryPrimitives.WriteUInt16LittleEndian(head[3..], number);
        head[5] = (byte)fields.Length;
        _data.Write(head);
        foreach (var field in fields)
        {
            _data.Write([field.Field, (byte)FitType.SizeOf(field.Type), field.Type]);
        }
    }

    private static bool IsAlike(FitValue[] a, FitValue[] b) =>
        a.Length == b.Length
        && a.Zip(b).All(pair => pair.First.Field == pair.Second.Field && pair.First.Type == pair.Second.Type);

    private static long Invalid(byte type) =>
        type switch
        {
            FitType.Int8 => 0x7F,
            FitType.Int16 => 0x7FFF,
            FitType.Int32 => int.MaxValue,
            FitType.Byte8Z or FitType.UInt16Z or FitType.UInt32Z => 0,
            _ => -1,
        };
}
