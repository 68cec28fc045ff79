namespace Sillage.Messaging.Rooms;

/// <summary>What a caller may do in one room.</summary>
[Flags]
internal enum RoomRights
{
    None = 0,

    /// <summary>Know that there is such a room.</summary>
    See = 1,

    /// <summary>Become a member without an invitation.</summary>
    Join = 2,

    /// <summary>Read messages, members and what is live.</summary>
    Read = 4,

    /// <summary>Send messages, change one's own, react.</summary>
    Write = 8,

    /// <summary>Keep order: delete messages of others, kick, ban, mute, invite.</summary>
    Moderate = 16,

    /// <summary>Change the room and give roles.</summary>
    Own = 32,

    /// <summary>Keep a cursor in it, and leave it: what members have.</summary>
    TakePart = 64,
}
