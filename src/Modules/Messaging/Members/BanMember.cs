using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>Why somebody is banned.</summary>
/// <param name="Reason">At most 500 characters; those who keep order see it.</param>
public sealed record Ban([property: StringLength(500)] string? Reason = null);

/// <summary>Keeps somebody out of a room for good, or lets them come again.</summary>
internal static class BanMember
{
    private const string Banned = $"""
        SELECT {Member.Columns} FROM member WHERE room_id = @Room AND state = 'banned' AND account_id > @After
        ORDER BY account_id LIMIT @Limit
        """;

    private sealed record Keys(Guid Account);

    public static void Map(RouteGroupBuilder room)
    {
        room.MapGet("/bans", List)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("List who is banned")
            .WithReplyExample(new Page<MemberResource>([MemberResource.Example], null));
        room.MapPut("/bans/{account:guid}", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Ban somebody")
            .WithDescription(
                "They are out when it is answered, and do not come in again, whether they were members or not."
            )
            .WithRequestExample(new Ban("Spam."))
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status409Conflict);
        room.MapDelete("/bans/{account:guid}", Lift)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Lift a ban")
            .Produces(StatusCodes.Status204NoContent);
    }

    public static void Map(LiveEvents live) =>
        live.On<AboutMember, RoomNotice>(
            "member:ban",
            "Puts somebody out of a room for good.",
            MessagingPermission.Write,
            HandleLive
        );

    private static async Task<NoContent> Handle(
        Room room,
        Guid account,
        Body<Ban> body,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        await RefuseNobodyAsync(chat, account, ct);
        await Removal.PutOutAsync(room, caller, account, Member.Banned, body.Value.Reason, chat, live, ct);
        return TypedResults.NoContent();
    }

    private static async Task<RoomNotice> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.Moderate);
        var about = request.Read<AboutMember>();
        await RefuseNobodyAsync(request.Chat, about.Account, ct);
        var live = request.Service<LiveRooms>();
        await Removal.PutOutAsync(
            room,
            request.Caller,
            about.Account,
            Member.Banned,
            about.Reason,
            request.Chat,
            live,
            ct
        );
        return new RoomNotice(room.Id);
    }

    private static async Task<NoContent> Lift(Room room, Guid account, Caller caller, Chat chat, CancellationToken ct)
    {
        await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Moderate,
            async (unit, held) =>
            {
                if (await Member.FindAsync(unit, room.Id, account, ct) is not { State: Member.Banned })
                {
                    throw new ProblemException(Problem.NotFound("They are not banned."));
                }

                await Member.PutAsync(unit, held, account, Member.Ordinary, Member.Out, chat.Now, ct);
                await ModerationTrail.WriteAsync(
                    unit,
                    held.Room,
                    ModerationTrail.Unbanned,
                    caller.Id,
                    account,
                    null,
                    null,
                    chat.Now,
                    ct
                );
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<PageReply<MemberResource>> List(
        Room room,
        PageRequest page,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Room = room.Id,
            After = page.After<Keys>()?.Account ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<Member>(Banned, parameters, ct), ct);
        var accounts = await chat.Accounts.FindAsync([.. rows.Select(row => row.AccountId)], ct);
        return PageReply<MemberResource>.Of(
            [.. rows.Select(row => MemberResource.Of(room.Id, row, accounts.GetValueOrDefault(row.AccountId)))],
            page,
            member => new Keys(member.Account)
        );
    }

    private static async Task RefuseNobodyAsync(Chat chat, Guid account, CancellationToken ct)
    {
        if ((await chat.Accounts.FindAsync([account], ct)).Count == 0)
        {
            throw new ProblemException(Problem.NotFound("There is no such account."));
        }
    }
}
