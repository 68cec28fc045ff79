using System.Globalization;
using System.Text;

namespace Sillage.Search;

/// <summary>What an index is given of a text: FTS5 the words with spaces between, PostgreSQL a tsvector.</summary>
public static class IndexedText
{
    private const int MostPositions = 100;
    private const int LastPosition = 16_000;

    /// <summary>The words of a text without their endings, in their order.</summary>
    public static IReadOnlyList<string> Of(string text, SearchLanguage language) =>
        Words.Of(text).ConvertAll(word => Stemming.Stem(word.Folded, language));

    /// <summary>
    /// The text of a tsvector; words of a title weigh more (A). Between both there is a gap, so that no phrase spans them.
    /// </summary>
    public static string ToVector(IReadOnlyList<string> body, IReadOnlyList<string>? title = null)
    {
        title ??= [];
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
