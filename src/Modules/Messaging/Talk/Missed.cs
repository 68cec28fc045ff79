using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Talk;

/// <summary>What happened in a room behind two cursors: the last message and the last change that somebody has.</summary>
/// <param name="Messages">New messages, in order, without a gap.</param>
/// <param name="Changed">Messages from before the cursor that have changed since, as they are now.</param>
/// <param name="Members">Members who have come, gone, read or become something else since.</param>
/// <param name="RoomChanged">Whether the room itself was changed.</param>
/// <param name="Seq">Where the first cursor goes.</param>
/// <param name="Change">Where the second one goes.</param>
/// <param name="More">Whether there is more behind them.</param>
internal sealed record Missed(
    IReadOnlyList<Message> Messages,
    IReadOnlyList<Message> Changed,
    IReadOnlyList<Member> Members,
    bool RoomChanged,
    long Seq,
    long Change,
    bool More
)
{
    private const string NewMessages = $"""
        SELECT {MessageRow.Columns} FROM message WHERE room_id = @Room AND seq > @Seq ORDER BY seq LIMIT @Limit
        """;

    // What comes after the cursor comes as a new message, changes included.
    private const string ChangedMessages = $"""
        SELECT {MessageRow.Columns} FROM message
        WHERE room_id = @Room AND change > @Change AND seq <= @Seq ORDER BY change LIMIT @Limit
        """;

    private const string ChangedMembers = $"""
        SELECT {Member.Columns} FROM member WHERE room_id = @Room AND change > @Change ORDER BY change LIMIT @Limit
        """;

    public bool HasChanges => Changed.Count > 0 || Members.Count > 0 || RoomChanged;

    /// <summary>Reads a page of it.</summary>
    /// <param name="reader">The snapshot that the room was read from.</param>
    /// <param name="room">The room.</param>
    /// <param name="seq">The last message that is known.</param>
    /// <param name="change">The last change that is known.</param>
    /// <param name="limit">How many of each at most.</param>
    /// <param name="ct">Ends it early.</param>
    public static async Task<Missed> ReadAsync(
        IReader reader,
        Room room,
        long seq,
        long change,
        int limit,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Room = room.Id,
            Seq = seq,
            Change = change,
            Limit = (long)limit,
        };
        IReadOnlyList<MessageRow> rows = [];
        if (seq < room.LastSeq)
        {
            rows = await reader.QueryAsync<MessageRow>(NewMessages, parameters, ct);
        }

        IReadOnlyList<MessageRow> changed = [];
        IReadOnlyList<Member> members = [];
        if (change < room.LastChange)
        {
            changed = await reader.QueryAsync<MessageRow>(ChangedMessages, parameters, ct);
            members = await reader.QueryAsync<Member>(ChangedMembers, parameters, ct);
        }

        // A list that was cut off says how far the numbers are complete.
        var known = room.LastChange;
        known = changed.Count == limit ? Math.Min(known, changed[^1].Change) : known;
        known = members.Count == limit ? Math.Min(known, members[^1].Change) : known;
        var last = rows.Count == limit ? rows[^1].Seq : Math.Max(seq, room.LastSeq);
        return new Missed(
            await MessageRow.ToMessagesAsync(reader, rows, ct),
            await MessageRow.ToMessagesAsync(reader, [.. changed.Where(row => row.Change <= known)], ct),
            [.. members.Where(member => member.Change <= known)],
            room.Change > change && room.Change <= known,
            last,
            Math.Max(change, known),
            last < room.LastSeq || known < room.LastChange
        );
    }
}
