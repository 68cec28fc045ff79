using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Storage;

namespace Sillage.Posts.PersonalData;

/// <summary>Writes all that posts know of a person, a page at a time.</summary>
internal static class PostsExport
{
    private const long Page = 200;

    private const string Posts = """
        SELECT p.key, p.id, p.slug, p.title, p.body, p.visibility, p.state, p.published_at, p.created_at, p.updated_at, p.deleted_at, p.hidden
        FROM post p WHERE p.author = @Account AND p.key > @After ORDER BY p.key LIMIT @Limit
        """;

    private const string Comments = """
        SELECT c.key, c.id, p.id AS post, c.body, c.created_at, c.updated_at, c.deleted_at, c.hidden
        FROM comment c JOIN post p ON p.key = c.post WHERE c.author = @Account AND c.key > @After ORDER BY c.key LIMIT @Limit
        """;

    private const string PostRevisions = """
        SELECT r.revision, p.id AS of, r.body, r.written_at FROM post p JOIN post_revision r ON r.post = p.key
        WHERE p.author = @Account ORDER BY p.key, r.revision
        """;

    private const string CommentRevisions = """
        SELECT r.revision, c.id AS of, r.body, r.written_at FROM comment c JOIN comment_revision r ON r.comment = c.key
        WHERE c.author = @Account ORDER BY c.key, r.revision
        """;

    private const string Reactions = """
        SELECT p.id AS post, r.kind FROM reaction r JOIN post p ON p.key = r.post WHERE r.account = @Account ORDER BY p.key, r.kind
        """;

    private const string Bookmarks = """
        SELECT p.id AS post, b.at FROM bookmark b JOIN post p ON p.key = b.post WHERE b.account = @Account ORDER BY b.at
        """;

    private const string Authors = "SELECT author FROM author_follow WHERE follower = @Account ORDER BY author";

    private const string Tags = "SELECT tag FROM tag_follow WHERE follower = @Account ORDER BY tag";

    private const string Followers = "SELECT COUNT(*) FROM author_follow WHERE author = @Account";

    private const string Reports = """
        SELECT r.id, p.id AS post, r.reason, r.note, r.created_at, r.outcome FROM report r JOIN post p ON p.key = r.post
        WHERE r.reporter = @Account ORDER BY r.id
        """;

    private const string Bans = "SELECT reason, until, at FROM ban WHERE account = @Account";

    private interface IKeyed
    {
        long Key { get; }
    }

    private sealed record ExportedPost(
        [property: System.Text.Json.Serialization.JsonIgnore] long Key,
        Guid Id,
        string Slug,
        string Title,
        string Body,
        string Visibility,
        string State,
        DateTimeOffset? PublishedAt,
        DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt,
        DateTimeOffset? DeletedAt,
        bool Hidden
    ) : IKeyed;

    private sealed record ExportedComment(
        [property: System.Text.Json.Serialization.JsonIgnore] long Key,
        Guid Id,
        Guid Post,
        string Body,
        DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt,
        DateTimeOffset? DeletedAt,
        bool Hidden
    ) : IKeyed;

    private sealed record ExportedRevision(long Revision, Guid Of, string Body, DateTimeOffset WrittenAt);

    private sealed record ExportedReaction(Guid Post, string Kind);

    private sealed record ExportedBookmark(Guid Post, DateTimeOffset At);

    private sealed record ExportedReport(
        Guid Id,
        Guid Post,
        string Reason,
        string? Note,
        DateTimeOffset CreatedAt,
        string? Outcome
    );

    private sealed record ExportedBan(string Reason, DateTimeOffset? Until, DateTimeOffset At);

    /// <summary>Writes the members of the section.</summary>
    public static async Task WriteAsync(IDatabase database, Guid account, Utf8JsonWriter writer, CancellationToken ct)
    {
        await WritePagesAsync<ExportedPost>("posts", Posts, database, account, writer, ct);
        await WritePagesAsync<ExportedComment>("comments", Comments, database, account, writer, ct);
        await WriteAllAsync<ExportedRevision>("postRevisions", PostRevisions, database, account, writer, ct);
        await WriteAllAsync<ExportedRevision>("commentRevisions", CommentRevisions, database, account, writer, ct);
        await WriteAllAsync<ExportedReaction>("reactions", Reactions, database, account, writer, ct);
        await WriteAllAsync<ExportedBookmark>("bookmarks", Bookmarks, database, account, writer, ct);
        await WriteAllAsync<Guid>("followedAuthors", Authors, database, account, writer, ct);
        await WriteAllAsync<string>("followedTags", Tags, database, account, writer, ct);
        await WriteAllAsync<ExportedReport>("reports", Reports, database, account, writer, ct);
        await WriteAllAsync<ExportedBan>("bans", Bans, database, account, writer, ct);
        var followers = await database.ReadAsync(
            r => r.ScalarAsync<long>(Followers, new { Account = account }, ct),
            ct
        );
        writer.WriteNumber("followers", followers);
    }

    private static async Task WritePagesAsync<T>(
        string name,
        string sql,
        IDatabase database,
        Guid account,
        Utf8JsonWriter writer,
        CancellationToken ct
    )
        where T : IKeyed
    {
        writer.WriteStartArray(name);
        IReadOnlyList<T> page;
        var after = 0L;
        do
        {
            var parameters = new
            {
                Account = account,
                After = after,
                Limit = Page,
            };
            page = await database.ReadAsync(r => r.QueryAsync<T>(sql, parameters, ct), ct);
            foreach (var row in page)
            {
                JsonSerializer.Serialize(writer, row, Json.Options);
                after = row.Key;
            }

            await writer.FlushAsync(ct);
        } while (page.Count == Page);
        writer.WriteEndArray();
    }

    private static async Task WriteAllAsync<T>(
        string name,
        string sql,
        IDatabase database,
        Guid account,
        Utf8JsonWriter writer,
        CancellationToken ct
    )
    {
        writer.WriteStartArray(name);
        foreach (var row in await database.ReadAsync(r => r.QueryAsync<T>(sql, new { Account = account }, ct), ct))
        {
            JsonSerializer.Serialize(writer, row, Json.Options);
        }

        await writer.FlushAsync(ct);
        writer.WriteEndArray();
    }
}
