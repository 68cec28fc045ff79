using Sillage.Storage;

namespace Sillage.Posts.Comments;

/// <summary>Whether comments are deleted or hidden, and how many of a post are neither.</summary>
internal static class CommentMarks
{
    private const string Update = "UPDATE comment SET deleted_at = @DeletedAt, hidden = @Hidden WHERE key = @Key";

    private const string Count = "UPDATE post SET comment_count = comment_count + @Change WHERE key = @Post";

    /// <summary>Stores the marks of a comment whose post this unit has locked.</summary>
    public static async Task SetAsync(IUnitOfWork unit, CommentRow before, CommentRow after, CancellationToken ct)
    {
        await unit.ExecuteAsync(Update, after, ct);
        if (before.IsCounted != after.IsCounted)
        {
            await unit.ExecuteAsync(Count, new { before.Post, Change = after.IsCounted ? 1L : -1L }, ct);
        }
    }
}
