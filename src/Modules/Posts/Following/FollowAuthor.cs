using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Posts.Contracts;
using Sillage.Storage;

namespace Sillage.Posts.Following;

/// <summary>Whether the caller follows an author.</summary>
/// <param name="Follows">Whether he does.</param>
/// <param name="Links">Where this is, and the author's profile.</param>
public sealed record AuthorFollow(bool Follows, Links Links)
{
    internal static AuthorFollow Of(Guid author, bool follows) =>
        new(follows, new Links($"/api/v1/authors/{author}/follow") { ["author"] = $"/api/v1/users/{author}" });
}

/// <summary>Follows an author, or does so no more.</summary>
internal static class FollowAuthor
{
    private const string Insert =
        "INSERT INTO author_follow (follower, author) VALUES (@Follower, @Author) ON CONFLICT DO NOTHING";

    private const string Exists = "SELECT COUNT(*) FROM author_follow WHERE follower = @Follower AND author = @Author";

    private const string Remove = "DELETE FROM author_follow WHERE follower = @Follower AND author = @Author";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var authors = routes
            .MapGroup("/api/v1/authors/{author:guid}")
            .WithTags("Following")
            .RequirePermission(PostsPermission.Read);
        authors
            .MapGet("/follow", Read)
            .WithSummary("Read whether I follow an author")
            .WithReplyExample(AuthorFollow.Of(Post.Example.Author!.Id, true));
        authors
            .MapPut("/follow", Handle)
            .WithSummary("Follow an author")
            .WithDescription(
                "The author's posts are in the caller's feed from then on, and those for followers are his to read. The author is told."
            )
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        authors
            .MapDelete("/follow", Unfollow)
            .WithSummary("Follow an author no more")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<Reply<AuthorFollow>> Read(
        Guid author,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new { Follower = caller.Id, Author = author };
        var count = await database.ReadAsync(r => r.ScalarAsync<long>(Exists, parameters, ct), ct);
        return Reply.Ok(AuthorFollow.Of(author, count > 0));
    }

    private static async Task<Results<NoContent, Problem>> Handle(
        Guid author,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (author == caller.Id)
        {
            return Problem.Conflict("Nobody follows himself.");
        }

        if (!await names.ExistsAsync(author, ct))
        {
            return Problem.NotFound("There is no such account.");
        }

        await database.WriteAsync(
            async unit =>
            {
                if (await unit.ExecuteAsync(Insert, new { Follower = caller.Id, Author = author }, ct) > 0)
                {
                    await AuthorCounts.AddAsync(unit, author, 0, 1, clock.GetUtcNow(), ct);
                    await unit.PublishAsync(new AuthorFollowed(author, caller.Id), ct);
                    await Notices.OfFollowAsync(unit, author, caller.Id, ct);
                }

                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Unfollow(
        Guid author,
        Caller caller,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                if (await unit.ExecuteAsync(Remove, new { Follower = caller.Id, Author = author }, ct) > 0)
                {
                    await AuthorCounts.AddAsync(unit, author, 0, -1, clock.GetUtcNow(), ct);
                    await unit.PublishAsync(new AuthorUnfollowed(author, caller.Id), ct);
                }

                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
