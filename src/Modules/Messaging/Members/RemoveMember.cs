using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>Whom an event is about.</summary>
/// <param name="Account">The account.</param>
/// <param name="Reason">Why, at most 500 characters; those who keep order see it.</param>
public sealed record AboutMember(
    [property: Required] Guid Account,
    [property: StringLength(500)] string? Reason = null
);

/// <summary>Leaves a room, or puts somebody out of it who may come back.</summary>
internal static class RemoveMember
{
    public static void Map(RouteGroupBuilder room) =>
        room.MapDelete("/members/{account:guid}", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.TakePart, RoomRights.Moderate)
            .WithSummary("Leave a room, or kick a member")
            .WithDescription(
                "Oneself: leaves. Another: needs the right `moderate`, and more to say than they have. When it is answered they hear nothing of the room any more, in any process."
            )
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status409Conflict);

    public static void Map(LiveEvents live)
    {
        live.On<NothingMore, RoomNotice>("room:leave", "Leaves a room.", MessagingPermission.Read, LeaveLive);
        live.On<AboutMember, RoomNotice>(
            "member:kick",
            "Puts somebody out of a room.",
            MessagingPermission.Write,
            KickLive
        );
    }

    private static async Task<NoContent> Handle(
        Room room,
        Guid account,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        await (
            account == caller.Id
                ? Removal.LeaveAsync(room, caller, chat, live, ct)
                : Removal.PutOutAsync(room, caller, account, Member.Out, null, chat, live, ct)
        );
        return TypedResults.NoContent();
    }

    private static async Task<RoomNotice> LeaveLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.TakePart);
        await Removal.LeaveAsync(room, request.Caller, request.Chat, request.Service<LiveRooms>(), ct);
        return new RoomNotice(room.Id);
    }

    private static async Task<RoomNotice> KickLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.Moderate);
        var about = request.Read<AboutMember>();
        var live = request.Service<LiveRooms>();
        await Removal.PutOutAsync(
            room,
            request.Caller,
            about.Account,
            Member.Out,
            about.Reason,
            request.Chat,
            live,
            ct
        );
        return new RoomNotice(room.Id);
    }
}
