using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Posts.Content;
using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Posts.Reading;

/// <summary>Lists posts, the newest first, and searches them, the best first.</summary>
internal static class ListPosts
{
    private const int LongestQuery = 300;

    // The matches are ranked by the engine; those that the caller may not read fall out afterwards, and never count.
    private static readonly Sql Found = new(
        """
        WITH found AS MATERIALIZED (
          SELECT rowid AS key, -bm25(post_text, 5.0, 1.0) AS score FROM post_text WHERE post_text MATCH @Match
        )
        """,
        """
        WITH found AS (
          SELECT post AS key, CAST(ts_rank(words, CAST(@Match AS tsquery)) AS double precision) AS score
          FROM post_text WHERE words @@ CAST(@Match AS tsquery)
        )
        """
    );

    private sealed record Newest(DateTimeOffset At, Guid Id);

    private sealed record Best(double Score, Guid Id);

    private sealed record Ranked(long Key, Guid Id, double Score);

    public static RouteHandlerBuilder Map(RouteGroupBuilder posts) =>
        posts
            .MapGet("/", Handle)
            .WithSummary("List and search posts")
            .WithDescription(
                "What the caller may read, the newest first. With `q` the best match comes first: all words have to be there, in any form of case and "
                    + "accents; `\"two words\"` that follow one another, `begin*` for the beginning of a word, `-not` for what must not be there. "
                    + "A page of matches is cut from the ranking of its moment: what is published between two pages may move them by a place."
            )
            .WithQuery("q", "What to search for, at most 300 characters.", "lake -motor")
            .WithQuery("tag", "Only posts with this tag.", "rowing")
            .WithQuery("author", "Only posts of this author, by id or user name.", "player-1")
            .WithQuery("from", "Only posts published at this time or later.", "2026-11-01T00:00:00Z")
            .WithQuery("to", "Only posts published before this time.", "2026-12-01T00:00:00Z")
            .WithQuery(
                "mine",
                "Only the caller's own that lists do not show: `drafts`, `scheduled`, `deleted` or `hidden`, the newest first.",
                "drafts"
            )
            .WithReplyExample(new Page<PostSummary>([PostSummary.Example], null));

    internal static async Task<Results<PageReply<PostSummary>, Problem>> Handle(
        PageRequest page,
        Caller? caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        IOptions<PostsOptions> options,
        CancellationToken ct,
        string? q = null,
        string? tag = null,
        string? author = null,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        string? mine = null
    )
    {
        var language = options.Value.SearchLanguage;
        var query = q is null ? null : SearchQuery.Parse(q[..Math.Min(q.Length, LongestQuery)], language);
        if (Check(q, query, tag, mine, caller) is { Count: > 0 } errors)
        {
            return Problem.BadRequest("The query is not valid.", errors);
        }

        Guid? writer = author is null ? null : await names.NamedAsync(author, ct) ?? Guid.Empty;
        var (me, isMember, moderates) = Readable.Of(caller);
        var parameters = new
        {
            Me = me,
            IsMember = isMember,
            Moderates = moderates,
            Match = database.Dialect == SqlDialect.Sqlite ? query?.ForSqlite() : query?.ForPostgres(),
            Tag = tag is null ? null : TagName.Parse(tag)!.Key,
            Author = writer,
            From = from,
            To = to,
            Score = query is null ? 0 : page.After<Best>()?.Score ?? 0,
            At = query is null ? page.After<Newest>()?.At : null,
            Id = (query is null ? page.After<Newest>()?.Id : page.After<Best>()?.Id) ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var filter = Filter(mine, tag, writer, from, to);
        var (rows, isCut, scores) = await database.ReadAsync(
            r =>
                query is null
                    ? ListAsync(r, List(filter, mine, page), parameters, ct)
                    : SearchAsync(r, filter, page, parameters, ct),
            ct
        );
        var shown = await PostSummary.OfAsync(rows, query, language, names, database, ct);
        var places = rows.ToDictionary(row => row.Id);
        return PageReply<PostSummary>.Of(
            shown,
            page,
            post =>
                query is null
                    ? new Newest(mine is null ? places[post.Id].PublishedAt!.Value : places[post.Id].CreatedAt, post.Id)
                    : new Best(scores[post.Id], post.Id),
            isCut
        );
    }

    private static List<FieldError> Check(string? q, SearchQuery? query, string? tag, string? mine, Caller? caller)
    {
        var errors = new List<FieldError>();
        if (q is not null && (query is null || q.Length > LongestQuery))
        {
            errors.Add(
                new FieldError("?q", $"At most {LongestQuery} characters, with a word among them that has to be there.")
            );
        }

        if (tag is not null && TagName.Parse(tag) is null)
        {
            errors.Add(new FieldError("?tag", TagName.Rule));
        }

        if (
            mine is not null
            && (mine is not ("drafts" or "scheduled" or "deleted" or "hidden") || caller is null || q is not null)
        )
        {
            errors.Add(
                new FieldError(
                    "?mine",
                    "'drafts', 'scheduled', 'deleted' or 'hidden', with an account and without a search."
                )
            );
        }

        return errors;
    }

    private static string Filter(string? mine, string? tag, Guid? author, DateTimeOffset? from, DateTimeOffset? to)
    {
        var sql = new StringBuilder(
            mine switch
            {
                "drafts" => "p.author = @Me AND p.state = 'draft' AND p.deleted_at IS NULL",
                "scheduled" => "p.author = @Me AND p.state = 'scheduled' AND p.deleted_at IS NULL",
                "deleted" => "p.author = @Me AND p.deleted_at IS NOT NULL",
                "hidden" => "p.author = @Me AND p.hidden AND p.deleted_at IS NULL",
                _ => Readable.Where,
            }
        );
        foreach (
            var (applies, condition) in new[]
            {
                (tag is not null, TagIs),
                (author is not null, " AND p.author = @Author"),
                (from is not null, " AND p.published_at >= @From"),
                (to is not null, " AND p.published_at < @To"),
            }
        )
        {
            sql.Append(applies ? condition : "");
        }

        return sql.ToString();
    }

    private const string TagIs =
        " AND EXISTS (SELECT 1 FROM post_tag pt WHERE pt.post = p.key"
        + " AND pt.tag = (SELECT COALESCE(merged, key) FROM tag WHERE key = @Tag))";

    private static string List(string filter, string? mine, PageRequest page)
    {
        var at = mine is null ? "p.published_at" : "p.created_at";
        var after = page.Cursor is null ? "" : $" AND ({at}, p.id) < (@At, @Id)";
        return $"SELECT {PostRow.Columns} FROM post p WHERE {filter}{after} ORDER BY {at} DESC, p.id DESC LIMIT @Limit";
    }

    private static async Task<Rows> ListAsync(IReader reader, string sql, object parameters, CancellationToken ct)
    {
        var (rows, isCut) = await reader.QueryWithinAsync<PostRow>(
            sql,
            parameters,
            PageRequest.MaximumBytes,
            row => row.Length,
            ct
        );
        return new Rows(rows, isCut, []);
    }

    private static async Task<Rows> SearchAsync(
        IReader reader,
        string filter,
        PageRequest page,
        object parameters,
        CancellationToken ct
    )
    {
        var after = page.Cursor is null ? "" : " AND (f.score < @Score OR (f.score = @Score AND p.id < @Id))";
        var rest =
            $" FROM found f JOIN post p ON p.key = f.key WHERE {filter}{after} ORDER BY f.score DESC, p.id DESC LIMIT @Limit";
        var ranked = await reader.QueryAsync<Ranked>(
            new Sql(
                $"{Found.Sqlite} SELECT p.key, p.id, f.score{rest}",
                $"{Found.Postgres} SELECT p.key, p.id, f.score{rest}"
            ),
            parameters,
            ct
        );
        var scores = ranked.ToDictionary(r => r.Id, r => r.Score);
        var rows = new List<PostRow>();
        // The best first, some at a time, as long as they have room on the page.
        foreach (var some in ranked.Chunk(AtOnce))
        {
            var found = await reader.QueryAsync<PostRow>(ByKeys, new { Keys = some.Select(r => r.Key).ToArray() }, ct);
            var byKey = found.ToDictionary(row => row.Key);
            rows.AddRange(some.Where(r => byKey.ContainsKey(r.Key)).Select(r => byKey[r.Key]));
            if (rows.Sum(row => row.Length) > PageRequest.MaximumBytes)
            {
                break;
            }
        }

        return new Rows(rows, rows.Count < ranked.Count, scores);
    }

    private const int AtOnce = 50;

    private sealed record Rows(IReadOnlyList<PostRow> Posts, bool IsCut, Dictionary<Guid, double> Scores);

    private static readonly Sql ByKeys = new(
        $"SELECT {PostRow.Columns} FROM post p WHERE p.key IN @Keys",
        $"SELECT {PostRow.Columns} FROM post p WHERE p.key = ANY(@Keys)"
    );
}
