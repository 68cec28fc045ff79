using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Comments;

/// <summary>What a comment said before.</summary>
/// <param name="Revision">Which form of the text, from 1 up.</param>
/// <param name="Body">What it said then, in Markdown.</param>
/// <param name="WrittenAt">When that was written.</param>
public sealed record CommentRevision(long Revision, string Body, DateTimeOffset WrittenAt)
{
    internal static CommentRevision Example { get; } = new(1, "Was it cold", DateTimeOffset.UnixEpoch);
}

/// <summary>Reads, changes, deletes and restores a comment.</summary>
internal static class ChangeComment
{
    private const string Update = """
        UPDATE comment SET body = @Body, html = @Html, updated_at = @UpdatedAt, revision = @Revision WHERE key = @Key
        """;

    private const string KeepRevision =
        "INSERT INTO comment_revision (comment, revision, body, written_at) VALUES (@Key, @Revision, @Body, @UpdatedAt)";

    private const string Revisions = """
        SELECT revision, body, written_at FROM comment_revision WHERE comment = @Key AND revision < @Before
        ORDER BY revision DESC LIMIT @Limit
        """;

    private sealed record Keys(long Revision);

    public static void Map(RouteGroupBuilder comment)
    {
        comment
            .MapGet("/", Read)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(CommentRights.Read)
            .WithSummary("Read a comment")
            .WithReplyExample(Comment.Example);
        comment
            .MapPatch("/", Handle)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(CommentRights.Change)
            .WithSummary("Change a comment")
            .WithDescription("A JSON Merge Patch. What it said before is kept among its revisions.")
            .WithRequestExample(new CommentText("Was it cold out there?"))
            .WithReplyExample(Comment.Example)
            .Fails(StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed);
        comment
            .MapDelete("/", Delete)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(CommentRights.Change)
            .WithSummary("Delete a comment")
            .WithDescription(
                "Its answers stay, and it keeps its place without a text. For thirty days its author can restore it."
            )
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status412PreconditionFailed);
        comment
            .MapPost("/restore", Restore)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(CommentRights.Change)
            .WithSummary("Restore a deleted comment")
            .WithReplyExample(Comment.Example)
            .Fails(StatusCodes.Status409Conflict);
        comment
            .MapGet("/revisions", ListRevisions)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(CommentRights.Change, CommentRights.Moderate)
            .WithSummary("List what a comment said before")
            .WithReplyExample(new Page<CommentRevision>([CommentRevision.Example], null));
    }

    private static async Task<Reply<Comment>> Read(
        FoundComment comment,
        Caller caller,
        AuthorNames names,
        CancellationToken ct
    ) => Reply.Ok(Comment.Of(comment.Row, await names.OfAsync(comment.Row.Author, ct), comment.Post.Row.Id, caller));

    private static async Task<Results<Reply<Comment>, Problem>> Handle(
        FoundComment comment,
        MergePatch<CommentText> patch,
        Precondition precondition,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        WriteLimit limit,
        CancellationToken ct
    )
    {
        if (limit.Refuse(caller.Id) is { } tooMany)
        {
            return tooMany;
        }

        var wanted = patch.Apply(new CommentText(comment.Row.Body));
        if (string.IsNullOrWhiteSpace(wanted.Body))
        {
            return Problem.BadRequest("The comment is not valid.", new FieldError("/body", "Not blank."));
        }

        var html = PostStore.HtmlOf(wanted.Body);
        var author = await names.OfAsync(comment.Row.Author, ct);
        var post = comment.Post.Row;
        return await database.WriteAsync<Results<Reply<Comment>, Problem>>(
            async unit =>
            {
                var isLocked = await PostRow.LockAsync(unit, post.Id, ct) is not { Locked: false };
                if (await CommentRow.LockAsync(unit, post.Key, comment.Row.Id, ct) is not { } row)
                {
                    return Problem.NotFound("There is no such comment.");
                }

                precondition.Check(Comment.Of(row, author, post.Id, caller));
                if (isLocked || !row.IsCounted)
                {
                    return Problem.Conflict("The comment is deleted or hidden, or a moderator has locked the post.");
                }

                if (wanted.Body != row.Body)
                {
                    await unit.ExecuteAsync(KeepRevision, row, ct);
                    row = row with
                    {
                        Body = wanted.Body,
                        Html = html,
                        UpdatedAt = clock.GetUtcNow(),
                        Revision = row.Revision + 1,
                    };
                    await unit.ExecuteAsync(Update, row, ct);
                }

                return Reply.Ok(Comment.Of(row, author, post.Id, caller));
            },
            ct
        );
    }

    private static async Task<NoContent> Delete(
        FoundComment comment,
        Precondition precondition,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var author = await names.OfAsync(comment.Row.Author, ct);
        var post = comment.Post.Row;
        await database.WriteAsync(
            async unit =>
            {
                await PostRow.LockAsync(unit, post.Id, ct);
                if (await CommentRow.LockAsync(unit, post.Key, comment.Row.Id, ct) is { } row)
                {
                    precondition.Check(Comment.Of(row, author, post.Id, caller));
                    var deleted = row with { DeletedAt = row.DeletedAt ?? clock.GetUtcNow() };
                    await CommentMarks.SetAsync(unit, post, row, deleted, ct);
                }

                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<Results<Reply<Comment>, Problem>> Restore(
        FoundComment comment,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var author = await names.OfAsync(comment.Row.Author, ct);
        var post = comment.Post.Row;
        return await database.WriteAsync<Results<Reply<Comment>, Problem>>(
            async unit =>
            {
                await PostRow.LockAsync(unit, post.Id, ct);
                if (
                    await CommentRow.LockAsync(unit, post.Key, comment.Row.Id, ct)
                    is not { DeletedAt: not null, Body: not "" } row
                )
                {
                    return Problem.Conflict("The comment is not deleted.");
                }

                var restored = row with { DeletedAt = null };
                await CommentMarks.SetAsync(unit, post, row, restored, ct);
                return Reply.Ok(Comment.Of(restored, author, post.Id, caller));
            },
            ct
        );
    }

    private static async Task<PageReply<CommentRevision>> ListRevisions(
        FoundComment comment,
        PageRequest page,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            comment.Row.Key,
            Before = page.After<Keys>()?.Revision ?? long.MaxValue,
            Limit = page.Limit + 1L,
        };
        var (rows, isCut) = await database.ReadAsync(
            r =>
                r.QueryWithinAsync<CommentRevision>(
                    Revisions,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Body.Length,
                    ct
                ),
            ct
        );
        return PageReply<CommentRevision>.Of(rows, page, row => new Keys(row.Revision), isCut);
    }
}
