using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Threads;

/// <summary>How far somebody has read in a thread.</summary>
/// <param name="Seq">The place of the last answer that was read.</param>
public sealed record ThreadMark([property: Required, Range(0, long.MaxValue)] long? Seq);

/// <summary>The same live: in which thread.</summary>
/// <param name="Thread">The place of the thread's first message.</param>
/// <param name="Seq">The place of the last answer that was read.</param>
public sealed record LiveThreadMark(
    [property: Required, Range(1, long.MaxValue)] long? Thread,
    [property: Required, Range(0, long.MaxValue)] long? Seq
);

/// <summary>Moves the caller's cursor in a thread, and tells his other devices.</summary>
internal static class MarkThreadRead
{
    private static readonly Notice<ThreadReading> Told = new(
        "thread:reading",
        "One of one's own devices has read in a thread: what is unread there now."
    );

    public static void Map(RouteGroupBuilder threads) =>
        threads
            .MapPost("/{thread}/read", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.TakePart)
            .WithSummary("Mark a thread as read")
            .WithDescription(
                "The cursor never goes back, and is apart from the room's. Whoever reads a thread has it among his own from then on."
            )
            .WithRequestExample(new ThreadMark(47))
            .WithReplyExample(ThreadReading.Example);

    public static void Map(LiveEvents live)
    {
        live.On<LiveThreadMark, ThreadReading>(
            "thread:read",
            "Moves the cursor in a thread.",
            MessagingPermission.Read,
            HandleLive
        );
        live.Says(Told);
    }

    private static async Task<Reply<ThreadReading>> Handle(
        Room room,
        long thread,
        Body<ThreadMark> body,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    ) => Reply.Ok(await RunAsync(room, thread, body.Value.Seq!.Value, caller, chat, live, ct));

    private static async Task<ThreadReading> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.TakePart);
        var mark = request.Read<LiveThreadMark>();
        var live = request.Service<LiveRooms>();
        return await RunAsync(room, mark.Thread!.Value, mark.Seq!.Value, request.Caller, request.Chat, live, ct);
    }

    private static async Task<ThreadReading> RunAsync(
        Room room,
        long thread,
        long seq,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        // Not the room's affair: nobody else hears of it, so the room is not held for it.
        var reading = await chat.Database.WriteAsync(
            async unit =>
            {
                var row = await ThreadRow.GetAsync(unit, room.Id, thread, ct);
                await ThreadReading.AdvanceAsync(unit, room.Id, thread, caller.Id, Math.Min(seq, row.LastSeq), ct);
                return (await ThreadReading.FindAsync(unit, room.Id, caller.Id, [thread], ct))[thread];
            },
            ct
        );
        await live.TellPersonAsync(caller.Id, Told, reading);
        return reading;
    }
}
