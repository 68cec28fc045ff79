using System.Text;

namespace Sillage.Search;

/// <summary>
/// What is searched for: words that all have to be there, <c>"phrases"</c>, the beginnings of words with <c>*</c>, and what must not be there with <c>-</c>.
/// </summary>
public sealed class SearchQuery
{
    private const int MostTerms = 20;

    private readonly IReadOnlyList<Term> _terms;

    private SearchQuery(IReadOnlyList<Term> terms) => _terms = terms;

    /// <summary>A part of the query: a word, or several that have to follow one another.</summary>
    public sealed record Term(IReadOnlyList<string> Words, bool IsPrefix, bool IsNot);

    /// <summary>What has to be there.</summary>
    public IEnumerable<Term> Wanted => _terms.Where(term => !term.IsNot);

    /// <summary>Reads a query; null if it names nothing that has to be there.</summary>
    public static SearchQuery? Parse(string text, SearchLanguage language)
    {
        var terms = new List<Term>();
        for (var at = 0; at < text.Length && terms.Count < MostTerms; )
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var isNot = text[at] == '-';
            at += isNot ? 1 : 0;
            var isPhrase = at < text.Length && text[at] == '"';
            var end = isPhrase ? text.IndexOf('"', at + 1) : IndexOfSpace(text, at);
            end = end < 0 ? text.Length : end;
            var part = isPhrase ? text[(at + 1)..end] : text[at..end];
            at = isPhrase ? Math.Min(end + 1, text.Length) : end;
            var isPrefix = !isPhrase && part.EndsWith('*');
            Add(terms, part, isPrefix, isNot, language);
        }

        return terms.Exists(term => !term.IsNot) ? new SearchQuery(terms) : null;
    }

    /// <summary>What was typed so far: the last word may be the beginning of one.</summary>
    public static SearchQuery? Typed(string text, SearchLanguage language) =>
        Parse(char.IsLetterOrDigit(text.TrimEnd().LastOrDefault()) ? text.TrimEnd() + "*" : text, language);

    /// <summary>For FTS5's MATCH. Words hold letters and digits only, so quotes are all that is needed.</summary>
    public string ForSqlite(string? column = null)
    {
        var wanted = string.Join(" AND ", Wanted.Select(Fts));
        var unwanted = string.Join(" OR ", _terms.Where(term => term.IsNot).Select(Fts));
        var match = unwanted.Length == 0 ? wanted : $"({wanted}) NOT ({unwanted})";
        return column is null ? match : $"{{{column}}} : ({match})";
    }

    /// <summary>As the text of a tsquery.</summary>
    public string ForPostgres(bool ofTitle = false)
    {
        var parts = _terms.Select(term =>
        {
            var words = term.Words.Select(
                (word, i) =>
                {
                    var marks = (ofTitle ? "A" : "") + (term.IsPrefix && i == term.Words.Count - 1 ? "*" : "");
                    return marks.Length == 0 ? $"'{word}'" : $"'{word}':{marks}";
                }
            );
            return $"{(term.IsNot ? "!" : "")}({string.Join("<->", words)})";
        });
        return string.Join(" & ", parts);
    }

    private static string Fts(Term term) =>
        new StringBuilder("\"").AppendJoin(' ', term.Words).Append(term.IsPrefix ? "\"*" : "\"").ToString();

    private static void Add(List<Term> terms, string part, bool isPrefix, bool isNot, SearchLanguage language)
    {
        var words = Sillage.Search.Words.Of(part);
        if (words.Count > 0)
        {
            var stems = words.Select(
                (w, i) => isPrefix && i == words.Count - 1 ? w.Folded : Stemming.Stem(w.Folded, language)
            );
            terms.Add(new Term([.. stems], isPrefix, isNot));
        }
    }

    private static int IndexOfSpace(string text, int from)
    {
        var space = text.AsSpan(from).IndexOfAny(' ', '\t', '\n');
        return space < 0 ? -1 : from + space;
    }
}
