using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Comments;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>Hides a comment from all but its author and moderators.</summary>
internal static class HideComment
{
    public static void Map(RouteGroupBuilder comment)
    {
        comment
            .MapPut("/hiding", Handle)
            .RequirePermission(PostsPermission.Moderate)
            .RequireRight(CommentRights.Moderate)
            .WithSummary("Hide a comment")
            .WithDescription(
                "From all but its author and moderators; it keeps its place in the tree. Audited with the reason."
            )
            .WithRequestExample(new ModerationReason(ReportReason.Abuse))
            .WithReplyExample(Comment.Example);
        comment
            .MapDelete("/hiding", Show)
            .RequirePermission(PostsPermission.Moderate)
            .RequireRight(CommentRights.Moderate)
            .WithSummary("Show a hidden comment again")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<Results<Reply<Comment>, Problem>> Handle(
        FoundComment comment,
        Body<ModerationReason> body,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var reason = Named.Of(body.Value.Reason);
        var row = await database.WriteAsync(
            unit => Hiding.SetAsync(unit, comment.Post.Row, comment.Row.Id, true, reason, caller.Id, ct),
            ct
        );
        return row is null
            ? Problem.NotFound("There is no such comment.")
            : Reply.Ok(Comment.Of(row, await names.OfAsync(row.Author, ct), comment.Post.Row.Id, caller));
    }

    private static async Task<NoContent> Show(
        FoundComment comment,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            unit => Hiding.SetAsync(unit, comment.Post.Row, comment.Row.Id, false, null, caller.Id, ct),
            ct
        );
        return TypedResults.NoContent();
    }
}
