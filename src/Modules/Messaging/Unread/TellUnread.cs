using Sillage.Messaging.Contracts;
using Sillage.Messaging.Rooms;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Messaging.Unread;

/// <summary>Looks who has not read what has been there for a while, and tells of it.</summary>
internal sealed record TellUnread : IRecurringJob
{
    public static string Kind => "unread.tell";
}

/// <inheritdoc cref="TellUnread"/>
internal sealed class TellUnreadWork(Chat chat) : IWork<TellUnread>
{
    private const string Due = "SELECT room_id FROM unread_due WHERE due_at <= @Now ORDER BY due_at LIMIT 100";

    private const string From = "SELECT seq FROM unread_due WHERE room_id = @Room";

    private const string Finish = "DELETE FROM unread_due WHERE room_id = @Room";

    private const string GoOn = "UPDATE unread_due SET seq = @Seq, due_at = @DueAt WHERE room_id = @Room";

    // Whoever blocks the sender is not told of him, nor whoever was told of an earlier message and has not read since.
    private const string IsToBeTold = """
        m.room_id = @Room AND m.seq >= @From AND m.sent_at <= @Until AND m.deleted_at IS NULL AND m.sender_id IS NOT NULL
          AND m.sender_id <> b.account_id AND m.seq > b.read_seq AND b.state = 'in'
          AND NOT EXISTS (SELECT 1 FROM unread_notice n WHERE n.account_id = b.account_id AND n.room_id = b.room_id)
          AND NOT EXISTS (SELECT 1 FROM block k WHERE k.account_id = b.account_id AND k.blocked_id = m.sender_id)
        """;

    private const string InConversation = $"""
        SELECT b.account_id, MIN(m.seq) AS seq FROM member b JOIN message m ON m.room_id = b.room_id
        WHERE b.room_id = @Room AND {IsToBeTold} GROUP BY b.account_id
        """;

    private const string InRoom = $"""
        SELECT account_id, MIN(seq) AS seq FROM (
          SELECT b.account_id, m.seq FROM mention t
          JOIN message m ON m.room_id = t.room_id AND m.seq = t.seq
          JOIN member b ON b.room_id = t.room_id AND b.account_id = t.account_id
          WHERE t.room_id = @Room AND t.seq >= @From AND {IsToBeTold}
          UNION
          SELECT b.account_id, m.seq FROM message m JOIN member b ON b.room_id = m.room_id
          WHERE m.mentions_room AND {IsToBeTold}
        ) AS named GROUP BY account_id
        """;

    private const string NextInConversation = """
        SELECT seq, sent_at FROM message WHERE room_id = @Room AND seq >= @From AND sent_at > @Until ORDER BY seq LIMIT 1
        """;

    private const string NextInRoom = """
        SELECT m.seq, m.sent_at FROM message m WHERE m.room_id = @Room AND m.seq >= @From AND m.sent_at > @Until
          AND (m.mentions_room OR EXISTS (SELECT 1 FROM mention t WHERE t.room_id = m.room_id AND t.seq = m.seq))
        ORDER BY m.seq LIMIT 1
        """;

    private const string Sender = "SELECT sender_id FROM message WHERE room_id = @Room AND seq = @Seq";

    private const string Note = """
        INSERT INTO unread_notice (account_id, room_id, seq, reason, told_at) VALUES (@AccountId, @Room, @Seq, @Reason, @Now)
        """;

    private sealed record Unread(Guid AccountId, long Seq);

    private sealed record Later(long Seq, DateTimeOffset SentAt);

    public async Task<WorkResult> RunAsync(TellUnread job, WorkRun run, CancellationToken ct)
    {
        IReadOnlyList<Guid> rooms;
        do
        {
            rooms = await chat.Database.ReadAsync(r => r.QueryAsync<Guid>(Due, new { chat.Now }, ct), ct);
            foreach (var room in rooms)
            {
                await chat.Database.WriteAsync(unit => LookAsync(unit, room, ct), ct);
            }
        } while (rooms.Count == 100);
        return WorkResult.Done;
    }

    private async Task<bool> LookAsync(IUnitOfWork unit, Guid id, CancellationToken ct)
    {
        // Nothing is sent or read in the room meanwhile: whoever sends next finds out whether it will be looked at again.
        var held = await HeldRoom.HoldAsync(unit, id, Guid.Empty, ct);
        var from = await unit.ScalarAsync<long?>(From, new { Room = id }, ct);
        if (held is null || from is null)
        {
            await unit.ExecuteAsync(Finish, new { Room = id }, ct);
            return false;
        }

        var room = held.Room;
        var parameters = new
        {
            Room = id,
            From = from.Value,
            Until = chat.Now - chat.Options.UnreadAfter,
        };
        var reason = room.IsConversation ? UnreadNotices.Conversation : UnreadNotices.Mention;
        foreach (
            var unread in await unit.QueryAsync<Unread>(room.IsConversation ? InConversation : InRoom, parameters, ct)
        )
        {
            await TellAsync(unit, room, unread, reason, ct);
        }

        var next = await unit.FirstOrDefaultAsync<Later>(
            room.IsConversation ? NextInConversation : NextInRoom,
            parameters,
            ct
        );
        await (
            next is null
                ? unit.ExecuteAsync(Finish, new { Room = id }, ct)
                : unit.ExecuteAsync(
                    GoOn,
                    new
                    {
                        Room = id,
                        next.Seq,
                        DueAt = next.SentAt + chat.Options.UnreadAfter,
                    },
                    ct
                )
        );
        return true;
    }

    private async Task TellAsync(IUnitOfWork unit, Room room, Unread unread, string reason, CancellationToken ct)
    {
        var sender = await unit.ScalarAsync<Guid>(Sender, new { Room = room.Id, unread.Seq }, ct);
        await unit.ExecuteAsync(
            Note,
            new
            {
                unread.AccountId,
                Room = room.Id,
                unread.Seq,
                Reason = reason,
                chat.Now,
            },
            ct
        );
        await unit.PublishAsync(
            new MessageUnread(unread.AccountId, room.Id, unread.Seq, sender, UnreadNotices.ReasonOf(reason)),
            ct
        );
        await unit.PublishAsync(UnreadKinds.Wanted(room, reason, unread.AccountId, unread.Seq, sender), ct);
    }
}
