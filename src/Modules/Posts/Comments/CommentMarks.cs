using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Comments;

/// <summary>Whether comments are deleted or hidden, and how many of a post are neither.</summary>
internal static class CommentMarks
{
    private const string Update = "UPDATE comment SET deleted_at = @DeletedAt, hidden = @Hidden WHERE key = @Key";

    private const string Count = "UPDATE post SET comment_count = comment_count + @Change WHERE key = @Post";

    private const string Answered = "SELECT author FROM comment WHERE id = @Parent";

    /// <summary>Stores the marks of a comment whose post this unit has locked; of one that is gone, nobody is notified any more.</summary>
    public static async Task SetAsync(
        IUnitOfWork unit,
        PostRow post,
        CommentRow before,
        CommentRow after,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(Update, after, ct);
        if (before.IsCounted != after.IsCounted)
        {
            await unit.ExecuteAsync(Count, new { before.Post, Change = after.IsCounted ? 1L : -1L }, ct);
        }

        if (before.IsCounted && !after.IsCounted)
        {
            var answered = before.Parent is null
                ? null
                : await unit.FirstOrDefaultAsync<Guid?>(Answered, new { before.Parent }, ct);
            await Notices.CommentSettledAsync(unit, post, before.Id, before.Author, answered, ct);
        }
    }
}
