using Sillage.Files;
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
        "UPDATE invitation SET created_by = NULL WHERE created_by = @Account",
        "UPDATE report SET reporter_id = NULL, reason = '' WHERE reporter_id = @Account",
        "UPDATE moderation SET actor_id = NULL WHERE actor_id = @Account",
        "UPDATE moderation SET account_id = NULL, reason = NULL WHERE account_id = @Account",
    ];

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

        await UnreadNotices.SettleGoneAsync(unit, chat, held.Room.Id, ct);
        await Succession.RunAsync(unit, held, ct);
        await held.SaveAsync(unit, chat.Signals, ct);
    }
}
