using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Unread;

namespace Sillage.Messaging.Members;

/// <summary>Puts people out of rooms. When it ends they hear nothing of the room any more, in any process.</summary>
internal static class Removal
{
    /// <summary>Leaves a room.</summary>
    public static async Task LeaveAsync(Room room, Caller caller, Chat chat, LiveRooms live, CancellationToken ct)
    {
        await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.TakePart,
            async (unit, held) =>
            {
                RefusePair(held.Room);
                await Member.PutAsync(unit, held, caller.Id, Member.Ordinary, Member.Out, chat.Now, ct);
                await UnreadNotices.SettleAsync(unit, room.Id, caller.Id, ct);
                await Succession.RunAsync(unit, held, ct);
                return true;
            },
            ct
        );
        await live.SettleAsync(room.Id);
    }

    /// <summary>Puts somebody out, for now or for good.</summary>
    public static async Task PutOutAsync(
        Room room,
        Caller caller,
        Guid account,
        string state,
        string? reason,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Moderate,
            async (unit, held) =>
            {
                RefusePair(held.Room);
                var member = await Standing.FindBelowAsync(unit, held.Room, caller, account, ct);
                if (member?.State != Member.In && state == Member.Out)
                {
                    throw new ProblemException(Problem.NotFound("There is no such member."));
                }

                await Member.PutAsync(unit, held, account, Member.Ordinary, state, chat.Now, ct);
                await UnreadNotices.SettleAsync(unit, room.Id, account, ct);
                var action = state == Member.Banned ? ModerationTrail.Banned : ModerationTrail.Kicked;
                await ModerationTrail.WriteAsync(
                    unit,
                    held.Room,
                    action,
                    caller.Id,
                    account,
                    null,
                    reason,
                    chat.Now,
                    ct
                );
                return true;
            },
            ct
        );
        await live.SettleAsync(room.Id);
    }

    private static void RefusePair(Room room)
    {
        if (room.Kind == Room.Direct)
        {
            throw new ProblemException(
                Problem.Conflict("A conversation of two is not left. Block the other to hear nothing of them.")
            );
        }
    }
}
