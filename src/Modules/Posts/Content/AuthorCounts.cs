using Sillage.Posts.Contracts;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>
/// Keeps of each author how many posts others can read and how many follow him, in the unit that changes it, and tells the whole counts.
/// </summary>
internal static class AuthorCounts
{
    // The version is a time, so that it rises even where this database was restored from before and who listens was not.
    private static readonly Sql Add = new(
        """
        INSERT INTO author_count (author, posts, followers, version) VALUES (@Author, @Posts, @Followers, @Version)
        ON CONFLICT (author) DO UPDATE SET posts = author_count.posts + @Posts, followers = author_count.followers + @Followers,
          version = MAX(author_count.version + 1, @Version)
        RETURNING posts, followers, version
        """,
        """
        INSERT INTO author_count (author, posts, followers, version) VALUES (@Author, @Posts, @Followers, @Version)
        ON CONFLICT (author) DO UPDATE SET posts = author_count.posts + @Posts, followers = author_count.followers + @Followers,
          version = GREATEST(author_count.version + 1, @Version)
        RETURNING posts, followers, version
        """
    );

    private const string True = """
        SELECT
          (SELECT COUNT(*) FROM post WHERE author = @Author AND listed AND visibility <> 'private') AS posts,
          (SELECT COUNT(*) FROM author_follow WHERE author = @Author) AS followers
        """;

    private const string Kept = "SELECT posts, followers, version FROM author_count WHERE author = @Author";

    private sealed record CountRow(long Posts, long Followers, long Version);

    private sealed record TrueRow(long Posts, long Followers);

    /// <summary>Adds to the counts, and tells what they are now.</summary>
    public static async Task AddAsync(
        IUnitOfWork unit,
        Guid author,
        long posts,
        long followers,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Author = author,
            Posts = posts,
            Followers = followers,
            Version = now.ToUnixTimeMilliseconds(),
        };
        var count = (await unit.FirstOrDefaultAsync<CountRow>(Add, parameters, ct))!;
        await unit.PublishAsync(new AuthorCounted(author, count.Posts, count.Followers, count.Version), ct);
    }

    /// <summary>Counts anew from the posts and follows themselves, and tells the counts once more.</summary>
    /// <returns>Whether what was kept was wrong.</returns>
    public static async Task<bool> RecountAsync(IUnitOfWork unit, Guid author, DateTimeOffset now, CancellationToken ct)
    {
        // Whoever adds waits until this is done; what it adds then is added to what is right.
        await AddAsync(unit, author, 0, 0, now, ct);
        var kept = (await unit.FirstOrDefaultAsync<CountRow>(Kept, new { Author = author }, ct))!;
        var real = (await unit.FirstOrDefaultAsync<TrueRow>(True, new { Author = author }, ct))!;
        var isWrong = (kept.Posts, kept.Followers) != (real.Posts, real.Followers);
        if (isWrong)
        {
            await AddAsync(unit, author, real.Posts - kept.Posts, real.Followers - kept.Followers, now, ct);
        }

        return isWrong;
    }
}
