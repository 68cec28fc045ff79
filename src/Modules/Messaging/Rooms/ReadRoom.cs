using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;

namespace Sillage.Messaging.Rooms;

/// <summary>Shows a room.</summary>
internal static class ReadRoom
{
    public static void Map(RouteGroupBuilder room) =>
        room.MapGet("/", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.See)
            .WithSummary("Read a room")
            .WithDescription("By its id or its slug.")
            .WithReplyExample(RoomResource.Example);

    private static Reply<RoomResource> Handle(Room room, Caller caller) => Reply.Ok(RoomResource.Of(room, caller));
}
