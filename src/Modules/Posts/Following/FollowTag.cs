using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Following;

/// <summary>Follows a tag, or does so no more.</summary>
internal static class FollowTag
{
    // One that only drafts have is none to others.
    private const string Meant = """
        SELECT t.key FROM tag t WHERE t.key = (SELECT COALESCE(merged, key) FROM tag WHERE key = @Key)
          AND (t.posts > 0 OR EXISTS (SELECT 1 FROM tag_follow f WHERE f.tag = t.key AND f.follower = @Follower))
        """;

    private const string Insert =
        "INSERT INTO tag_follow (follower, tag) VALUES (@Follower, @Tag) ON CONFLICT DO NOTHING";

    private const string Remove = "DELETE FROM tag_follow WHERE follower = @Follower AND tag = @Tag";

    public static void Map(RouteGroupBuilder tags)
    {
        tags.MapPut("/{tag}/follow", Handle)
            .RequirePermission(PostsPermission.Read)
            .WithSummary("Follow a tag")
            .WithDescription("Posts with the tag are in the caller's feed from then on.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
        tags.MapDelete("/{tag}/follow", Unfollow)
            .RequirePermission(PostsPermission.Read)
            .WithSummary("Follow a tag no more")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static Task<Results<NoContent, Problem>> Handle(
        string tag,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) => SetAsync(Insert, tag, caller, database, ct);

    private static Task<Results<NoContent, Problem>> Unfollow(
        string tag,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) => SetAsync(Remove, tag, caller, database, ct);

    private static Task<Results<NoContent, Problem>> SetAsync(
        string statement,
        string tag,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        database.WriteAsync<Results<NoContent, Problem>>(
            async unit =>
            {
                var key = TagName.Parse(tag)?.Key ?? "";
                if (await unit.ScalarAsync<string>(Meant, new { Key = key, Follower = caller.Id }, ct) is not { } meant)
                {
                    return Problem.NotFound("There is no such tag.");
                }

                await unit.ExecuteAsync(statement, new { Follower = caller.Id, Tag = meant }, ct);
                return TypedResults.NoContent();
            },
            ct
        );
}
