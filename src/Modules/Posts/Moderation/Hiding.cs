using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Posts.Comments;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>Hides posts and comments, and shows them again: by hand, or as the outcome of a report.</summary>
internal static class Hiding
{
    /// <summary>Hides a post or shows it again; null if it is gone.</summary>
    public static async Task<PostRow?> SetAsync(
        IUnitOfWork unit,
        PostStore store,
        Guid post,
        bool hidden,
        string? reason,
        Guid actor,
        CancellationToken ct
    )
    {
        if (await PostRow.LockAsync(unit, post, ct) is not { } row || row.Hidden == hidden)
        {
            return await PostRow.FindAsync(unit, post, ct);
        }

        var after = await store.SaveAsync(unit, row, row with { Hidden = hidden }, null, [], ct);
        await AuditAsync(unit, hidden ? "post.hidden" : "post.shown", actor, post, reason, ct);
        return after;
    }

    /// <summary>Hides a comment or shows it again; null if it is gone.</summary>
    public static async Task<CommentRow?> SetAsync(
        IUnitOfWork unit,
        PostRow post,
        Guid comment,
        bool hidden,
        string? reason,
        Guid actor,
        CancellationToken ct
    )
    {
        await PostRow.LockAsync(unit, post.Id, ct);
        if (await CommentRow.LockAsync(unit, post.Key, comment, ct) is not { } row || row.Hidden == hidden)
        {
            return await CommentRow.FindAsync(unit, post.Key, comment, ct);
        }

        var after = row with { Hidden = hidden };
        await CommentMarks.SetAsync(unit, post, row, after, ct);
        await AuditAsync(unit, hidden ? "comment.hidden" : "comment.shown", actor, comment, reason, ct);
        return after;
    }

    /// <summary>Writes down what a moderator did, with the reason by its word only: the trail outlives an erasure.</summary>
    public static Task AuditAsync(
        IUnitOfWork unit,
        string action,
        Guid actor,
        Guid subject,
        string? reason,
        CancellationToken ct
    )
    {
        var details = reason is null ? null : JsonSerializer.Serialize(new { reason }, Json.Options);
        return unit.AuditAsync(new AuditEntry(action, actor, subject.ToString(), details), ct);
    }
}
