using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>Makes the caller a member of a public room.</summary>
internal static class JoinRoom
{
    public static void Map(RouteGroupBuilder room) =>
        room.MapPost("/join", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Join, RoomRights.TakePart)
            .WithSummary("Join a room")
            .WithDescription("Who is a member already stays what they are. A private room is joined by an invitation.")
            .WithReplyExample(RoomResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Reply<RoomResource>> Handle(
        Room room,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    ) => Reply.Ok(await RunAsync(room, caller, chat, live, ct));

    public static void Map(LiveEvents live) =>
        live.On<NothingMore, RoomResource>("room:join", "Joins a public room.", MessagingPermission.Read, HandleLive);

    private static async Task<RoomResource> HandleLive(LiveRequest request, CancellationToken ct) =>
        await RunAsync(
            await request.RoomAsync(ct, RoomRights.Join, RoomRights.TakePart),
            request.Caller,
            request.Chat,
            request.Service<LiveRooms>(),
            ct
        );

    private static async Task<RoomResource> RunAsync(
        Room room,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        var joined = await chat.Database.WriteAsync(
            async unit =>
            {
                var held = await HeldRoom.HoldAsync(unit, room.Id, caller, RoomRights.See, ct);
                if (!held.Room.IsMember)
                {
                    held.Room.Demand(caller, RoomRights.Join);
                    await Entry.TakeInAsync(unit, held, caller.Id, Member.Ordinary, chat, ct);
                    await held.SaveAsync(unit, chat.Signals, ct);
                }

                return (await Room.FindAsync(unit, room.Id, caller.Id, ct))!;
            },
            ct
        );
        await live.EnterAsync(caller.Id, room.Id);
        return RoomResource.Of(joined, caller);
    }
}
