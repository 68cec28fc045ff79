using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Posts.Search;

/// <summary>The words of published posts, in FTS5 or as a tsvector: written in the unit that changes the post.</summary>
internal static class PostIndex
{
    private static readonly Sql Delete = new(
        "DELETE FROM post_text WHERE rowid = @Key",
        "DELETE FROM post_text WHERE post = @Key"
    );

    private static readonly Sql Insert = new(
        "INSERT INTO post_text (rowid, title, body) VALUES (@Key, @Title, @Body)",
        "INSERT INTO post_text (post, words) VALUES (@Key, CAST(@Vector AS tsvector))"
    );

    /// <summary>How the index moves from one engine to the other: by the words that it holds, a line of the title's before those of the body.</summary>
    public static MovedTable Moved { get; } =
        new("post_text")
        {
            Select = "SELECT rowid AS post, title || char(10) || body AS words FROM post_text ORDER BY rowid",
            Vector = words =>
            {
                var lines = words.Split('\n');
                return IndexedText.ToVector(WordsOf(lines[1]), WordsOf(lines[0]));
            },
        };

    /// <summary>Takes a post out of the index.</summary>
    public static Task RemoveAsync(IUnitOfWork unit, long key, CancellationToken ct) =>
        unit.ExecuteAsync(Delete, new { Key = key }, ct);

    /// <summary>Puts a post into the index, in place of what was there.</summary>
    public static async Task PutAsync(
        IUnitOfWork unit,
        long key,
        string title,
        string body,
        SearchLanguage language,
        CancellationToken ct
    )
    {
        await RemoveAsync(unit, key, ct);
        var (titleWords, bodyWords) = (IndexedText.Of(title, language), IndexedText.Of(body, language));
        object parameters =
            unit.Dialect == SqlDialect.Sqlite
                ? new
                {
                    Key = key,
                    Title = string.Join(' ', titleWords),
                    Body = string.Join(' ', bodyWords),
                }
                : new { Key = key, Vector = IndexedText.ToVector(bodyWords, titleWords) };
        await unit.ExecuteAsync(Insert, parameters, ct);
    }

    private static string[] WordsOf(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
