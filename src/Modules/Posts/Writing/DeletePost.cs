using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Writing;

/// <summary>Deletes a post, and takes that back.</summary>
internal static class DeletePost
{
    public static void Map(RouteGroupBuilder post)
    {
        post.MapDelete("/", Handle)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(PostRights.Change)
            .WithSummary("Delete a post")
            .WithDescription(
                "It is gone for everybody but its author, who can restore it for thirty days (`Posts:KeepDeletedDays`); then it is removed for good."
            )
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);
        post.MapPost("/restore", Restore)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(PostRights.Change)
            .WithSummary("Restore a deleted post")
            .WithReplyExample(Post.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    internal static async Task<NoContent> Handle(
        FoundPost post,
        Precondition precondition,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var author = await names.OfAsync(post.Row.Author, ct);
        await database.WriteAsync(
            async unit =>
            {
                var row =
                    await PostRow.LockAsync(unit, post.Row.Id, ct) ?? throw new ProblemException(Problem.NotFound());
                var rights = (post with { Row = row }).RightsOf(caller);
                precondition.Check(Post.Of(row, await PostTags.OfAsync(unit, row.Key, ct), author, rights));
                if (row.DeletedAt is null)
                {
                    await store.SaveAsync(unit, row, row with { DeletedAt = clock.GetUtcNow() }, null, [], ct);
                }

                return row;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<Results<Reply<Post>, Problem>> Restore(
        FoundPost post,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var author = await names.OfAsync(post.Row.Author, ct);
        return await database.WriteAsync<Results<Reply<Post>, Problem>>(
            async unit =>
            {
                if (await PostRow.LockAsync(unit, post.Row.Id, ct) is not { } row)
                {
                    return Problem.NotFound();
                }

                if (row.DeletedAt is null)
                {
                    return Problem.Conflict("The post is not deleted.");
                }

                var restored = await store.SaveAsync(unit, row, row with { DeletedAt = null }, null, [], ct);
                if (restored.State == PostRow.Scheduled)
                {
                    // Its time may have passed meanwhile, with nothing done.
                    await unit.EnqueueAsync(new PublishPost(restored.Id), restored.PublishAt, ct);
                }

                var found = post with { Row = restored };
                return Reply.Ok(
                    Post.Of(restored, await PostTags.OfAsync(unit, row.Key, ct), author, found.RightsOf(caller))
                );
            },
            ct
        );
    }
}
