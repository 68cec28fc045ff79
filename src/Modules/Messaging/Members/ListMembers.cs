using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Messaging.Presence;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>Lists who is in a room.</summary>
internal static class ListMembers
{
    private const string Select = $"""
        SELECT {Member.Columns} FROM member WHERE room_id = @Room AND state = 'in' AND account_id > @After
        ORDER BY account_id LIMIT @Limit
        """;

    private sealed record Keys(Guid Account);

    public static void Map(RouteGroupBuilder room) =>
        room.MapGet("/members", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("List members")
            .WithReplyExample(new Page<MemberResource>([MemberResource.Example], null));

    private static async Task<PageReply<MemberResource>> Handle(
        Room room,
        PageRequest page,
        Caller caller,
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
        var (rows, present) = await chat.Database.ReadAsync(
            async r =>
            {
                var rows = await r.QueryAsync<Member>(Select, parameters, ct);
                Guid[] people = [.. rows.Select(row => row.AccountId)];
                return (rows, await PersonPresence.FindAsync(r, caller.Id, people, room.Id, ct));
            },
            ct
        );
        var presence = present.ToDictionary(person => person.Account);
        var accounts = await chat.Accounts.FindAsync([.. rows.Select(row => row.AccountId)], ct);
        return PageReply<MemberResource>.Of(
            [
                .. rows.Select(row =>
                    MemberResource.Of(
                        room.Id,
                        row,
                        accounts.GetValueOrDefault(row.AccountId),
                        presence.GetValueOrDefault(row.AccountId)
                    )
                ),
            ],
            page,
            member => new Keys(member.Account)
        );
    }
}
