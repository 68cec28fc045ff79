using System.Globalization;
using System.Text;
using Sillage.Storage;

namespace Sillage.Posts.Search;

/// <summary>The words of published posts, in FTS5 or as a tsvector: written in the unit that changes the post.</summary>
internal static class PostIndex
{
    private const int MostPositions = 100;
    private const int LastPosition = 16_000;

    private static readonly Sql Delete = new(
        "DELETE FROM post_text WHERE rowid = @Key",
        "DELETE FROM post_text WHERE post = @Key"
    );

    private static readonly Sql Insert = new(
        "INSERT INTO post_text (rowid, title, body) VALUES (@Key, @Title, @Body)",
        "INSERT INTO post_text (post, words) VALUES (@Key, CAST(@Vector AS tsvector))"
    );

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
        var (titleWords, bodyWords) = (Stems(title, language), Stems(body, language));
        object parameters =
            unit.Dialect == SqlDialect.Sqlite
                ? new
                {
                    Key = key,
                    Title = string.Join(' ', titleWords),
                    Body = string.Join(' ', bodyWords),
                }
                : new { Key = key, Vector = Vector(titleWords, bodyWords) };
        await unit.ExecuteAsync(Insert, parameters, ct);
    }

    private static List<string> Stems(string text, SearchLanguage language) =>
        Words.Of(text).ConvertAll(word => Stemming.Stem(word.Folded, language));

    // A gap between title and body, so that no phrase spans them.
    private static string Vector(List<string> title, List<string> body)
    {
        var positions = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var words = title
            .Select((w, i) => (Word: w, At: i + 1, Weight: "A"))
            .Concat(body.Select((w, i) => (Word: w, At: title.Count + 10 + i, Weight: "")));
        foreach (var (word, at, weight) in words)
        {
            var count = counts[word] = counts.GetValueOrDefault(word) + 1;
            if (count > MostPositions)
            {
                continue;
            }

            if (!positions.TryGetValue(word, out var list))
            {
                positions[word] = list = new StringBuilder();
            }

            list.Append(list.Length == 0 ? "" : ",")
                .Append(CultureInfo.InvariantCulture, $"{Math.Min(at, LastPosition)}{weight}");
        }

        return string.Join(' ', positions.Select(p => $"'{p.Key}':{p.Value}"));
    }
}
