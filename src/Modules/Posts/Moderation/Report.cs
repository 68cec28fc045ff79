using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Comments;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>Reports a post or a comment to the moderators. Who reports the same twice has one report.</summary>
internal static class Report
{
    private const string Insert = """
        INSERT INTO report (id, post, comment, reporter, reason, note, created_at)
        VALUES (@Id, @Post, @Comment, @Reporter, @Reason, @Note, @CreatedAt)
        """;

    private const string OfPost =
        ReportRow.Select
        + " WHERE r.post = @Post AND r.comment IS NULL AND r.reporter = @Reporter AND r.outcome IS NULL";

    private const string OfComment =
        ReportRow.Select + " WHERE r.comment = @Comment AND r.reporter = @Reporter AND r.outcome IS NULL";

    public static void Map(RouteGroupBuilder post, RouteGroupBuilder comment)
    {
        post.MapPost("/reports", Handle)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(PostRights.Read)
            .WithSummary("Report a post")
            .WithRequestExample(new NewReport(ReportReason.Spam, "An advertisement."))
            .WithReplyExample(ReportResource.Example);
        comment
            .MapPost("/reports", HandleComment)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(CommentRights.Read)
            .WithSummary("Report a comment")
            .WithRequestExample(new NewReport(ReportReason.Abuse))
            .WithReplyExample(ReportResource.Example);
    }

    private static Task<Results<CreatedReply<ReportResource>, Problem>> Handle(
        FoundPost post,
        Body<NewReport> body,
        IdempotencyKey key,
        Caller caller,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    ) => StoreAsync(post, null, body.Value, key, caller, database, clock, ct);

    private static Task<Results<CreatedReply<ReportResource>, Problem>> HandleComment(
        FoundComment comment,
        Body<NewReport> body,
        IdempotencyKey key,
        Caller caller,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    ) => StoreAsync(comment.Post, comment.Row, body.Value, key, caller, database, clock, ct);

    private static Task<Results<CreatedReply<ReportResource>, Problem>> StoreAsync(
        FoundPost post,
        CommentRow? comment,
        NewReport wanted,
        IdempotencyKey key,
        Caller caller,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var row = new ReportRow(
            Guid.CreateVersion7(now),
            post.Row.Key,
            post.Row.Id,
            comment?.Key,
            comment?.Id,
            caller.Id,
            Named.Of(wanted.Reason),
            wanted.Note,
            now,
            null,
            null
        );
        return key.RunAsync<ReportResource>(
            database,
            async unit =>
            {
                await unit.LockAsync($"report {caller.Id}", ct);
                var same = await unit.FirstOrDefaultAsync<ReportRow>(comment is null ? OfPost : OfComment, row, ct);
                if (same is null)
                {
                    await unit.ExecuteAsync(Insert, row, ct);
                }

                var resource = ReportResource.Of(same ?? row);
                return Reply.Created(resource.Links["self"], resource);
            },
            ct
        );
    }
}
