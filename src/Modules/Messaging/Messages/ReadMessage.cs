using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;

namespace Sillage.Messaging.Messages;

/// <summary>What a message said before it was edited.</summary>
/// <param name="Text">What it said.</param>
/// <param name="ReplacedAt">Until when.</param>
public sealed record MessageVersion(string Text, DateTimeOffset ReplacedAt);

/// <summary>Shows a message, and what it said before.</summary>
internal static class ReadMessage
{
    private const string Versions = """
        SELECT text, replaced_at FROM message_version WHERE room_id = @Room AND seq = @Seq AND replaced_at > @After
        ORDER BY replaced_at LIMIT @Limit
        """;

    private sealed record Keys(DateTimeOffset At);

    public static void Map(RouteGroupBuilder messages)
    {
        messages
            .MapGet("/{message:guid}", Read)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("Read a message")
            .WithQuery(MessageHtml.QueryName, "Whether it has its text as `html` too. Default false.", "true")
            .WithReplyExample(Message.Example);
        messages
            .MapGet("/{message:guid}/versions", ListVersions)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("Read what a message said before")
            .WithDescription("Each text that an edit replaced, oldest first. Of a deleted message nothing is left.")
            .WithReplyExample(
                new Page<MessageVersion>([new MessageVersion("Who is on the watre?", DateTimeOffset.UnixEpoch)], null)
            );
    }

    private static async Task<Reply<Message>> Read(
        Room room,
        Guid message,
        Chat chat,
        MessageHtml rendering,
        CancellationToken ct,
        bool html = false
    )
    {
        var found = await chat.Database.ReadAsync(
            async r => await MessageRow.ToMessageAsync(r, await MessageRow.GetAsync(r, room.Id, message, ct), ct),
            ct
        );
        return Reply.Ok(rendering.Of(found, html).WithLinks());
    }

    private static async Task<PageReply<MessageVersion>> ListVersions(
        Room room,
        Guid message,
        PageRequest page,
        Chat chat,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>()?.At ?? DateTimeOffset.UnixEpoch;
        var (rows, isCut) = await chat.Database.ReadAsync(
            async r =>
            {
                var row = await MessageRow.GetAsync(r, room.Id, message, ct);
                var parameters = new
                {
                    Room = room.Id,
                    row.Seq,
                    After = after,
                    Limit = page.Limit + 1L,
                };
                return await r.QueryWithinAsync<MessageVersion>(
                    Versions,
                    parameters,
                    PageRequest.MaximumBytes,
                    version => version.Text.Length,
                    ct
                );
            },
            ct
        );
        return PageReply<MessageVersion>.Of(rows, page, version => new Keys(version.ReplacedAt), isCut);
    }
}
