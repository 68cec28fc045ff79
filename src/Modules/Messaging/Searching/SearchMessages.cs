using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Messaging.Searching;

/// <summary>A message that was found.</summary>
/// <param name="Message">The message.</param>
/// <param name="Excerpt">The part of its text around the first match, as HTML with <c>mark</c> around what was searched for.</param>
public sealed record FoundMessage(Message Message, string Excerpt)
{
    internal static FoundMessage Example { get; } =
        new(Talk.Message.Example, "Who is on the <mark>water</mark> tomorrow?");
}

/// <summary>Searches the messages of a room, or of all rooms that one is in, the newest first.</summary>
internal static class SearchMessages
{
    private const int LongestQuery = 300;

    // FTS5 gives its rows in the order of their numbers, from the end: a page of a frequent word costs a page, not all matches.
    private static readonly Sql Mine = Select(
        "EXISTS (SELECT 1 FROM member m WHERE m.room_id = k.room_id AND m.account_id = @Account AND m.state = 'in')"
    );

    private static readonly Sql InRoom = Select("k.room_id = @Room");

    private sealed record Place(long Key);

    private sealed record Match(long Key, Guid RoomId, long Seq);

    public static void Map(RouteGroupBuilder messages, RouteGroupBuilder ofRoom)
    {
        Describe(
            messages.MapGet("/", HandleAll),
            "Search the messages of all rooms",
            "Those of rooms and conversations that the caller is in."
        );
        Describe(ofRoom.MapGet("/search", HandleRoom), "Search the messages of a room", "Those of one room.")
            .RequireRight(RoomRights.Read);
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route, string summary, string which) =>
        route
            .RequirePermission(MessagingPermission.Read)
            .WithSummary(summary)
            .WithDescription(
                $"{which} The newest first. All words have to be there, in any form of case and accents; `\"two words\"` that follow one "
                    + "another, `begin*` for the beginning of a word, `-not` for what must not be there. Deleted messages are not found, "
                    + "and edited ones by what they say now."
            )
            .WithQuery("q", "What to search for, at most 300 characters.", "water -tomorrow")
            .WithReplyExample(new Page<FoundMessage>([FoundMessage.Example], null));

    private static Task<Results<PageReply<FoundMessage>, Problem>> HandleAll(
        string q,
        PageRequest page,
        Caller caller,
        IDatabase<MessagingData> database,
        CancellationToken ct
    ) => RunAsync(Mine, q, page, caller, Guid.Empty, database, ct);

    private static Task<Results<PageReply<FoundMessage>, Problem>> HandleRoom(
        string q,
        Room room,
        PageRequest page,
        Caller caller,
        IDatabase<MessagingData> database,
        CancellationToken ct
    ) => RunAsync(InRoom, q, page, caller, room.Id, database, ct);

    private static async Task<Results<PageReply<FoundMessage>, Problem>> RunAsync(
        Sql select,
        string q,
        PageRequest page,
        Caller caller,
        Guid room,
        IDatabase<MessagingData> database,
        CancellationToken ct
    )
    {
        if (q.Length > LongestQuery || SearchQuery.Parse(q, SearchLanguage.None) is not { } query)
        {
            return Problem.BadRequest(
                "The query is not valid.",
                new FieldError("?q", $"At most {LongestQuery} characters, with a word among them that has to be there.")
            );
        }

        var parameters = new
        {
            Account = caller.Id,
            Room = room,
            Match = database.Dialect == SqlDialect.Sqlite ? query.ForSqlite() : query.ForPostgres(),
            Before = page.After<Place>()?.Key ?? long.MaxValue,
            Limit = page.Limit + 1L,
        };
        return await database.ReadAsync(
            async reader =>
            {
                var matches = await reader.QueryAsync<Match>(select, parameters, ct);
                var found = await ReadAsync(reader, matches, query, ct);
                var keys = matches.ToDictionary(m => (m.RoomId, m.Seq), m => m.Key);
                return PageReply<FoundMessage>.Of(
                    found,
                    page,
                    one => new Place(keys[(one.Message.Room, one.Message.Seq)])
                );
            },
            ct
        );
    }

    // Room by room, as their reactions and files are read.
    private static async Task<IReadOnlyList<FoundMessage>> ReadAsync(
        IReader reader,
        IReadOnlyList<Match> matches,
        SearchQuery query,
        CancellationToken ct
    )
    {
        var found = new Dictionary<(Guid, long), FoundMessage>();
        foreach (var room in matches.GroupBy(match => match.RoomId))
        {
            var rows = await MessageRow.FindAsync(reader, room.Key, [.. room.Select(match => match.Seq)], ct);
            foreach (var message in await MessageRow.ToMessagesAsync(reader, rows, ct))
            {
                var excerpt = Highlights.Excerpt(message.Text, query, SearchLanguage.None);
                found[(room.Key, message.Seq)] = new FoundMessage(message.WithLinks(), excerpt);
            }
        }

        return [.. matches.Select(match => found[(match.RoomId, match.Seq)])];
    }

    // CROSS: the words come first; SQLite keeps that order.
    private static Sql Select(string where) =>
        new(
            $"""
            SELECT k.key, k.room_id, k.seq FROM message_text t CROSS JOIN message_key k ON k.key = t.rowid
            WHERE t.message_text MATCH @Match AND t.rowid < @Before AND {where} ORDER BY t.rowid DESC LIMIT @Limit
            """,
            $"""
            SELECT k.key, k.room_id, k.seq FROM message_text k
            WHERE k.words @@ CAST(@Match AS tsquery) AND k.key < @Before AND {where} ORDER BY k.key DESC LIMIT @Limit
            """
        );
}
