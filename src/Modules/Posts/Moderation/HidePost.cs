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

namespace Sillage.Posts.Moderation;

/// <summary>Why something is hidden or locked.</summary>
/// <param name="Reason">What is wrong with it.</param>
public sealed record ModerationReason(ReportReason Reason);

/// <summary>Hides a post from all but its author and moderators, and locks one against comments and changes.</summary>
internal static class HidePost
{
    public static void Map(RouteGroupBuilder post)
    {
        post.MapPut("/hiding", Handle)
            .RequirePermission(PostsPermission.Moderate)
            .RequireRight(PostRights.Moderate)
            .WithSummary("Hide a post")
            .WithDescription("From all but its author and moderators. Audited with the reason.")
            .WithRequestExample(new ModerationReason(ReportReason.Spam))
            .WithReplyExample(Post.Example);
        post.MapDelete("/hiding", Show)
            .RequirePermission(PostsPermission.Moderate)
            .RequireRight(PostRights.Moderate)
            .WithSummary("Show a hidden post again")
            .Produces(StatusCodes.Status204NoContent);
        post.MapPut("/lock", Lock)
            .RequirePermission(PostsPermission.Moderate)
            .RequireRight(PostRights.Moderate)
            .WithSummary("Lock a post")
            .WithDescription("It takes neither comments nor changes. Audited with the reason.")
            .WithRequestExample(new ModerationReason(ReportReason.Abuse))
            .WithReplyExample(Post.Example);
        post.MapDelete("/lock", Unlock)
            .RequirePermission(PostsPermission.Moderate)
            .RequireRight(PostRights.Moderate)
            .WithSummary("Unlock a post")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<Results<Reply<Post>, Problem>> Handle(
        FoundPost post,
        Body<ModerationReason> body,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var reason = Named.Of(body.Value.Reason);
        var row = await database.WriteAsync(
            unit => Hiding.SetAsync(unit, store, post.Row.Id, true, reason, caller.Id, ct),
            ct
        );
        return await ShowAsync(post, row, caller, names, database, ct);
    }

    private static async Task<NoContent> Show(
        FoundPost post,
        Caller caller,
        PostStore store,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(unit => Hiding.SetAsync(unit, store, post.Row.Id, false, null, caller.Id, ct), ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Reply<Post>, Problem>> Lock(
        FoundPost post,
        Body<ModerationReason> body,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var reason = Named.Of(body.Value.Reason);
        var row = await database.WriteAsync(
            unit => LockAsync(unit, store, post.Row.Id, true, reason, caller.Id, ct),
            ct
        );
        return await ShowAsync(post, row, caller, names, database, ct);
    }

    private static async Task<NoContent> Unlock(
        FoundPost post,
        Caller caller,
        PostStore store,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(unit => LockAsync(unit, store, post.Row.Id, false, null, caller.Id, ct), ct);
        return TypedResults.NoContent();
    }

    private static async Task<PostRow?> LockAsync(
        IUnitOfWork unit,
        PostStore store,
        Guid post,
        bool locked,
        string? reason,
        Guid actor,
        CancellationToken ct
    )
    {
        if (await PostRow.LockAsync(unit, post, ct) is not { } row || row.Locked == locked)
        {
            return await PostRow.FindAsync(unit, post, ct);
        }

        var after = await store.SaveAsync(unit, row, row with { Locked = locked }, null, [], ct);
        await Hiding.AuditAsync(unit, locked ? "post.locked" : "post.unlocked", actor, post, reason, ct);
        return after;
    }

    private static async Task<Results<Reply<Post>, Problem>> ShowAsync(
        FoundPost post,
        PostRow? row,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        if (row is null)
        {
            return Problem.NotFound();
        }

        var tags = await database.ReadAsync(r => PostTags.OfAsync(r, row.Key, ct), ct);
        var author = await names.OfAsync(row.Author, ct);
        return Reply.Ok(Post.Of(row, tags, author, (post with { Row = row }).RightsOf(caller)));
    }
}
