using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Posts.Content;
using Sillage.Posts.Contracts;
using Sillage.Posts.Search;
using Sillage.Storage;

namespace Sillage.Posts.PersonalData;

/// <summary>Takes a person out of the posts.</summary>
internal static class PostsErasure
{
    private static readonly Sql Own = new(
        $"SELECT {PostRow.Columns} FROM post p WHERE p.author = @Account ORDER BY p.key",
        $"SELECT {PostRow.Columns} FROM post p WHERE p.author = @Account ORDER BY p.key FOR UPDATE"
    );

    private const string Delete = "DELETE FROM post WHERE key = @Key";

    private const string ForgetAuthor = "UPDATE post SET author = NULL WHERE key = @Key";

    private const string ForgetRevisions = "DELETE FROM post_revision WHERE post = @Key";

    private const string Followed = "SELECT author FROM author_follow WHERE follower = @Account ORDER BY author";

    private const string CommentsToGo = "c.author = @Account AND (@Destroy OR c.deleted_at IS NOT NULL OR c.hidden)";

    // What was answered stays as an empty place, since the answers stand on it.
    private static readonly string[] Comments =
    [
        $"""
            UPDATE post SET comment_count = comment_count - (
              SELECT COUNT(*) FROM comment c WHERE c.post = post.key AND {CommentsToGo} AND c.deleted_at IS NULL AND NOT c.hidden)
            WHERE key IN (SELECT c.post FROM comment c WHERE c.author = @Account)
            """,
        "DELETE FROM comment_revision WHERE comment IN (SELECT key FROM comment WHERE author = @Account)",
        $"""
            DELETE FROM comment WHERE key IN (
              SELECT c.key FROM comment c WHERE {CommentsToGo} AND NOT EXISTS (SELECT 1 FROM comment a WHERE a.parent = c.id))
            """,
        $"""
            UPDATE comment SET body = '', html = '', deleted_at = COALESCE(deleted_at, @Day) WHERE key IN (SELECT c.key FROM comment c WHERE {CommentsToGo})
            """,
        "UPDATE comment SET author = NULL WHERE author = @Account",
    ];

    private static readonly string[] Rest =
    [
        "DELETE FROM reaction WHERE account = @Account",
        "DELETE FROM bookmark WHERE account = @Account",
        "DELETE FROM author_follow WHERE follower = @Account OR author = @Account",
        "DELETE FROM tag_follow WHERE follower = @Account",
        "DELETE FROM author_count WHERE author = @Account",
        "DELETE FROM author_name WHERE account = @Account",
        "DELETE FROM ban WHERE account = @Account",
    ];

    private const string Reports = """
        SELECT id, created_at AS at, reporter AS account FROM report WHERE reporter = @Account
        """;

    private const string ForgetReporter = """
        UPDATE report SET id = @NewId, reporter = NULL, note = NULL, created_at = @Day WHERE id = @Id
        """;

    private const string Settled = """
        SELECT id, settled_at AS at, settled_by AS account FROM report WHERE settled_by = @Account
        """;

    private const string ForgetSettler = "UPDATE report SET settled_by = NULL, settled_at = @Day WHERE id = @Id";

    private const string Bans = "SELECT account AS id, at, by AS account FROM ban WHERE by = @Account";

    private const string ForgetBanner = "UPDATE ban SET by = NULL, at = @Day WHERE account = @Id";

    private sealed record Trace(Guid Id, DateTimeOffset At, Guid Account);

    /// <summary>Erases in the unit, with the row in the audit trail.</summary>
    public static async Task EraseAsync(
        IUnitOfWork unit,
        Guid account,
        ErasureForm form,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var isDestroyed = form == ErasureForm.Destroy;
        var parameters = new
        {
            Account = account,
            Destroy = isDestroyed,
            Day = Coarse.DayOf(now),
        };
        var posts = await unit.QueryAsync<PostRow>(Own, parameters, ct);
        var destroyed = 0;
        foreach (var row in posts)
        {
            if (isDestroyed || row is not { Listed: true, Visibility: PostRow.Public or PostRow.Members })
            {
                await DestroyAsync(unit, row, ct);
                destroyed++;
            }
            else
            {
                await unit.ExecuteAsync(ForgetAuthor, row, ct);
                await unit.ExecuteAsync(ForgetRevisions, row, ct);
            }
        }

        foreach (var statement in Comments)
        {
            await unit.ExecuteAsync(statement, parameters, ct);
        }

        foreach (var author in await unit.QueryAsync<Guid>(Followed, parameters, ct))
        {
            await AuthorCounts.AddAsync(unit, author, 0, -1, now, ct);
        }

        foreach (var statement in Rest)
        {
            await unit.ExecuteAsync(statement, parameters, ct);
        }

        // What stays of what he did as a moderator or a reporter tells the day only, as the trail does.
        await ForgetAsync(unit, Reports, ForgetReporter, account, ct);
        await ForgetAsync(unit, Settled, ForgetSettler, account, ct);
        await ForgetAsync(unit, Bans, ForgetBanner, account, ct);
        var details = JsonSerializer.Serialize(
            new
            {
                form,
                posts = posts.Count,
                destroyed,
            },
            Json.Options
        );
        await unit.AuditAsync(new AuditEntry("posts.erased", null, account.ToString(), details), ct);
    }

    private static async Task ForgetAsync(
        IUnitOfWork unit,
        string select,
        string forget,
        Guid account,
        CancellationToken ct
    )
    {
        foreach (var row in await unit.QueryAsync<Trace>(select, new { Account = account }, ct))
        {
            var parameters = new
            {
                row.Id,
                NewId = Coarse.IdWithin(row.At),
                Day = Coarse.DayOf(row.At),
            };
            await unit.ExecuteAsync(forget, parameters, ct);
        }
    }

    private static async Task DestroyAsync(IUnitOfWork unit, PostRow row, CancellationToken ct)
    {
        if (row.IsOpen)
        {
            await PostTags.CountAsync(unit, row.Key, -1, ct);
        }

        if (row.IsCounted)
        {
            await unit.PublishAsync(new PostRemoved(row.Id, null), ct);
        }

        await PostIndex.RemoveAsync(unit, row.Key, ct);
        await unit.ExecuteAsync(Delete, row, ct);
    }
}
