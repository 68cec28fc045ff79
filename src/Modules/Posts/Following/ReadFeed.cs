using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Following;

/// <summary>
/// Lists the posts of whom and what the caller follows, put together when it is read. Two roads to the same page: with few follows from what each has, with many
/// along all posts from the newest, since then some of the next ones are always among them.
/// </summary>
internal static class ReadFeed
{
    /// <summary>From so many follows on the second road is taken.</summary>
    private const int Many = 200;

    private const string Count = """
        SELECT (SELECT COUNT(*) FROM author_follow WHERE follower = @Me) + (SELECT COUNT(*) FROM tag_follow WHERE follower = @Me)
        """;

    private const string OfFew = $"""
        SELECT {PostRow.Columns} FROM post p
        WHERE p.key IN (
            SELECT q.key FROM author_follow f JOIN post q ON q.author = f.author WHERE f.follower = @Me
            UNION
            SELECT pt.post FROM tag_follow tf JOIN post_tag pt ON pt.tag = tf.tag WHERE tf.follower = @Me)
          AND {Readable.Where}
        """;

    private const string OfMany = $"""
        SELECT {PostRow.Columns} FROM post p
        WHERE (EXISTS (SELECT 1 FROM author_follow f WHERE f.follower = @Me AND f.author = p.author)
            OR EXISTS (SELECT 1 FROM post_tag pt JOIN tag_follow tf ON tf.tag = pt.tag WHERE pt.post = p.key AND tf.follower = @Me))
          AND {Readable.Where}
        """;

    private const string Order = " ORDER BY p.published_at DESC, p.id DESC LIMIT @Limit";

    private sealed record Keys(DateTimeOffset At, Guid Id);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/feed", Handle)
            .RequirePermission(PostsPermission.Read)
            .WithTags("Following")
            .WithSummary("Read my feed")
            .WithDescription("Posts of the authors and tags that the caller follows, the newest first.")
            .WithReplyExample(new Page<PostSummary>([PostSummary.Example], null));

    private static async Task<PageReply<PostSummary>> Handle(
        PageRequest page,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        IOptions<PostsOptions> options,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var (me, isMember, moderates) = Readable.Of(caller);
        var parameters = new
        {
            Me = me,
            IsMember = isMember,
            Moderates = moderates,
            At = after?.At,
            Id = after?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var (rows, isCut) = await database.ReadAsync(
            async r =>
            {
                var isMany = await r.ScalarAsync<long>(Count, parameters, ct) >= Many;
                var condition = after is null ? "" : " AND (p.published_at, p.id) < (@At, @Id)";
                return await r.QueryWithinAsync<PostRow>(
                    (isMany ? OfMany : OfFew) + condition + Order,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Length,
                    ct
                );
            },
            ct
        );
        var shown = await PostSummary.OfAsync(rows, null, options.Value.SearchLanguage, names, database, ct);
        var places = rows.ToDictionary(row => row.Id, row => row.PublishedAt!.Value);
        return PageReply<PostSummary>.Of(shown, page, post => new Keys(places[post.Id], post.Id), isCut);
    }
}
