namespace Sillage.Messaging.Rooms;

/// <summary>Says in this process that something in a room was committed. Who listens reads from storage what it was.</summary>
internal sealed class RoomSignals
{
    /// <summary>Called with the room's id, on the thread that committed: it must be quick.</summary>
    public Action<Guid>? Raised { get; set; }

    public void Raise(Guid room) => Raised?.Invoke(room);
}
