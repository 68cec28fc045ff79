using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Moderation;

/// <summary>Something that was done to keep order.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When.</param>
/// <param name="Action">What, as <c>member.kicked</c>.</param>
/// <param name="Actor">Who did it; left out where they were erased.</param>
/// <param name="Account">To whom.</param>
/// <param name="Seq">To which message.</param>
/// <param name="Reason">Why, if a reason was given.</param>
public sealed record ModerationEntry(
    Guid Id,
    DateTimeOffset At,
    string Action,
    Guid? Actor,
    Guid? Account,
    long? Seq,
    string? Reason
);

/// <summary>Shows who kept order how in a room, the newest first.</summary>
internal static class ListModeration
{
    private const string Select = """
        SELECT id, at, action, actor_id AS actor, account_id AS account, seq, reason FROM moderation
        WHERE room_id = @Room AND id < @Before ORDER BY id DESC LIMIT @Limit
        """;

    private static readonly Guid Last = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    private static readonly ModerationEntry Example = new(
        Guid.Empty,
        DateTimeOffset.UnixEpoch,
        ModerationTrail.Kicked,
        Guid.Empty,
        Guid.Empty,
        null,
        null
    );

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder room) =>
        room.MapGet("/moderation", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("List what was done to keep order")
            .WithReplyExample(new Page<ModerationEntry>([Example], null));

    private static async Task<PageReply<ModerationEntry>> Handle(
        Room room,
        PageRequest page,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Room = room.Id,
            Before = page.After<Keys>()?.Id ?? Last,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<ModerationEntry>(Select, parameters, ct), ct);
        return PageReply<ModerationEntry>.Of(rows, page, entry => new Keys(entry.Id));
    }
}
