using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Storage;

namespace Sillage.Messaging.Messages;

/// <summary>Reads the history of a room, from any place in either direction.</summary>
internal static class ListMessages
{
    private const string Backwards = $"""
        SELECT {MessageRow.Columns} FROM message WHERE room_id = @Room AND seq < @Before ORDER BY seq DESC LIMIT @Limit
        """;

    private const string Forwards = $"""
        SELECT {MessageRow.Columns} FROM message WHERE room_id = @Room AND seq > @After ORDER BY seq LIMIT @Limit
        """;

    private const string FirstFrom = """
        SELECT seq FROM message WHERE room_id = @Room AND sent_at >= @From ORDER BY sent_at, seq LIMIT 1
        """;

    private sealed record Keys(long? Before = null, long? After = null);

    public static void Map(RouteGroupBuilder messages) =>
        messages
            .MapGet("/", Handle)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("Read messages")
            .WithDescription(
                "The newest first. With `before` those before a place, newest first; with `after` or `from` those behind it, oldest first; with "
                    + "`around` half of the page on each side, oldest first. One of the four at most."
            )
            .WithQuery("before", "Messages before this place (`seq`).", "42")
            .WithQuery("after", "Messages after this place.", "42")
            .WithQuery("around", "Messages on both sides of this place, and the one there.", "42")
            .WithQuery("from", "Messages from this time on (RFC 3339).", "2026-11-20T00:00:00Z")
            .WithQuery(MessageHtml.QueryName, MessageHtml.QueryDescription, "true")
            .WithReplyExample(new Page<Message>([Message.Example], null));

    private static async Task<PageReply<Message>> Handle(
        Room room,
        PageRequest page,
        Chat chat,
        MessageHtml rendering,
        CancellationToken ct,
        long? before = null,
        long? after = null,
        long? around = null,
        DateTimeOffset? from = null,
        bool html = false
    )
    {
        MessageHtml.RefuseLong(html, page);
        if (new[] { before is not null, after is not null, around is not null, from is not null }.Count(b => b) > 1)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "One of 'before', 'after', 'around' and 'from' at most.",
                    new FieldError("?before", "Leave out the others.")
                )
            );
        }

        Message Shown(Message message) => rendering.Of(message, html);
        return await chat.Database.ReadAsync(
            async reader =>
            {
                if (around is { } place && page.Cursor is null)
                {
                    return await AroundAsync(reader, room, page, place, Shown, ct);
                }

                var keys = page.After<Keys>();
                if (keys is null && from is { } time)
                {
                    var first = await reader.ScalarAsync<long?>(FirstFrom, new { Room = room.Id, From = time }, ct);
                    keys = new Keys(null, (first ?? room.LastSeq + 1) - 1);
                }

                keys ??= after is null ? new Keys(before ?? long.MaxValue, null) : new Keys(null, after);
                return await PageAsync(reader, room, page, keys, Shown, ct);
            },
            ct
        );
    }

    private static async Task<PageReply<Message>> PageAsync(
        IReader reader,
        Room room,
        PageRequest page,
        Keys keys,
        Func<Message, Message> shown,
        CancellationToken ct
    )
    {
        var (rows, isCut) = await ReadAsync(reader, room, keys, page.Limit + 1, ct);
        return PageReply<Message>.Of(
            await WithLinksAsync(reader, rows, shown, ct),
            page,
            message => keys.After is null ? new Keys(message.Seq, null) : new Keys(null, message.Seq),
            isCut
        );
    }

    private static async Task<PageReply<Message>> AroundAsync(
        IReader reader,
        Room room,
        PageRequest page,
        long place,
        Func<Message, Message> shown,
        CancellationToken ct
    )
    {
        var (older, _) = await ReadAsync(reader, room, new Keys(place, null), page.Limit / 2, ct);
        var (newer, isCut) = await ReadAsync(reader, room, new Keys(null, place - 1), page.Limit - older.Count + 1, ct);
        IReadOnlyList<MessageRow> rows = [.. older.Reverse(), .. newer.Take(page.Limit - older.Count)];
        var messages = await WithLinksAsync(reader, rows, shown, ct);
        return new PageReply<Message>(
            messages,
            (isCut || newer.Count > page.Limit - older.Count) && messages.Count > 0
                ? new Keys(null, messages[^1].Seq)
                : null
        );
    }

    private static Task<(IReadOnlyList<MessageRow> Rows, bool IsCut)> ReadAsync(
        IReader reader,
        Room room,
        Keys keys,
        int limit,
        CancellationToken ct
    ) =>
        reader.QueryWithinAsync<MessageRow>(
            keys.After is null ? Backwards : Forwards,
            new
            {
                Room = room.Id,
                Before = keys.Before ?? 0,
                After = keys.After ?? 0,
                Limit = (long)limit,
            },
            PageRequest.MaximumBytes,
            row => row.Text.Length,
            ct
        );

    private static async Task<IReadOnlyList<Message>> WithLinksAsync(
        IReader reader,
        IReadOnlyList<MessageRow> rows,
        Func<Message, Message> shown,
        CancellationToken ct
    ) => [.. (await MessageRow.ToMessagesAsync(reader, rows, ct)).Select(message => shown(message).WithLinks())];
}
