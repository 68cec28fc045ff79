using Sillage.Files;
using Sillage.Messaging.Retention;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Unread;
using Sillage.Storage;

namespace Sillage.Messaging.PersonalData;

/// <summary>Takes a person out of every room: tombstones for messages, nothing for the rest.</summary>
internal static class Erasing
{
    private const string RoomsOf = """
        SELECT room_id FROM member WHERE account_id = @Account UNION SELECT room_id FROM message WHERE sender_id = @Account
        UNION SELECT room_id FROM reaction WHERE account_id = @Account ORDER BY 1
        """;

    private const string CountMessages = "SELECT COUNT(*) FROM message WHERE room_id = @Room AND sender_id = @Account";

    private const string Versions = """
        DELETE FROM message_version WHERE room_id = @Room
          AND seq IN (SELECT seq FROM message WHERE room_id = @Room AND sender_id = @Account)
        """;

    private const string ReactionsToThem = """
        DELETE FROM reaction WHERE room_id = @Room
          AND (account_id = @Account OR seq IN (SELECT seq FROM message WHERE room_id = @Room AND sender_id = @Account))
        """;

    private const string MentionsInThem = """
        DELETE FROM mention WHERE room_id = @Room
          AND seq IN (SELECT seq FROM message WHERE room_id = @Room AND sender_id = @Account)
        """;

    // Each its own number, so that whoever catches up in pages gets every one.
    private const string Tombstones = """
        UPDATE message SET sender_id = NULL, client_id = NULL, text = '', edited_at = NULL, deleted_at = COALESCE(message.deleted_at, @Now),
          mentions_room = @No, change = @First + numbered.n
        FROM (
          SELECT seq AS numbered_seq, ROW_NUMBER() OVER (ORDER BY seq) - 1 AS n FROM message
          WHERE room_id = @Room AND sender_id = @Account
        ) AS numbered
        WHERE message.room_id = @Room AND message.seq = numbered.numbered_seq
        """;

    private const string Membership = "DELETE FROM member WHERE room_id = @Room AND account_id = @Account";

    private const string Pair = "UPDATE room SET pair = NULL WHERE id = @Room AND kind = 'direct'";

    private const string Notices = "DELETE FROM unread_notice WHERE account_id = @Account";

    private static readonly string[] Elsewhere =
    [
        "DELETE FROM mention WHERE account_id = @Account",
        "DELETE FROM block WHERE account_id = @Account OR blocked_id = @Account",
        "DELETE FROM thread_member WHERE account_id = @Account",
        "DELETE FROM presence_lease WHERE account_id = @Account",
        "DELETE FROM presence WHERE account_id = @Account",
        // They count as long as who made them may make one.
        "DELETE FROM invitation WHERE created_by = @Account",
        "UPDATE report SET reporter_id = NULL, reason = '' WHERE reporter_id = @Account",
    ];

    private const string Kept = "SELECT id, at FROM moderation WHERE actor_id = @Account OR account_id = @Account";

    // What is left of who kept order tells the day only, as the trail does.
    private const string Forget = """
        UPDATE moderation SET id = @NewId, at = @Day,
          reason = CASE WHEN account_id = @Account THEN NULL ELSE reason END,
          actor_id = CASE WHEN actor_id = @Account THEN NULL ELSE actor_id END,
          account_id = CASE WHEN account_id = @Account THEN NULL ELSE account_id END
        WHERE id = @Id
        """;

    private sealed record KeptRow(Guid Id, DateTimeOffset At);

    public static async Task RunAsync(IUnitOfWork unit, Guid account, Chat chat, CancellationToken ct)
    {
        // First, and without a word: what is settled below would name the person once more.
        await unit.ExecuteAsync(Notices, new { Account = account }, ct);

        // In the order of their ids, as every unit that holds more than one.
        foreach (var room in await unit.QueryAsync<Guid>(RoomsOf, new { Account = account }, ct))
        {
            if (await HeldRoom.HoldAsync(unit, room, account, ct) is { } held)
            {
                await EraseAsync(unit, held, account, chat, ct);
            }
        }

        await FileStore.RemoveOwnedAsync(unit, account, ct);
        foreach (var statement in Elsewhere)
        {
            await unit.ExecuteAsync(statement, new { Account = account }, ct);
        }

        foreach (var row in await unit.QueryAsync<KeptRow>(Kept, new { Account = account }, ct))
        {
            var parameters = new
            {
                row.Id,
                NewId = Coarse.IdWithin(row.At),
                Day = Coarse.DayOf(row.At),
                Account = account,
            };
            await unit.ExecuteAsync(Forget, parameters, ct);
        }
    }

    private static async Task EraseAsync(IUnitOfWork unit, HeldRoom held, Guid account, Chat chat, CancellationToken ct)
    {
        var count = await unit.ScalarAsync<long>(CountMessages, new { Room = held.Room.Id, Account = account }, ct);
        var parameters = new
        {
            Room = held.Room.Id,
            Account = account,
            chat.Now,
            No = false,
            First = held.NextChanges(count),
        };
        await MessageIndex.RemoveOfSenderAsync(unit, held.Room.Id, account, ct);
        foreach (var statement in (string[])[Versions, ReactionsToThem, MentionsInThem, Tombstones, Membership, Pair])
        {
            await unit.ExecuteAsync(statement, parameters, ct);
        }

        if (await Member.CountAsync(unit, held.Room.Id, ct) == 0)
        {
            // Nobody is in it any more: what it is called was theirs.
            await EndOfRoom.RunAsync(unit, held.Room.Id, chat, ct);
            return;
        }

        await UnreadNotices.SettleGoneAsync(unit, chat, held.Room.Id, ct);
        await Succession.RunAsync(unit, held, ct);
        await held.SaveAsync(unit, chat.Signals, ct);
    }
}
