using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>The tags of posts, and how many posts each has.</summary>
internal static class PostTags
{
    private static readonly Sql OfPosts = new(
        "SELECT pt.post, t.key, t.name FROM post_tag pt JOIN tag t ON t.key = pt.tag WHERE pt.post IN @Keys ORDER BY t.key",
        "SELECT pt.post, t.key, t.name FROM post_tag pt JOIN tag t ON t.key = pt.tag WHERE pt.post = ANY(@Keys) ORDER BY t.key"
    );

    private const string Add = "INSERT INTO tag (key, name) VALUES (@Key, @Name) ON CONFLICT DO NOTHING";

    // Tags are merged into one that stands for itself, so that there is one step at most.
    // Nobody merges it until the post has it.
    private static readonly Sql Meant = new(
        "SELECT COALESCE(merged, key) FROM tag WHERE key = @Key",
        "SELECT COALESCE(merged, key) FROM tag WHERE key = @Key FOR UPDATE"
    );

    private const string Put = "INSERT INTO post_tag (post, tag) VALUES (@Post, @Tag) ON CONFLICT DO NOTHING";

    private const string Take = "DELETE FROM post_tag WHERE post = @Post";

    private const string Count = """
        UPDATE tag SET posts = posts + @Change WHERE key IN (SELECT tag FROM post_tag WHERE post = @Post)
        """;

    // In the order of their keys, so that no two units wait for one another.
    private static readonly Sql Lock = new(
        "SELECT 1",
        "SELECT key FROM tag WHERE key = ANY(@Keys) ORDER BY key FOR UPDATE"
    );

    private sealed record TagOfPost(long Post, string Key, string Name);

    /// <summary>The names of the posts' tags, by the posts' keys.</summary>
    public static async Task<ILookup<long, string>> OfAsync(
        IReader reader,
        IEnumerable<long> posts,
        CancellationToken ct
    )
    {
        var rows = await reader.QueryAsync<TagOfPost>(OfPosts, new { Keys = posts.ToArray() }, ct);
        return rows.ToLookup(row => row.Post, row => row.Name);
    }

    /// <summary>The names of one post's tags.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(IReader reader, long post, CancellationToken ct) =>
        [.. (await OfAsync(reader, [post], ct))[post]];

    /// <summary>Gives a post these tags in place of those it has; what is merged becomes what it was merged into.</summary>
    public static async Task SetAsync(IUnitOfWork unit, long post, IReadOnlyList<string> names, CancellationToken ct)
    {
        var tags = names
            .Select(name => TagName.Parse(name)!)
            .DistinctBy(tag => tag.Key)
            .OrderBy(tag => tag.Key, StringComparer.Ordinal);
        await unit.ExecuteAsync(Take, new { Post = post }, ct);
        foreach (var tag in tags.ToList())
        {
            await unit.ExecuteAsync(Add, tag, ct);
            var meant = await unit.ScalarAsync<string>(Meant, new { tag.Key }, ct);
            await unit.ExecuteAsync(Put, new { Post = post, Tag = meant }, ct);
        }
    }

    /// <summary>Adds to the counts of a post's tags.</summary>
    public static async Task CountAsync(IUnitOfWork unit, long post, int change, CancellationToken ct)
    {
        if (unit.Dialect == SqlDialect.Postgres)
        {
            var keys = await unit.QueryAsync<string>(
                "SELECT tag FROM post_tag WHERE post = @Post",
                new { Post = post },
                ct
            );
            await unit.QueryAsync<string>(Lock, new { Keys = keys.ToArray() }, ct);
        }

        await unit.ExecuteAsync(Count, new { Post = post, Change = (long)change }, ct);
    }
}
