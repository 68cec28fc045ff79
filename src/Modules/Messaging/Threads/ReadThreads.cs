using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;

namespace Sillage.Messaging.Threads;

/// <summary>Lists the threads of a room, and shows one with its answers.</summary>
internal static class ReadThreads
{
    private const string All = $"""
        SELECT {ThreadRow.Columns} FROM thread t WHERE t.room_id = @Room AND t.last_seq < @Before
        ORDER BY t.last_seq DESC LIMIT @Limit
        """;

    private const string Mine = $"""
        SELECT {ThreadRow.Columns} FROM thread t
        JOIN thread_member tm ON tm.account_id = @Account AND tm.room_id = t.room_id AND tm.seq = t.seq
        WHERE t.room_id = @Room AND t.last_seq < @Before ORDER BY t.last_seq DESC LIMIT @Limit
        """;

    private const string Unread = $"""
        SELECT {ThreadRow.Columns} FROM thread t
        JOIN thread_member tm ON tm.account_id = @Account AND tm.room_id = t.room_id AND tm.seq = t.seq
        WHERE t.room_id = @Room AND t.last_seq < @Before AND t.last_seq > tm.read_seq
          AND EXISTS (SELECT 1 FROM message m WHERE m.room_id = t.room_id AND m.thread = t.seq AND m.seq > tm.read_seq
            AND m.deleted_at IS NULL AND (m.sender_id IS NULL OR m.sender_id <> @Account))
        ORDER BY t.last_seq DESC LIMIT @Limit
        """;

    private const string Backwards = $"""
        SELECT {MessageRow.Columns} FROM message WHERE room_id = @Room AND thread = @Thread AND seq < @Before
        ORDER BY seq DESC LIMIT @Limit
        """;

    private const string Forwards = $"""
        SELECT {MessageRow.Columns} FROM message WHERE room_id = @Room AND thread = @Thread AND seq > @After
        ORDER BY seq LIMIT @Limit
        """;

    private sealed record Keys(long LastSeq);

    private sealed record MessageKeys(long? Before = null, long? After = null);

    public static void Map(RouteGroupBuilder threads)
    {
        threads
            .MapGet("/", List)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("List threads")
            .WithDescription("The one with the latest answer first.")
            .WithQuery("mine", "Only those that the caller began, answered in or has read. Default false.", "true")
            .WithQuery("unread", "Only those of them with unread answers. Default false.", "true")
            .WithReplyExample(new Page<ThreadResource>([ThreadResource.Example], null));
        threads
            .MapGet("/{thread}", Read)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("Read a thread")
            .WithReplyExample(ThreadResource.Example);
        threads
            .MapGet("/{thread}/messages", ListAnswers)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Read)
            .WithSummary("Read the answers of a thread")
            .WithDescription("Oldest first; with `before` those before a place, newest first. One of the two at most.")
            .WithQuery("after", "Answers after this place (`seq`).", "42")
            .WithQuery("before", "Answers before this place.", "60")
            .WithQuery(MessageHtml.QueryName, MessageHtml.QueryDescription, "true")
            .WithReplyExample(new Page<Message>([Message.Example with { ReplyTo = 40, Thread = 40 }], null));
    }

    private static async Task<PageReply<ThreadResource>> List(
        Room room,
        PageRequest page,
        Caller caller,
        Chat chat,
        CancellationToken ct,
        bool mine = false,
        bool unread = false
    )
    {
        var parameters = new
        {
            Room = room.Id,
            Account = caller.Id,
            Before = page.After<Keys>()?.LastSeq ?? long.MaxValue,
            Limit = page.Limit + 1L,
        };
        var sql =
            unread ? Unread
            : mine ? Mine
            : All;
        var threads = await chat.Database.ReadAsync(
            async r =>
                await ThreadRow.ToThreadsAsync(
                    r,
                    room.Id,
                    caller.Id,
                    await r.QueryAsync<ThreadRow>(sql, parameters, ct),
                    ct
                ),
            ct
        );
        return PageReply<ThreadResource>.Of(threads, page, thread => new Keys(thread.LastSeq));
    }

    private static async Task<Reply<ThreadResource>> Read(
        Room room,
        long thread,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) =>
        Reply.Ok(
            await chat.Database.ReadAsync(
                async r =>
                {
                    var row = await ThreadRow.GetAsync(r, room.Id, thread, ct);
                    return (await ThreadRow.ToThreadsAsync(r, room.Id, caller.Id, [row], ct))[0];
                },
                ct
            )
        );

    private static async Task<PageReply<Message>> ListAnswers(
        Room room,
        long thread,
        PageRequest page,
        Chat chat,
        MessageHtml rendering,
        CancellationToken ct,
        long? after = null,
        long? before = null,
        bool html = false
    )
    {
        MessageHtml.RefuseLong(html, page);
        if (after is not null && before is not null)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "One of 'after' and 'before' at most.",
                    new FieldError("?before", "Leave out the other.")
                )
            );
        }

        var keys = page.After<MessageKeys>() ?? new MessageKeys(before, before is null ? after ?? 0 : null);
        var parameters = new
        {
            Room = room.Id,
            Thread = thread,
            Before = keys.Before ?? 0,
            After = keys.After ?? 0,
            Limit = page.Limit + 1L,
        };
        var (messages, isCut) = await chat.Database.ReadAsync(
            async r =>
            {
                await ThreadRow.GetAsync(r, room.Id, thread, ct);
                var sql = keys.After is null ? Backwards : Forwards;
                var (rows, cut) = await r.QueryWithinAsync<MessageRow>(
                    sql,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Text.Length,
                    ct
                );
                return (await MessageRow.ToMessagesAsync(r, rows, ct), cut);
            },
            ct
        );
        return PageReply<Message>.Of(
            [.. messages.Select(message => rendering.Of(message, html).WithLinks())],
            page,
            message => keys.After is null ? new MessageKeys(message.Seq, null) : new MessageKeys(null, message.Seq),
            isCut
        );
    }
}
