using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Posts.Reading;

/// <summary>What may be meant by what was typed so far.</summary>
/// <param name="Posts">Posts whose titles have it, the newest first, eight at most.</param>
/// <param name="Tags">Tags that begin with it, the most used first, eight at most.</param>
public sealed record Suggestions(IReadOnlyList<SuggestedPost> Posts, IReadOnlyList<string> Tags)
{
    internal static Suggestions Example { get; } =
        new([new SuggestedPost(Post.Example.Id, "a-quiet-morning", "A quiet morning")], ["quiet"]);
}

/// <summary>A post that may be meant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Title">Its title.</param>
public sealed record SuggestedPost(Guid Id, string Slug, string Title);

/// <summary>Suggests posts and tags while somebody types.</summary>
internal static class Suggest
{
    private const int LongestText = 100;

    private static readonly Sql Posts = new(
        $"""
        SELECT p.id, p.slug, p.title FROM post_text JOIN post p ON p.key = post_text.rowid
        WHERE post_text MATCH @Match AND {Readable.Where} ORDER BY p.published_at DESC, p.id DESC LIMIT 8
        """,
        $"""
        SELECT p.id, p.slug, p.title FROM post_text t JOIN post p ON p.key = t.post
        WHERE t.words @@ CAST(@Match AS tsquery) AND {Readable.Where} ORDER BY p.published_at DESC, p.id DESC LIMIT 8
        """
    );

    private const string Tags = """
        SELECT name FROM tag WHERE key >= @Tag AND key < @Beyond AND posts > 0 AND merged IS NULL
        ORDER BY posts DESC, key LIMIT 8
        """;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/suggestions", Handle)
            .RequirePermission(PostsPermission.Read)
            .WithTags("Posts")
            .WithSummary("Suggest posts and tags")
            .WithDescription("For a field that is typed into: the last word may be the beginning of one.")
            .WithQuery("typed", "What was typed so far, 1 to 100 characters.", "a qui")
            .WithReplyExample(Suggestions.Example);

    private static async Task<Results<Reply<Suggestions>, Problem>> Handle(
        Caller caller,
        IDatabase<PostsData> database,
        IOptions<PostsOptions> options,
        CancellationToken ct,
        string typed = ""
    )
    {
        if (typed.Length > LongestText || SearchQuery.Typed(typed, options.Value.SearchLanguage) is not { } query)
        {
            return Problem.BadRequest(
                "There is nothing to suggest for that.",
                new FieldError("?typed", $"1 to {LongestText} characters, with a letter or a digit among them.")
            );
        }

        var (me, isMember, moderates) = Readable.Of(caller);
        var tag = Slugs.Join(typed, LongestText);
        var parameters = new
        {
            Me = me,
            IsMember = isMember,
            Moderates = moderates,
            Match = database.Dialect == SqlDialect.Sqlite ? query.ForSqlite("title") : query.ForPostgres(ofTitle: true),
            Tag = tag,
            // Behind every text that begins with it.
            Beyond = tag + "\U0010FFFF",
        };
        return await database.ReadAsync(
            async r =>
                Reply.Ok(
                    new Suggestions(
                        await r.QueryAsync<SuggestedPost>(Posts, parameters, ct),
                        await r.QueryAsync<string>(Tags, parameters, ct)
                    )
                ),
            ct
        );
    }
}
