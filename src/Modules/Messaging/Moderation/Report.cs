using Sillage.Api.Replies;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Moderation;

/// <summary>A message that somebody finds should be looked at.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Room">The room where it was written.</param>
/// <param name="Message">The message as it is now; left out where it is gone.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="At">When it was reported.</param>
/// <param name="Resolution">What was done; left out while it is open.</param>
/// <param name="ResolvedAt">When.</param>
/// <param name="Links">Where the room and the message are, and where one says what was done.</param>
public sealed record Report(
    Guid Id,
    ReportedRoom Room,
    ReportedMessage? Message,
    string Reason,
    DateTimeOffset At,
    string? Resolution,
    DateTimeOffset? ResolvedAt,
    Links Links
)
{
    internal static Report Example { get; } =
        new ReportRow(
            Guid.Empty,
            Guid.Empty,
            "The boathouse",
            "boathouse",
            "Spam.",
            DateTimeOffset.UnixEpoch,
            null,
            null,
            Guid.Empty,
            42,
            Guid.Empty,
            "Buy oars!",
            DateTimeOffset.UnixEpoch,
            null
        ).ToReport();
}

/// <summary>Where a reported message was written.</summary>
/// <param name="Id">The room's id.</param>
/// <param name="Name">Its name; empty for a conversation of two.</param>
/// <param name="Slug">Its name in addresses, if it has one.</param>
public sealed record ReportedRoom(Guid Id, string Name, string? Slug);

/// <summary>A reported message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Seq">Its place in the room.</param>
/// <param name="Sender">Who sent it; left out where they were erased.</param>
/// <param name="Text">How it begins, 500 characters at most; empty where it was deleted.</param>
/// <param name="At">When it was sent.</param>
/// <param name="DeletedAt">When it was deleted, if it was.</param>
public sealed record ReportedMessage(
    Guid Id,
    long Seq,
    Guid? Sender,
    string Text,
    DateTimeOffset At,
    DateTimeOffset? DeletedAt
);

/// <summary>A report with its room and its message, as they are stored.</summary>
internal sealed record ReportRow(
    Guid Id,
    Guid RoomId,
    string RoomName,
    string? RoomSlug,
    string Reason,
    DateTimeOffset At,
    string? Resolution,
    DateTimeOffset? ResolvedAt,
    Guid? MessageId,
    long? Seq,
    Guid? SenderId,
    string? Text,
    DateTimeOffset? SentAt,
    DateTimeOffset? DeletedAt
)
{
    private const string Columns = """
        p.id, p.room_id, r.name AS room_name, r.slug AS room_slug, p.reason, p.at, p.resolution, p.resolved_at,
        s.id AS message_id, s.seq, s.sender_id, substr(s.text, 1, 500) AS text, s.sent_at, s.deleted_at
        """;

    private const string Joined = """
        JOIN room r ON r.id = p.room_id LEFT JOIN message s ON s.room_id = p.room_id AND s.seq = p.seq
        """;

    public const string Select = $"SELECT {Columns} FROM report p {Joined}";

    /// <summary>Of the rooms where one person keeps order.</summary>
    public const string SelectOfModerator = $"""
        SELECT {Columns} FROM member m JOIN report p ON p.room_id = m.room_id {Joined}
        WHERE m.account_id = @Account AND {Member.KeepsOrder}
        """;

    public Report ToReport()
    {
        var room = RoomResource.AddressOf(RoomId);
        var links = new Links { ["room"] = room, ["resolution"] = $"{room}/reports/{Id}/resolution" };
        if (MessageId is { } message)
        {
            links["message"] = $"{room}/messages/{message}";
        }

        return new Report(
            Id,
            new ReportedRoom(RoomId, RoomName, RoomSlug),
            MessageId is { } id ? new ReportedMessage(id, Seq!.Value, SenderId, Text!, SentAt!.Value, DeletedAt) : null,
            Reason,
            At,
            Resolution,
            ResolvedAt,
            links
        );
    }
}
