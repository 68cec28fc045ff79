using System.Buffers;

namespace Sillage.Api.Replies;

/// <summary>Bytes that are written one after the other into an array of the pool: for long replies, which would be garbage of the dear kind each time.</summary>
/// <param name="capacity">As many as are expected.</param>
public sealed class PooledBytes(int capacity) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(1, capacity));
    private int _length;

    /// <summary>What was written; until it is disposed of.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <inheritdoc />
    public void Advance(int count) => _length += count;

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).AsMemory(_length);

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).AsSpan(_length);

    /// <inheritdoc />
    public void Dispose()
    {
        var bytes = _bytes;
        (_bytes, _length) = ([], 0);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private byte[] Room(int sizeHint)
    {
        var needed = checked(_length + Math.Max(1, sizeHint));
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(
                Math.Max(needed, (int)Math.Min(2L * _bytes.Length, Array.MaxLength))
            );
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes;
    }
}
