using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Notifications.Choices;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Mine;

/// <summary>Lists the caller's notifications, and counts those that are not read.</summary>
internal static class ListMine
{
    private const string Select = $"""
        SELECT {NotificationRow.Columns} FROM notification
        WHERE recipient = @Account AND place < @Before AND settled_at IS NULL
          AND (CAST(@All AS integer) = 1 OR read_at IS NULL)
        ORDER BY place DESC LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder mine)
    {
        mine.MapGet("", Handle)
            .WithSummary("List my notifications")
            .WithDescription("The newest first. What was settled meanwhile is not in it.")
            .WithQuery("language", ReadingLanguage.Help, "fr")
            .WithQuery("unread", "true for those only that are not read. Default false.", "true")
            .Fails(StatusCodes.Status400BadRequest);
        mine.MapGet("/unread", Unread)
            .WithSummary("Count my unread notifications")
            .WithReplyExample(UnreadCount.Example);
    }

    private static async Task<Results<PageReply<MyNotification>, Problem>> Handle(
        PageRequest page,
        Caller caller,
        NotificationWords words,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        CancellationToken ct,
        bool unread = false,
        string? language = null
    ) =>
        ReadingLanguage.Refuse(language) is { } refusal
            ? refusal
            : await ListAsync(page, caller, words, database, options, ct, unread, language);

    /// <summary>A page of them.</summary>
    internal static async Task<PageReply<MyNotification>> ListAsync(
        PageRequest page,
        Caller caller,
        NotificationWords words,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        CancellationToken ct,
        bool unread = false,
        string? language = null
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            Before = page.After<Keys>()?.Place ?? long.MaxValue,
            All = unread ? 0L : 1L,
            Limit = page.Limit + 1,
        };
        var ((rows, isCut), person) = await database.ReadAsync(
            async reader =>
                (
                    await reader.QueryWithinAsync<NotificationRow>(
                        Select,
                        parameters,
                        PageRequest.MaximumBytes,
                        row => row.Data?.Length ?? 0,
                        ct
                    ),
                    await PersonRow.FindAsync(reader, caller.Id, ct)
                ),
            ct
        );
        var worded = await words.OfAsync(rows, ReadingLanguage.Of(language, person, options.Value.Language), ct);
        return PageReply<MyNotification>.Of(worded, page, item => new Keys(item.Place), isCut);
    }

    private static async Task<Reply<UnreadCount>> Unread(
        Caller caller,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    ) => Reply.Ok(await UnreadCount.FindAsync(database, caller.Id, ct));

    private sealed record Keys(long Place);
}
