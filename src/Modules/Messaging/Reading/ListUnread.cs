using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Reading;

/// <summary>Shows what is unread in all rooms and conversations of the caller.</summary>
internal static class ListUnread
{
    private const string Mine = $"{Room.Select} WHERE m.state = 'in' AND r.id > @After ORDER BY r.id LIMIT @Limit";

    private sealed record Keys(Guid Room);

    public static void Map(RouteGroupBuilder rooms) =>
        rooms
            .MapGet("/unread", Handle)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("Read what is unread, room by room")
            .WithDescription("Conversations as well. The counts are made anew each time.")
            .WithReplyExample(new Page<ReadingState>([ReadingState.Example], null));

    private static async Task<PageReply<ReadingState>> Handle(
        PageRequest page,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            After = page.After<Keys>()?.Room ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var states = await chat.Database.ReadAsync(
            async r =>
            {
                var all = new List<ReadingState>();
                foreach (var room in await r.QueryAsync<Room>(Mine, parameters, ct))
                {
                    all.Add(await ReadingState.OfAsync(r, room, caller.Id, ct));
                }

                return all;
            },
            ct
        );
        return PageReply<ReadingState>.Of(states, page, state => new Keys(state.Room));
    }
}
