using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Verbs;

/// <summary><c>sillage posts …</c>: the verbs of the posts module.</summary>
internal static class PostsVerbs
{
    private const int AtOnce = 100;

    private const string Authors = """
        SELECT author FROM (
          SELECT author FROM post WHERE author IS NOT NULL UNION SELECT author FROM author_follow UNION SELECT author FROM author_count) a
        WHERE author > @After ORDER BY author LIMIT @Limit
        """;

    private const string WrongTags = """
        SELECT t.key FROM tag t WHERE t.posts <> (
          SELECT COUNT(*) FROM post_tag pt JOIN post p ON p.key = pt.post WHERE pt.tag = t.key AND p.listed AND p.visibility IN ('members', 'public'))
        ORDER BY t.key
        """;

    private const string RecountTag = """
        UPDATE tag SET posts = (
          SELECT COUNT(*) FROM post_tag pt JOIN post p ON p.key = pt.post WHERE pt.tag = @Key AND p.listed AND p.visibility IN ('members', 'public'))
        WHERE key = @Key
        """;

    private const string NextPosts =
        $"SELECT {PostRow.Columns} FROM post p WHERE p.key > @After ORDER BY p.key LIMIT @Limit";

    public static Command Create(IVerbHost host)
    {
        var recount = new Verb(
            "recount",
            "Count posts and followers of every author anew, and tell accounts the counts once more.",
            ("sillage posts recount", "say which were wrong, and put them right")
        );
        host.Does(recount, RecountAsync);
        var reindex = new Verb(
            "reindex",
            "Put every post into the search index anew, and make its HTML anew.",
            ("sillage posts reindex", "after the setting Posts:SearchLanguage was changed")
        );
        host.Does(reindex, ReindexAsync);
        return new Verb("posts", "Look after posts.", ("sillage posts recount", "prove the counts on profiles"))
        {
            recount,
            reindex,
        };
    }

    private static async Task<int> RecountAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        var database = await OpenAsync(services, ct);
        var clock = services.GetRequiredService<TimeProvider>();
        var (counted, wrong) = (0, 0);
        IReadOnlyList<Guid> authors;
        var after = Guid.Empty;
        do
        {
            var parameters = new { After = after, Limit = (long)AtOnce };
            authors = await database.ReadAsync(r => r.QueryAsync<Guid>(Authors, parameters, ct), ct);
            foreach (var author in authors)
            {
                var isWrong = await database.WriteAsync(
                    unit => AuthorCounts.RecountAsync(unit, author, clock.GetUtcNow(), ct),
                    ct
                );
                (counted, wrong, after) = (counted + 1, wrong + (isWrong ? 1 : 0), author);
            }
        } while (authors.Count == AtOnce);

        var tags = await database.WriteAsync(
            async unit =>
            {
                var keys = await unit.QueryAsync<string>(WrongTags, null, ct);
                foreach (var key in keys)
                {
                    await unit.ExecuteAsync(RecountTag, new { Key = key }, ct);
                }

                return keys.Count;
            },
            ct
        );
        Console.WriteLine($"{counted} authors counted, {wrong} were wrong; {tags} tags were wrong.");
        return ExitCode.Done;
    }

    private static async Task<int> ReindexAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        var database = await OpenAsync(services, ct);
        var store = services.GetRequiredService<PostStore>();
        var done = 0L;
        IReadOnlyList<PostRow> rows;
        var after = 0L;
        do
        {
            var parameters = new { After = after, Limit = (long)AtOnce };
            rows = await database.ReadAsync(r => r.QueryAsync<PostRow>(NextPosts, parameters, ct), ct);
            foreach (var row in rows)
            {
                await database.WriteAsync(
                    async unit =>
                    {
                        if (await PostRow.LockAsync(unit, row.Id, ct) is { } current)
                        {
                            await store.ReindexAsync(unit, current, PostStore.HtmlOf(current.Body), ct);
                        }

                        return true;
                    },
                    ct
                );
                (done, after) = (done + 1, row.Key);
            }
        } while (rows.Count == AtOnce);

        Console.WriteLine($"{done} posts indexed.");
        return ExitCode.Done;
    }

    private static async Task<IDatabase<PostsData>> OpenAsync(IServiceProvider services, CancellationToken ct)
    {
        var database =
            services.GetService<IDatabase<PostsData>>()
            ?? throw new SettingsException(
                "the posts are not among the chosen modules; add posts to the setting Modules."
            );
        await services.OpenStorageAsync(ct);
        return database;
    }
}
