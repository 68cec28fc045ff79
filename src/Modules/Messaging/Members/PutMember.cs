using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Members;

/// <summary>What somebody can be in a room.</summary>
public enum MemberRole
{
    /// <summary>Reads and writes.</summary>
    Member,

    /// <summary>Keeps order as well.</summary>
    Moderator,

    /// <summary>Changes the room and gives roles as well.</summary>
    Owner,
}

/// <summary>What somebody is to be.</summary>
/// <param name="Role"><c>member</c>, <c>moderator</c> or <c>owner</c>.</param>
public sealed record PutRole(MemberRole Role);

/// <summary>Takes somebody into a room, or gives a member another role.</summary>
internal static class PutMember
{
    public static void Map(RouteGroupBuilder room) =>
        room.MapPut("/members/{account:guid}", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Take somebody in, or give a role")
            .WithDescription(
                "Whoever is not in the room is taken in as a `member`, unless they have blocked you. Roles need the right `own`; the last owner stays one."
            )
            .WithRequestExample(new PutRole(MemberRole.Moderator))
            .WithReplyExample(MemberResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Reply<MemberResource>> Handle(
        Room room,
        Guid account,
        Body<PutRole> body,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        var people = await chat.Accounts.FindAsync([account], ct);
        if (!people.TryGetValue(account, out var person))
        {
            throw new ProblemException(Problem.NotFound("There is no such account."));
        }

        var role = body.Value.Role switch
        {
            MemberRole.Owner => Member.Owner,
            MemberRole.Moderator => Member.Moderator,
            _ => Member.Ordinary,
        };
        var member = await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Moderate,
            (unit, held) => PutAsync(unit, held, account, role, caller, chat, ct),
            ct
        );
        await live.EnterAsync(account, room.Id);
        return Reply.Ok(MemberResource.Of(room.Id, member, person));
    }

    private static async Task<Member> PutAsync(
        IUnitOfWork unit,
        HeldRoom held,
        Guid account,
        string role,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        if (held.Room.Kind == Room.Direct)
        {
            throw new ProblemException(Problem.Conflict("A conversation of two stays one of two."));
        }

        var before = await Member.FindAsync(unit, held.Room.Id, account, ct);
        if (before is not { State: Member.In })
        {
            if (await Blocking.AreApartAsync(unit, caller.Id, account, ct))
            {
                throw new ProblemException(Problem.Forbidden("One of you has blocked the other."));
            }

            await Entry.TakeInAsync(unit, held, account, Member.Ordinary, chat, ct);
        }

        if ((before is { State: Member.In } ? before.Role : Member.Ordinary) != role)
        {
            held.Room.Demand(caller, RoomRights.Own);
            await Member.PutAsync(unit, held, account, role, Member.In, chat.Now, ct);
            await Succession.RunAsync(unit, held, ct);
            await ModerationTrail.WriteAsync(
                unit,
                held.Room,
                ModerationTrail.RoleGiven,
                caller.Id,
                account,
                null,
                role,
                chat.Now,
                ct
            );
        }

        return (await Member.FindAsync(unit, held.Room.Id, account, ct))!;
    }
}
