using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sillage.Storage.Moving;

/// <summary>
/// The count and the digest of rows, whatever their order: the SHA-256 of each, added up. It finds what a copy lost or altered; it is no
/// defence against somebody who chooses the rows.
/// </summary>
internal sealed class RowDigest
{
    private const int Lanes = 4;

    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly ulong[] _sum = new ulong[Lanes];

    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<object?> row)
    {
        _row.ResetWrittenCount();
        foreach (var value in row)
        {
            Write(value);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_row.WrittenSpan, hash);
        Rows++;
        AddUp(hash);
    }

    /// <summary>Adds the rows of a table, which it names.</summary>
    public void Add(string table, RowDigest rows)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{table} {rows.Rows} {rows}"), hash);
        Rows += rows.Rows;
        AddUp(hash);
    }

    public bool IsSameAs(RowDigest other) => Rows == other.Rows && _sum.AsSpan().SequenceEqual(other._sum);

    /// <inheritdoc />
    public override string ToString() => string.Concat(_sum.Select(lane => lane.ToString("x16")));

    private void AddUp(ReadOnlySpan<byte> hash)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            _sum[lane] += BinaryPrimitives.ReadUInt64LittleEndian(hash[(lane * sizeof(ulong))..]);
        }
    }

    /// <summary>Each value with its type and length, so that no two rows have the same bytes.</summary>
    private void Write(object? value)
    {
        switch (value)
        {
            case null:
                Write(0, []);
                break;
            case long number:
                WriteNumber(1, number);
                break;
            case double number:
                WriteNumber(2, BitConverter.DoubleToInt64Bits(number));
                break;
            case bool truth:
                WriteNumber(3, truth ? 1 : 0);
                break;
            case DateTime time:
                WriteNumber(4, time.Ticks);
                break;
            case Guid id:
                Span<byte> bytes = stackalloc byte[16];
                id.TryWriteBytes(bytes);
                Write(5, bytes);
                break;
            case byte[] blob:
                Write(6, blob);
                break;
            case string text:
                Write(7, Encoding.UTF8.GetBytes(text));
                break;
            default:
                throw new NotSupportedException($"No column holds a {value.GetType().Name}.");
        }
    }

    private void WriteNumber(byte type, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        Write(type, bytes);
    }

    private void Write(byte type, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[1 + sizeof(int)];
        head[0] = type;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        _row.Write(head);
        _row.Write(bytes);
    }
}
