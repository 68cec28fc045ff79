using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Marks;

/// <summary>Whether the caller keeps a post.</summary>
/// <param name="Kept">Whether he does.</param>
/// <param name="Links">Where this is, and the post.</param>
public sealed record Bookmark(bool Kept, Links Links)
{
    internal static Bookmark Example { get; } = Of(Post.Example.Id, true);

    internal static Bookmark Of(Guid post, bool kept) =>
        new(kept, new Links(Post.AddressOf(post) + "/bookmark") { ["post"] = Post.AddressOf(post) });
}

/// <summary>Keeps posts to be read again. Nobody else sees which.</summary>
internal static class Bookmarks
{
    private const string Insert =
        "INSERT INTO bookmark (account, post, at) VALUES (@Account, @Post, @At) ON CONFLICT DO NOTHING";

    private const string Exists = "SELECT COUNT(*) FROM bookmark WHERE account = @Account AND post = @Post";

    private const string Remove = "DELETE FROM bookmark WHERE account = @Account AND post = @Post";

    private const string Select = $"""
        SELECT {PostRow.Columns} FROM bookmark b JOIN post p ON p.key = b.post
        WHERE b.account = @Me AND b.post < @Before AND {Readable.Where} ORDER BY b.post DESC LIMIT @Limit
        """;

    private sealed record Keys(long Key);

    public static void Map(IEndpointRouteBuilder routes, RouteGroupBuilder post)
    {
        post.MapGet("/bookmark", Read)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(PostRights.Read)
            .WithSummary("Read whether I keep a post")
            .WithReplyExample(Bookmark.Example);
        post.MapPut("/bookmark", Put)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(PostRights.Read)
            .WithSummary("Keep a post")
            .Produces(StatusCodes.Status204NoContent);
        post.MapDelete("/bookmark", Take)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(PostRights.Read)
            .WithSummary("Keep a post no more")
            .Produces(StatusCodes.Status204NoContent);
        routes
            .MapGet("/api/v1/bookmarks", Handle)
            .RequirePermission(PostsPermission.Read)
            .WithTags("Reactions and bookmarks")
            .WithSummary("List the posts that I keep")
            .WithDescription(
                "The newest post first. One that the caller may not read any more is left out, and is back once he may."
            )
            .WithReplyExample(new Page<PostSummary>([PostSummary.Example], null));
    }

    private static async Task<Reply<Bookmark>> Read(
        FoundPost post,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new { Account = caller.Id, Post = post.Row.Key };
        var count = await database.ReadAsync(r => r.ScalarAsync<long>(Exists, parameters, ct), ct);
        return Reply.Ok(Bookmark.Of(post.Row.Id, count > 0));
    }

    private static async Task<NoContent> Put(
        FoundPost post,
        Caller caller,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            Post = post.Row.Key,
            At = clock.GetUtcNow(),
        };
        await database.WriteAsync(unit => unit.ExecuteAsync(Insert, parameters, ct), ct);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Take(
        FoundPost post,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new { Account = caller.Id, Post = post.Row.Key };
        await database.WriteAsync(unit => unit.ExecuteAsync(Remove, parameters, ct), ct);
        return TypedResults.NoContent();
    }

    private static async Task<PageReply<PostSummary>> Handle(
        PageRequest page,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        IOptions<PostsOptions> options,
        CancellationToken ct
    )
    {
        var (me, isMember, moderates) = Readable.Of(caller);
        var parameters = new
        {
            Me = me,
            IsMember = isMember,
            Moderates = moderates,
            Before = page.After<Keys>()?.Key ?? long.MaxValue,
            Limit = page.Limit + 1L,
        };
        var (rows, isCut) = await database.ReadAsync(
            r => r.QueryWithinAsync<PostRow>(Select, parameters, PageRequest.MaximumBytes, row => row.Length, ct),
            ct
        );
        var shown = await PostSummary.OfAsync(rows, null, options.Value.SearchLanguage, names, database, ct);
        var keys = rows.ToDictionary(row => row.Id, row => row.Key);
        return PageReply<PostSummary>.Of(shown, page, post => new Keys(keys[post.Id]), isCut);
    }
}
