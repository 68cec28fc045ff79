using System.Buffers;

namespace Sillage.SocketIO.Rooms;

/// <summary>Which sockets a broadcast is for.</summary>
/// <param name="Rooms">Those in any of these rooms; all if empty. A socket's id is a room of its own.</param>
/// <param name="Except">But none in any of these.</param>
internal readonly record struct Selection(string[] Rooms, string[] Except)
{
    public static readonly Selection Everyone = new([], []);
}

/// <summary>The sockets of a namespace and their rooms. What it hands out are copies, so that nobody sends under its lock.</summary>
internal sealed class RoomRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClientSocket> _sockets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly Room _everyone = new("");

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sockets.Count;
            }
        }
    }

    /// <summary>Adds a socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="welcome">Called before a broadcast can find the socket.</param>
    public void Add(ClientSocket socket, Action welcome)
    {
        lock (_gate)
        {
            _sockets.Add(socket.Id, socket);
            Enter(socket, _everyone, 0);
            welcome();
        }
    }

    /// <summary>Takes a socket out of the namespace and all of its rooms.</summary>
    /// <returns>The rooms that it was in, and whether it was here at all.</returns>
    public (bool Removed, KeptRoom[] Rooms) Remove(ClientSocket socket)
    {
        lock (_gate)
        {
            if (!_sockets.Remove(socket.Id))
            {
                return (false, []);
            }

            ref var memberships = ref socket.Memberships;
            var rooms = KeptRooms(socket);
            while (memberships.Count > 0)
            {
                Exit(socket, memberships.Count - 1);
            }

            return (true, rooms);
        }
    }

    /// <summary>Lets a socket into a room.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="name">The room's name.</param>
    /// <param name="since">As in <see cref="KeptRoom"/>.</param>
    /// <returns>False if it was in it already, or has left the namespace.</returns>
    public bool Join(ClientSocket socket, string name, long since = 0)
    {
        lock (_gate)
        {
            // A socket that has left comes into no room again: nothing would ever take it out.
            if (!_sockets.ContainsKey(socket.Id) || name == socket.Id)
            {
                return false;
            }

            if (!_rooms.TryGetValue(name, out var room))
            {
                _rooms.Add(name, room = new Room(name));
            }
            else if (socket.Memberships.Find(room) >= 0)
            {
                return false;
            }

            Enter(socket, room, since);
            return true;
        }
    }

    public bool Leave(ClientSocket socket, string name)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(name, out var room) || socket.Memberships.Find(room) is not (>= 0 and var slot))
            {
                return false;
            }

            Exit(socket, slot);
            return true;
        }
    }

    public string[] RoomsOf(ClientSocket socket)
    {
        lock (_gate)
        {
            return [.. KeptRooms(socket).Select(r => r.Name)];
        }
    }

    public ClientSocket? Find(string id)
    {
        lock (_gate)
        {
            return _sockets.GetValueOrDefault(id);
        }
    }

    /// <summary>The rooms that have members, with how many.</summary>
    public IReadOnlyDictionary<string, int> Rooms()
    {
        lock (_gate)
        {
            return _rooms.ToDictionary(r => r.Key, r => r.Value.Count, StringComparer.Ordinal);
        }
    }

    /// <summary>The sockets of a selection, each once, in an array that the caller gives back to the shared pool.</summary>
    public ClientSocket[] Rent(Selection selection, out int count)
    {
        lock (_gate)
        {
            var excepted = Excepted(selection.Except);
            if (selection.Rooms.Length == 0)
            {
                return Copy(_everyone, excepted, out count);
            }

            if (selection.Rooms.Length == 1)
            {
                return _rooms.TryGetValue(selection.Rooms[0], out var room)
                    ? Copy(room, excepted, out count)
                    : CopyOne(selection.Rooms[0], excepted, out count);
            }

            var chosen = new HashSet<ClientSocket>();
            foreach (var name in selection.Rooms)
            {
                Collect(name, chosen);
            }

            if (excepted is not null)
            {
                chosen.ExceptWith(excepted);
            }

            var sockets = ArrayPool<ClientSocket>.Shared.Rent(chosen.Count);
            chosen.CopyTo(sockets);
            count = chosen.Count;
            return sockets;
        }
    }

    public static void Return(ClientSocket[] rented) => ArrayPool<ClientSocket>.Shared.Return(rented, clearArray: true);

    private HashSet<ClientSocket>? Excepted(string[] names)
    {
        if (names.Length == 0)
        {
            return null;
        }

        var sockets = new HashSet<ClientSocket>();
        foreach (var name in names)
        {
            Collect(name, sockets);
        }

        return sockets.Count == 0 ? null : sockets;
    }

    private void Collect(string name, HashSet<ClientSocket> sockets)
    {
        if (_sockets.TryGetValue(name, out var single))
        {
            sockets.Add(single);
        }
        else if (_rooms.TryGetValue(name, out var room))
        {
            foreach (var member in room.Members)
            {
                sockets.Add(member.Socket);
            }
        }
    }

    private static ClientSocket[] Copy(Room room, HashSet<ClientSocket>? excepted, out int count)
    {
        var sockets = ArrayPool<ClientSocket>.Shared.Rent(room.Count);
        count = 0;
        foreach (var member in room.Members)
        {
            if (excepted is null || !excepted.Contains(member.Socket))
            {
                sockets[count++] = member.Socket;
            }
        }

        return sockets;
    }

    private ClientSocket[] CopyOne(string id, HashSet<ClientSocket>? excepted, out int count)
    {
        if (!_sockets.TryGetValue(id, out var socket) || excepted?.Contains(socket) is true)
        {
            count = 0;
            return [];
        }

        var sockets = ArrayPool<ClientSocket>.Shared.Rent(1);
        sockets[0] = socket;
        count = 1;
        return sockets;
    }

    private static void Enter(ClientSocket socket, Room room, long since)
    {
        ref var memberships = ref socket.Memberships;
        var slot = memberships.Reserve();
        memberships.At(slot) = new Memberships.Membership(room, room.Add(socket, slot), since);
    }

    private void Exit(ClientSocket socket, int slot)
    {
        ref var memberships = ref socket.Memberships;
        var (room, index, _) = memberships.At(slot);
        room.RemoveAt(index);
        memberships.RemoveAt(slot);
        if (room.Count == 0 && room != _everyone)
        {
            _rooms.Remove(room.Name);
        }
    }

    private KeptRoom[] KeptRooms(ClientSocket socket)
    {
        ref var memberships = ref socket.Memberships;
        var rooms = new List<KeptRoom>(memberships.Count);
        for (var i = 0; i < memberships.Count; i++)
        {
            var (room, _, since) = memberships.At(i);
            if (room != _everyone)
            {
                rooms.Add(new KeptRoom(room.Name, since));
            }
        }

        return [.. rooms];
    }
}
