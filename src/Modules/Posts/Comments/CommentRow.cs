using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Comments;

/// <summary>A comment to write.</summary>
/// <param name="Body">What it says in Markdown, 1 to 10 000 characters.</param>
/// <param name="Parent">The comment that it answers; absent if it answers the post.</param>
public sealed record NewComment(
    [property: Required, StringLength(10_000, MinimumLength = 1)] string Body,
    Guid? Parent = null
);

/// <summary>What can change of a comment.</summary>
/// <param name="Body">What it says in Markdown, 1 to 10 000 characters.</param>
public sealed record CommentText([property: Required, StringLength(10_000, MinimumLength = 1)] string Body);

/// <summary>A comment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The comment that it answers; absent if it answers the post.</param>
/// <param name="Depth">How deep it stands in the tree: 0 if it answers the post.</param>
/// <param name="Author">Who wrote it; absent once it was deleted or the person erased.</param>
/// <param name="Body">What it says, in Markdown; absent once it was deleted or hidden.</param>
/// <param name="Html">The same as HTML that is safe to put into a page.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Revision">Which form of the text this is, from 1 up.</param>
/// <param name="DeletedAt">When it was deleted; absent if it was not.</param>
/// <param name="Hidden">Whether a moderator has hidden it.</param>
/// <param name="Links">What one can do next.</param>
public sealed record Comment(
    Guid Id,
    Guid? Parent,
    long Depth,
    PostAuthor? Author,
    string? Body,
    string? Html,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Revision,
    DateTimeOffset? DeletedAt,
    bool Hidden,
    Links Links
)
{
    internal static Comment Example { get; } =
        new(
            Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59"),
            null,
            0,
            Post.Example.Author,
            "Was it cold?",
            "<p>Was it cold?</p>",
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            1,
            null,
            false,
            new Links(Post.AddressOf(Post.Example.Id) + "/comments/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59")
        );

    /// <summary>The comment as the caller sees it: what was deleted or hidden keeps its place, and says nothing to others.</summary>
    internal static Comment Of(CommentRow row, PostAuthor? author, Guid post, Caller? caller)
    {
        var isShown =
            (row.DeletedAt is null && !row.Hidden)
            || (row.Author is not null && row.Author == caller?.Id)
            || caller?.Can(PostsPermission.Moderate) == true;
        return new(
            row.Id,
            row.Parent,
            row.Depth,
            isShown ? author : null,
            isShown ? row.Body : null,
            isShown ? row.Html : null,
            row.CreatedAt,
            row.UpdatedAt,
            row.Revision,
            row.DeletedAt,
            row.Hidden,
            new Links(AddressOf(post, row.Id))
        );
    }

    internal static string AddressOf(Guid post, Guid comment) => $"{Post.AddressOf(post)}/comments/{comment}";
}

/// <summary>What a caller may do with one comment.</summary>
[Flags]
internal enum CommentRights
{
    None = 0,

    /// <summary>Read it.</summary>
    Read = 1,

    /// <summary>Change and delete it, and read what it said before: its author's.</summary>
    Change = 2,

    /// <summary>Hide and restore it.</summary>
    Moderate = 4,
}

/// <summary>A comment as it is stored.</summary>
internal sealed record CommentRow(
    long Key,
    Guid Id,
    long Post,
    Guid? Parent,
    Guid? Author,
    string Body,
    string Html,
    string Path,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Revision,
    DateTimeOffset? DeletedAt,
    bool Hidden
)
{
    public const int Step = 8;

    public const string Columns =
        "key, id, post, parent, author, body, html, path, created_at, updated_at, revision, deleted_at, hidden";

    private const string ById = $"SELECT {Columns} FROM comment WHERE id = @Id AND post = @Post";

    private static readonly Sql ForUpdate = new(ById, ById + " FOR UPDATE");

    public long Depth => (Path.Length / Step) - 1;

    /// <summary>Whether it counts among the comments of its post.</summary>
    public bool IsCounted => DeletedAt is null && !Hidden;

    public static Task<CommentRow?> FindAsync(IReader reader, long post, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<CommentRow>(ById, new { Id = id, Post = post }, ct);

    public static Task<CommentRow?> LockAsync(IUnitOfWork unit, long post, Guid id, CancellationToken ct) =>
        unit.FirstOrDefaultAsync<CommentRow>(ForUpdate, new { Id = id, Post = post }, ct);
}

/// <summary>The comment that an address names.</summary>
internal sealed record FoundComment(CommentRow Row, FoundPost Post) : IResource<CommentRights>
{
    public string Called => $"the comment '{Row.Id}'";

    public CommentRights RightsOf(Caller caller) =>
        CommentRights.Read
        | (Row.Author == caller.Id && !Post.Banned ? CommentRights.Change : CommentRights.None)
        | (caller.Can(PostsPermission.Moderate) ? CommentRights.Moderate : CommentRights.None);

    public static ValueTask<FoundComment?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<IResource<CommentRights>>() as FoundComment);
}

/// <summary>Finds the comment that an address names, on the post that the gate before has found.</summary>
internal sealed class CommentGate(IDatabase<PostsData> database) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var post = (FoundPost)context.Features.Get<IResource<PostRights>>()!;
        var ct = context.RequestAborted;
        var id = Guid.Parse((string)context.GetRouteValue("comment")!);
        var row = await database.ReadAsync(r => CommentRow.FindAsync(r, post.Row.Key, id, ct), ct);
        if (row is null)
        {
            return Problem.NotFound("There is no such comment.");
        }

        context.Features.Set<IResource<CommentRights>>(new FoundComment(row, post));
        return null;
    }
}
