using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Retention;

/// <summary>Deletes a room: nobody finds it any more once that is answered; its messages and files go in the background.</summary>
internal static class DeleteRoom
{
    public static void Map(RouteGroupBuilder room) =>
        room.MapDelete("/", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Own)
            .WithSummary("Delete a room")
            .WithDescription(
                "For everybody and for good, with all messages and files. When it is answered nobody hears or finds anything of it any more, "
                    + "in any process; the last byte is gone soon after."
            )
            .Produces(StatusCodes.Status204NoContent);

    private static async Task<NoContent> Handle(
        Room room,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        await chat.Database.WriteAsync(
            async unit =>
            {
                await HeldRoom.HoldAsync(unit, room.Id, caller, RoomRights.Own, ct);
                await EndOfRoom.RunAsync(unit, room.Id, chat, ct);
                await unit.AuditAsync(new AuditEntry(ModerationTrail.RoomDeleted, caller.Id, room.Id.ToString()), ct);
                return true;
            },
            ct
        );
        await live.SettleAsync(room.Id);
        return TypedResults.NoContent();
    }
}
