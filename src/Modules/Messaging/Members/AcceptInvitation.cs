using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Members;

/// <summary>An invitation that somebody was given.</summary>
/// <param name="Code">Its code, 1 to 100 characters.</param>
public sealed record GivenInvitation([property: Required, StringLength(100, MinimumLength = 1)] string Code);

/// <summary>Makes whoever shows a code a member of its room.</summary>
internal static class AcceptInvitation
{
    private const string RoomOf = """
        SELECT room_id FROM invitation
        WHERE code_hash = @Hash AND (expires_at IS NULL OR expires_at > @Now) AND (uses_left IS NULL OR uses_left > 0)
        """;

    private const string Use =
        "UPDATE invitation SET uses_left = uses_left - 1 WHERE code_hash = @Hash AND uses_left IS NOT NULL";

    public static void Map(RouteGroupBuilder rooms) =>
        rooms
            .MapPost("/join", Handle)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("Join by an invitation")
            .WithDescription("A code that is none, has expired or is used up is 404.")
            .WithRequestExample(new GivenInvitation("kq3v9S0mX2yqJmH5mT0b8A"))
            .WithReplyExample(RoomResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    public static void Map(LiveEvents live) =>
        live.On<GivenInvitation, RoomResource>(
            "invitation:accept",
            "Joins the room that an invitation is for.",
            MessagingPermission.Read,
            HandleLive,
            isNamed: false
        );

    private static async Task<Reply<RoomResource>> Handle(
        Body<GivenInvitation> body,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    ) => Reply.Ok(await RunAsync(body.Value, caller, chat, live, ct));

    private static async Task<RoomResource> HandleLive(LiveRequest request, CancellationToken ct) =>
        await RunAsync(request.Read<GivenInvitation>(), request.Caller, request.Chat, request.Service<LiveRooms>(), ct);

    private static async Task<RoomResource> RunAsync(
        GivenInvitation given,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        var room = await chat.Database.WriteAsync(unit => AcceptAsync(unit, given, caller, chat, ct), ct);
        await live.EnterAsync(caller.Id, room.Id);
        return RoomResource.Of(room, caller);
    }

    private static async Task<Room> AcceptAsync(
        IUnitOfWork unit,
        GivenInvitation given,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new { Hash = InvitationCode.HashOf(given.Code), chat.Now };
        if (
            await unit.ScalarAsync<Guid?>(RoomOf, parameters, ct) is not { } id
            || await HeldRoom.HoldAsync(unit, id, caller.Id, ct) is not { } held
            // Once more, now that nobody else comes by it.
            || await unit.ScalarAsync<Guid?>(RoomOf, parameters, ct) is null
        )
        {
            throw new ProblemException(Problem.NotFound("This invitation counts for nothing, or no more."));
        }

        if (await Entry.TakeInAsync(unit, held, caller.Id, Member.Ordinary, chat, ct))
        {
            await unit.ExecuteAsync(Use, parameters, ct);
            await held.SaveAsync(unit, chat.Signals, ct);
        }

        return (await Room.FindAsync(unit, id, caller.Id, ct))!;
    }
}
