using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Moderation;

/// <summary>What was reported: in one room, or wherever the caller keeps order.</summary>
internal static class ListReports
{
    // Those that are open are looked at in the order in which they came, those that are not from the last one on.
    private const string Open = "AND p.resolution IS NULL AND p.id > @After ORDER BY p.id LIMIT @Limit";

    private const string Settled =
        "AND p.resolution IS NOT NULL AND (@NoCursor OR p.id < @After) ORDER BY p.id DESC LIMIT @Limit";

    private const string InRoom = $"{ReportRow.Select} WHERE p.room_id = @Room";

    // A conversation is between those who have it.
    private const string Everywhere = $"""
        {ReportRow.Select} LEFT JOIN member m ON m.room_id = r.id AND m.account_id = @Account
        WHERE (r.kind = 'room' OR {Member.KeepsOrder})
        """;

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder room, RouteGroupBuilder reports)
    {
        room.MapGet("/reports", OfRoom)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("List reports of a room")
            .WithDescription("Those that are open, the oldest first, or those that are settled, the newest first.")
            .WithQuery("state", "`open` or `settled`. Default: open.", "open")
            .WithReplyExample(new Page<Report>([Report.Example], null));
        reports
            .MapGet("/", Handle)
            .RequirePermission(MessagingPermission.Write)
            .WithSummary("List reports of messages")
            .WithDescription(
                "Of all rooms where the caller keeps order; with the permission `rooms.manage-all`, of every room. Those that are open, the oldest first, or those that are settled, the newest first."
            )
            .WithQuery("state", "`open` or `settled`. Default: open.", "open")
            .WithReplyExample(new Page<Report>([Report.Example], null));
    }

    private static Task<Results<PageReply<Report>, Problem>> OfRoom(
        Room room,
        PageRequest page,
        Chat chat,
        CancellationToken ct,
        string state = "open"
    ) => ReadAsync(InRoom, state, room.Id, Guid.Empty, page, chat, ct);

    private static Task<Results<PageReply<Report>, Problem>> Handle(
        PageRequest page,
        Caller caller,
        Chat chat,
        CancellationToken ct,
        string state = "open"
    )
    {
        var sql = caller.Can(MessagingPermission.ManageAllRooms) ? Everywhere : ReportRow.SelectOfModerator;
        return ReadAsync(sql, state, Guid.Empty, caller.Id, page, chat, ct);
    }

    private static async Task<Results<PageReply<Report>, Problem>> ReadAsync(
        string sql,
        string state,
        Guid room,
        Guid account,
        PageRequest page,
        Chat chat,
        CancellationToken ct
    )
    {
        if (state is not ("open" or "settled"))
        {
            return Problem.BadRequest("The query is not valid.", new FieldError("?state", "'open' or 'settled'."));
        }

        var after = page.After<Keys>();
        var parameters = new
        {
            Room = room,
            Account = account,
            NoCursor = after is null,
            After = after?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(
            r => r.QueryAsync<ReportRow>($"{sql} {(state == "open" ? Open : Settled)}", parameters, ct),
            ct
        );
        return PageReply<Report>.Of([.. rows.Select(row => row.ToReport())], page, report => new Keys(report.Id));
    }
}
