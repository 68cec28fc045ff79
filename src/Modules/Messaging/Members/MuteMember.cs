using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>For how long somebody may not write.</summary>
/// <param name="Minutes">1 to 525 600 (a year).</param>
/// <param name="Reason">Why, at most 500 characters; those who keep order see it.</param>
public sealed record Mute(
    [property: Range(1, 525_600)] int Minutes,
    [property: StringLength(500)] string? Reason = null
);

/// <summary>Has somebody read and not write for some time.</summary>
internal static class MuteMember
{
    private const string Update = """
        UPDATE member SET muted_until = @Until, change = @Change WHERE room_id = @Room AND account_id = @Account
        """;

    public static void Map(RouteGroupBuilder room)
    {
        room.MapPut("/mutes/{account:guid}", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Mute a member")
            .WithDescription(
                "They read and do not write until then: what they send is refused with 429, and told when to try again."
            )
            .WithRequestExample(new Mute(30, "Shouting."))
            .Produces(StatusCodes.Status204NoContent);
        room.MapDelete("/mutes/{account:guid}", Lift)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Let a member write again")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static Task<NoContent> Handle(
        Room room,
        Guid account,
        Body<Mute> body,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) => RunAsync(room, account, chat.Now.AddMinutes(body.Value.Minutes), body.Value.Reason, caller, chat, ct);

    private static Task<NoContent> Lift(Room room, Guid account, Caller caller, Chat chat, CancellationToken ct) =>
        RunAsync(room, account, null, null, caller, chat, ct);

    private static Task<NoContent> RunAsync(
        Room room,
        Guid account,
        DateTimeOffset? until,
        string? reason,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) =>
        HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Moderate,
            async (unit, held) =>
            {
                if (await Standing.FindBelowAsync(unit, held.Room, caller, account, ct) is not { State: Member.In })
                {
                    throw new ProblemException(Problem.NotFound("There is no such member."));
                }

                var parameters = new
                {
                    Until = until,
                    Change = held.NextChange(),
                    Room = room.Id,
                    Account = account,
                };
                await unit.ExecuteAsync(Update, parameters, ct);
                var action = until is null ? ModerationTrail.Unmuted : ModerationTrail.Muted;
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
                return TypedResults.NoContent();
            },
            ct
        );
}
