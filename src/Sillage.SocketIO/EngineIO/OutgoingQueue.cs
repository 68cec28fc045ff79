using System.Buffers;

namespace Sillage.SocketIO.EngineIO;

/// <summary>What waits to leave a connection, oldest first. It holds no memory while it is empty.</summary>
internal struct OutgoingQueue
{
    private OutgoingMessage[]? _ring;
    private int _head;

    public int Count { get; private set; }
    public long Bytes { get; private set; }

    public void Enqueue(OutgoingMessage message)
    {
        _ring ??= ArrayPool<OutgoingMessage>.Shared.Rent(16);
        if (Count == _ring.Length)
        {
            var larger = ArrayPool<OutgoingMessage>.Shared.Rent(Count * 2);
            _ring.AsSpan(_head).CopyTo(larger);
            _ring.AsSpan(0, _head).CopyTo(larger.AsSpan(_ring.Length - _head));
            ArrayPool<OutgoingMessage>.Shared.Return(_ring, clearArray: true);
            _ring = larger;
            _head = 0;
        }

        _ring[(_head + Count) % _ring.Length] = message;
        Count++;
        Bytes += message.Size;
    }

    public readonly OutgoingMessage Peek() => _ring![_head];

    public OutgoingMessage Dequeue()
    {
        var message = _ring![_head];
        _ring[_head] = null!;
        _head = (_head + 1) % _ring.Length;
        Bytes -= message.Size;
        if (--Count == 0)
        {
            Clear();
        }

        return message;
    }

    /// <summary>Takes everything.</summary>
    public OutgoingMessage[] DequeueAll()
    {
        if (Count == 0)
        {
            return [];
        }

        var all = new OutgoingMessage[Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = _ring![(_head + i) % _ring.Length];
        }

        Clear();
        return all;
    }

    public void Clear()
    {
        if (_ring is not null)
        {
            ArrayPool<OutgoingMessage>.Shared.Return(_ring, clearArray: true);
            _ring = null;
        }

        _head = 0;
        Count = 0;
        Bytes = 0;
    }
}
