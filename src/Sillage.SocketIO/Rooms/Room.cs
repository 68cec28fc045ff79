namespace Sillage.SocketIO.Rooms;

/// <summary>
/// The sockets of a room, in an array without holes. Each entry knows where the socket keeps its membership and each
/// membership knows its entry, so that leaving costs the same in a room of ten and of ten thousand: the last one takes the
/// free place. Guarded by the registry's gate.
/// </summary>
internal sealed class Room(string name)
{
    private Entry[] _entries = new Entry[4];

    public string Name { get; } = name;

    public int Count { get; private set; }

    /// <summary>A member.</summary>
    /// <param name="Socket">The socket.</param>
    /// <param name="Slot">The place of the membership among the socket's.</param>
    internal record struct Entry(ClientSocket Socket, int Slot);

    /// <summary>The members; valid while the gate is held.</summary>
    public ReadOnlySpan<Entry> Members => _entries.AsSpan(0, Count);

    public int Add(ClientSocket socket, int slot)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _entries[Count] = new Entry(socket, slot);
        return Count++;
    }

    public void RemoveAt(int index)
    {
        var last = _entries[--Count];
        _entries[Count] = default;
        if (index < Count)
        {
            _entries[index] = last;
            last.Socket.Memberships.At(last.Slot).Index = index;
        }

        // A room that was once large gives its memory back.
        if (_entries.Length > 16 && Count < _entries.Length / 4)
        {
            Array.Resize(ref _entries, _entries.Length / 2);
        }
    }

    /// <summary>The membership of an entry has moved.</summary>
    public void SetSlot(int index, int slot) => _entries[index].Slot = slot;
}

/// <summary>The rooms that a socket is in. Guarded by the registry's gate.</summary>
internal struct Memberships
{
    private Membership[]? _items;

    public int Count { get; private set; }

    /// <summary>A room that the socket is in.</summary>
    /// <param name="Room">The room.</param>
    /// <param name="Index">Its entry there.</param>
    /// <param name="Since">As in <see cref="KeptRoom"/>.</param>
    internal record struct Membership(Room Room, int Index, long Since);

    public readonly ref Membership At(int slot) => ref _items![slot];

    public readonly int Find(Room room)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_items![i].Room == room)
            {
                return i;
            }
        }

        return -1;
    }

    public int Reserve()
    {
        _items ??= new Membership[2];
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        return Count++;
    }

    public void RemoveAt(int slot)
    {
        var last = _items![--Count];
        _items[Count] = default;
        if (slot < Count)
        {
            _items[slot] = last;
            last.Room.SetSlot(last.Index, slot);
        }
    }
}
