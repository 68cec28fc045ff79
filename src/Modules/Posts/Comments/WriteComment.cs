using System.Globalization;
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
using Sillage.Posts.Content;
using Sillage.Posts.Contracts;
using Sillage.Storage;

namespace Sillage.Posts.Comments;

/// <summary>Comments on a post, or answers a comment.</summary>
internal static class WriteComment
{
    public static void Map(RouteGroupBuilder comments) =>
        comments
            .MapPost("/", Handle)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(PostRights.Comment)
            .WithSummary("Comment on a post")
            .WithDescription(
                "With `parent`, an answer to that comment, at most 32 deep. The post's author, the one who is answered and whoever is named as `@name` are told."
            )
            .WithRequestExample(new NewComment("Was it cold?"))
            .WithReplyExample(Comment.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static Task<Results<CreatedReply<Comment>, Problem>> Handle(
        FoundPost post,
        Body<NewComment> body,
        IdempotencyKey key,
        Caller caller,
        NewComments comments,
        CancellationToken ct
    ) =>
        comments.WriteAsync(
            post,
            body.Value,
            caller,
            key,
            comment => Reply.Created(Comment.AddressOf(post.Row.Id, comment.Id), comment),
            ct
        );
}

/// <summary>Keeps new comments.</summary>
internal sealed class NewComments(
    AuthorNames names,
    IDatabase<PostsData> database,
    TimeProvider clock,
    WriteLimit limit
)
{
    private const int Deepest = 32;

    private const string Insert = """
        INSERT INTO comment (id, post, parent, author, body, html, path, created_at, updated_at, revision, hidden)
        VALUES (@Id, @Post, @Parent, @Author, @Body, @Html, @Path, @CreatedAt, @UpdatedAt, @Revision, @Hidden)
        """;

    private const string Number = """
        UPDATE post SET last_comment = last_comment + 1, comment_count = comment_count + 1 WHERE key = @Key RETURNING last_comment
        """;

    /// <summary>Keeps the caller's comment on a post.</summary>
    public async Task<Results<CreatedReply<T>, Problem>> WriteAsync<T>(
        FoundPost post,
        NewComment text,
        Caller caller,
        IdempotencyKey key,
        Func<Comment, CreatedReply<T>> form,
        CancellationToken ct
    )
        where T : notnull
    {
        if (limit.Refuse(caller.Id) is { } tooMany)
        {
            return tooMany;
        }

        if (string.IsNullOrWhiteSpace(text.Body))
        {
            return Problem.BadRequest("The comment is not valid.", new FieldError("/body", "Not blank."));
        }

        var html = PostStore.HtmlOf(text.Body);
        var author = (await names.OfAsync(caller.Id, ct))!;
        var mentioned = await names.MentionedAsync(text.Body, ct);
        return await key.RunAsync<T>(
            database,
            async unit =>
            {
                var now = clock.GetUtcNow();
                if (await PostRow.LockAsync(unit, post.Row.Id, ct) is not { } row || !row.TakesComments(now))
                {
                    return Problem.Conflict(
                        "The post takes no comments: it is locked or gone, or its author has closed them."
                    );
                }

                var parent = text.Parent is { } id ? await CommentRow.FindAsync(unit, row.Key, id, ct) : null;
                if (text.Parent is not null && Refuse(parent) is { } refusal)
                {
                    return refusal;
                }

                var number = await unit.ScalarAsync<long>(Number, new { row.Key }, ct);
                var comment = new CommentRow(
                    0,
                    Guid.CreateVersion7(now),
                    row.Key,
                    text.Parent,
                    caller.Id,
                    text.Body,
                    html,
                    parent?.Path + number.ToString("D8", CultureInfo.InvariantCulture),
                    now,
                    now,
                    1,
                    null,
                    false
                );
                await unit.ExecuteAsync(Insert, comment, ct);
                await names.KeepAsync(unit, author, ct);
                await unit.PublishAsync(
                    new CommentWritten(comment.Id, row.Id, caller.Id, row.Author, text.Parent, parent?.Author),
                    ct
                );
                await Notices.OfCommentAsync(unit, row, comment.Id, caller.Id, parent?.Author, ct);
                await Mentions.TellAsync(unit, row, caller.Id, comment.Id, mentioned, ct);
                return form(Comment.Of(comment, author, row.Id, caller));
            },
            ct
        );
    }

    private static Problem? Refuse(CommentRow? parent) =>
        parent is not { IsCounted: true }
            ? Problem.BadRequest(
                "There is no such comment to answer.",
                new FieldError("/parent", "The id of a comment on this post.")
            )
        : parent.Depth + 1 >= Deepest ? Problem.Conflict($"Answers go {Deepest} deep. Answer a comment above.")
        : null;
}
