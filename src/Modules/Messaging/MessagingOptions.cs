using System.ComponentModel.DataAnnotations;

namespace Sillage.Messaging;

/// <summary>Settings of the messaging module, section <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary>
    /// How many messages somebody may have missed in a room and still be given them one by one; beyond, clients are told to load the room
    /// anew. 100 to 1 000 000, default 10 000.
    /// </summary>
    [Range(100, 1_000_000)]
    public int LongestCatchUp { get; set; } = 10_000;

    /// <summary>The most messages, and the most changes of a room, in one page of what was missed. 10 to 1000, default 200.</summary>
    [Range(10, 1000)]
    public int CatchUpPage { get; set; } = 200;

    /// <summary>The most people in one room. 2 to 1 000 000, default 10 000.</summary>
    [Range(2, 1_000_000)]
    public int MostMembers { get; set; } = 10_000;

    /// <summary>The most rooms that one person may be in. 1 to 100 000, default 1000.</summary>
    [Range(1, 100_000)]
    public int MostRooms { get; set; } = 1000;

    /// <summary>Above so many members a room tells nobody who is typing. 0 to 100 000, default 100.</summary>
    [Range(0, 100_000)]
    public int TypingMembers { get; set; } = 100;

    /// <summary>Above so many members a room is not told live who comes and goes. 0 to 100 000, default 100.</summary>
    [Range(0, 100_000)]
    public int PresenceMembers { get; set; } = 100;

    /// <summary>How long somebody whose last connection has ended is still shown as there. 0 s to 10 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan PresenceLinger { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long those who were connected to a process that was killed are still shown as there. 3 s to 10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:10:00")]
    public TimeSpan PresenceLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a message may stay unread before its reader is notified of it: in conversations, and in rooms where it names him. 0 s to 1 day,
    /// default 5 min; 0 for never.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan UnreadAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many messages one person may send at once, over all rooms. 1 to 10 000, default 30.</summary>
    [Range(1, 10_000)]
    public int MessageBurst { get; set; } = 30;

    /// <summary>How many more each second. 0.01 to 10 000, default 3.</summary>
    [Range(0.01, 10_000)]
    public double MessagesPerSecond { get; set; } = 3;

    /// <summary>How many rooms and conversations one person may make at once. 1 to 10 000, default 30.</summary>
    [Range(1, 10_000)]
    public int RoomBurst { get; set; } = 30;

    /// <summary>How many more each hour. 0.1 to 100 000, default 60.</summary>
    [Range(0.1, 100_000)]
    public double RoomsPerHour { get; set; } = 60;
}
