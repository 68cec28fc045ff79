namespace Sillage.Messaging.Rooms;

/// <summary>Says in this process that something in a room was committed.</summary>
internal sealed class RoomSignals
{
    /// <summary>Called on the thread that committed: it must be quick.</summary>
    public Action<RoomNews>? Raised { get; set; }

    public void Raise(RoomNews news) => Raised?.Invoke(news);
}

/// <summary>Where the numbers of a room are now. What was numbered is in storage.</summary>
internal record RoomNews(Guid Room, long LastSeq, long LastChange)
{
    /// <summary>That anything may have become of a room.</summary>
    public static RoomNews Unknown(Guid room) => new(room, long.MaxValue, long.MaxValue);

    /// <summary>Whether all of it lies before two cursors.</summary>
    public bool IsKnownAt(long seq, long change) => LastSeq <= seq && LastChange <= change;
}
