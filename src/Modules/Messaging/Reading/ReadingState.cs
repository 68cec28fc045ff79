using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Reading;

/// <summary>How far somebody has read in a room, and what is left.</summary>
/// <param name="Room">The room.</param>
/// <param name="ReadSeq">Up to where they have read; it never goes back.</param>
/// <param name="UnreadFrom">From where on they marked it as unread, if they did.</param>
/// <param name="FirstUnread">The place of the first message of others that is unread; left out where none is.</param>
/// <param name="Unread">How many messages of others are unread; 1000 stands for that many or more.</param>
/// <param name="Threads">In how many threads that are theirs there are unread answers; 100 stands for that many or more.</param>
/// <param name="Mentions">How many of them name the person, or everybody; 1000 stands for that many or more.</param>
public sealed record ReadingState(
    Guid Room,
    long ReadSeq,
    long? UnreadFrom,
    long? FirstUnread,
    long Unread,
    long Mentions,
    long Threads
)
{
    private const string Count = """
        SELECT
          (SELECT COUNT(*) FROM (
            SELECT seq FROM message WHERE room_id = @Room AND seq > @From AND deleted_at IS NULL
              AND (sender_id IS NULL OR sender_id <> @Account) ORDER BY seq LIMIT 1000) AS unread) AS unread,
          (SELECT COUNT(*) FROM (
            SELECT seq FROM mention WHERE account_id = @Account AND room_id = @Room AND seq > @From
            UNION SELECT seq FROM message WHERE room_id = @Room AND seq > @From AND mentions_room AND deleted_at IS NULL
              AND (sender_id IS NULL OR sender_id <> @Account)
            LIMIT 1000) AS named) AS mentions,
          (SELECT MIN(seq) FROM (
            SELECT seq FROM message WHERE room_id = @Room AND seq > @From AND deleted_at IS NULL
              AND (sender_id IS NULL OR sender_id <> @Account) ORDER BY seq LIMIT 1) AS first) AS first_unread,
          (SELECT COUNT(*) FROM (
            SELECT 1 FROM thread_member tm JOIN thread t ON t.room_id = tm.room_id AND t.seq = tm.seq AND t.last_seq > tm.read_seq
            WHERE tm.account_id = @Account AND tm.room_id = @Room AND EXISTS (
              SELECT 1 FROM message m WHERE m.room_id = t.room_id AND m.thread = t.seq AND m.seq > tm.read_seq AND m.deleted_at IS NULL
                AND (m.sender_id IS NULL OR m.sender_id <> @Account))
            LIMIT 100) AS open) AS threads
        """;

    private sealed record Counts(long Unread, long Mentions, long? FirstUnread, long Threads);

    internal static ReadingState Example { get; } = new(Guid.Empty, 40, null, 41, 2, 1, 0);

    /// <summary>Counts anew: what is derived does not drift.</summary>
    internal static async Task<ReadingState> OfAsync(IReader reader, Room room, Guid account, CancellationToken ct)
    {
        var read = room.ReadSeq ?? 0;
        var from = Math.Min(read, (room.UnreadFrom ?? long.MaxValue) - 1);
        var parameters = new
        {
            Room = room.Id,
            From = from,
            Account = account,
        };
        var counts = (await reader.FirstOrDefaultAsync<Counts>(Count, parameters, ct))!;
        return new ReadingState(
            room.Id,
            read,
            room.UnreadFrom,
            counts.FirstUnread,
            counts.Unread,
            counts.Mentions,
            counts.Threads
        );
    }
}
