using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;

namespace Sillage.Messaging.Rooms;

/// <summary>Lists the rooms that the caller is in, or the public ones.</summary>
internal static class ListRooms
{
    private const string Mine = $"""
        {Room.Select} WHERE m.state = 'in' AND r.kind = 'room' AND r.id > @After ORDER BY r.id LIMIT @Limit
        """;

    private const string AllPublic = $"""
        {Room.Select} WHERE r.visibility = 'public' AND (m.state IS NULL OR m.state <> 'banned') AND r.id > @After
        ORDER BY r.id LIMIT @Limit
        """;

    private const string Moderated = $"""
        {Room.Select} WHERE r.kind <> 'direct' AND {Member.KeepsOrder} AND r.id > @After ORDER BY r.id LIMIT @Limit
        """;

    private const string Every = $"""
        {Room.Select} WHERE (r.kind = 'room' OR r.kind = 'group' AND {Member.KeepsOrder}) AND r.id > @After
        ORDER BY r.id LIMIT @Limit
        """;

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder rooms) =>
        rooms
            .MapGet("/", Handle)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("List rooms")
            .WithDescription(
                "The rooms that the caller is in, in the order in which they were made; with `?all=true` those that anybody may join, with `?moderated=true` those where the caller keeps order: with the permission `rooms.manage-all` every room."
            )
            .WithQuery("all", "Whether to list the public rooms rather than one's own. Default false.", "true")
            .WithQuery(
                "moderated",
                "Whether to list the rooms and groups where the caller keeps order, whatever `all` says. Default false.",
                "true"
            )
            .WithReplyExample(new Page<RoomResource>([RoomResource.Example], null));

    private static async Task<PageReply<RoomResource>> Handle(
        PageRequest page,
        Caller caller,
        Chat chat,
        CancellationToken ct,
        bool all = false,
        bool moderated = false
    )
    {
        var sql = moderated
            ? caller.Can(MessagingPermission.ManageAllRooms)
                ? Every
                : Moderated
            : all
                ? AllPublic
                : Mine;
        var parameters = new
        {
            Account = caller.Id,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<Room>(sql, parameters, ct), ct);
        return PageReply<RoomResource>.Of(
            [.. rows.Select(row => RoomResource.Of(row, caller))],
            page,
            room => new Keys(room.Id)
        );
    }
}
