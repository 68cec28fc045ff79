using Sillage.Messaging.Rooms;
using Sillage.Messaging.Unread;
using Sillage.Storage;

namespace Sillage.Messaging.Retention;

/// <summary>Takes a room away, whoever wants it gone.</summary>
internal static class EndOfRoom
{
    // Whatever a room has that is looked for by itself. Its messages go in pieces: there may be millions.
    private static readonly string[] Remove =
    [
        "DELETE FROM invitation WHERE room_id = @Room",
        "DELETE FROM report WHERE room_id = @Room",
        "DELETE FROM moderation WHERE room_id = @Room",
        "DELETE FROM thread_member WHERE room_id = @Room",
        "DELETE FROM thread WHERE room_id = @Room",
        "DELETE FROM member WHERE room_id = @Room",
        "DELETE FROM room WHERE id = @Room",
    ];

    /// <summary>Removes a room that the unit holds, with all that is looked for by itself; its messages and files go in the background.</summary>
    public static async Task RunAsync(IUnitOfWork unit, Guid room, Chat chat, CancellationToken ct)
    {
        foreach (var statement in Remove)
        {
            await unit.ExecuteAsync(statement, new { Room = room }, ct);
        }

        await UnreadNotices.SettleAsync(unit, room, null, ct);
        await unit.EnqueueAsync(new RemoveRoom(room), ct: ct);
        unit.OnCommitted(() => chat.Signals.Raise(RoomNews.Unknown(room)));
    }
}
