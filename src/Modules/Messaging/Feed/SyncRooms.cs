using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Feed;

/// <summary>Gives whoever was away what he missed.</summary>
internal static class SyncRooms
{
    public static void Map(RouteGroupBuilder rooms) =>
        rooms
            .MapPost("/sync", Handle)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("Catch up")
            .WithDescription(
                """
                Give the last message up to which you have no gap, of each room; you get what came after it, in order, and what else has changed.
                While `more` is true, ask again with the cursors of the reply. It changes nothing, and is a POST only for its length.
                """
            )
            .WithRequestExample(SyncRequest.Example)
            .WithReplyExample(SyncReply.Example);

    public static void Map(LiveEvents live)
    {
        live.On<SyncRequest, SyncReply>(
            "sync",
            "Asks for what was missed; from then on one hears one's rooms.",
            MessagingPermission.Read,
            HandleLive,
            isNamed: false
        );
        live.Says(RoomNotices.New);
        live.Says(RoomNotices.Changes);
        live.Says(RoomNotices.Joined);
        live.Says(RoomNotices.Left);
    }

    private static async Task<SyncReply> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var rooms = request.Service<LiveRooms>();
        return await CatchUp.RunAsync(
            request.Chat,
            request.Read<SyncRequest>(),
            request.Caller,
            room => rooms.SubscribeAsync(request.Socket, request.Caller.Id, room, ct),
            ct
        );
    }

    private static async Task<Reply<SyncReply>> Handle(
        Body<SyncRequest> body,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) => Reply.Ok(await CatchUp.RunAsync(chat, body.Value, caller, null, ct));
}
