using System.Text;

namespace Sillage.Search;

/// <summary>Shows where in a text the words are that were searched for, the same on both engines.</summary>
public static class Highlights
{
    private const int Before = 60;
    private const int Longest = 240;

    /// <summary>The text as HTML, escaped, with <c>mark</c> around each match.</summary>
    public static string Whole(string text, SearchQuery query, SearchLanguage language) =>
        Mark(text, 0, text.Length, Matches(text, query, language));

    /// <summary>The part of the text around its first match, as <see cref="Whole"/> shows it; its beginning if there is none.</summary>
    public static string Excerpt(string text, SearchQuery? query, SearchLanguage language)
    {
        var matches = query is null ? [] : Matches(text, query, language);
        var from = matches.Count == 0 ? 0 : WordStart(text, Math.Max(0, matches[0].Start - Before));
        var to = Math.Min(text.Length, from + Longest);
        to = to == text.Length ? to : WordEnd(text, from, to);
        return (from > 0 ? "… " : "") + Mark(text, from, to, matches) + (to < text.Length ? " …" : "");
    }

    private static List<Word> Matches(string text, SearchQuery query, SearchLanguage language)
    {
        var terms = query.Wanted.ToList();
        var whole = terms
            .SelectMany(t => t.IsPrefix ? t.Words.Take(t.Words.Count - 1) : t.Words)
            .ToHashSet(StringComparer.Ordinal);
        var beginnings = terms.Where(t => t.IsPrefix).Select(t => t.Words[^1]).ToArray();
        return Words
            .Of(text)
            .FindAll(w =>
                whole.Contains(Stemming.Stem(w.Folded, language))
                || Array.Exists(beginnings, b => w.Folded.StartsWith(b, StringComparison.Ordinal))
            );
    }

    private static string Mark(string text, int from, int to, List<Word> matches)
    {
        var html = new StringBuilder(to - from + 32);
        var at = from;
        foreach (var match in matches.Where(m => m.Start >= from && m.Start + m.Length <= to))
        {
            html.Append(Escape(text[at..match.Start])).Append("<mark>");
            at = match.Start + match.Length;
            html.Append(Escape(text[match.Start..at])).Append("</mark>");
        }

        return html.Append(Escape(text[at..to])).ToString();
    }

    // Into an element's text: what is not of ASCII stays readable.
    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal);

    private static int WordStart(string text, int at)
    {
        while (at > 0 && !char.IsWhiteSpace(text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private static int WordEnd(string text, int from, int to)
    {
        var space = text.AsSpan(from, to - from).LastIndexOfAny(' ', '\n', '\t');
        // A text without a space is cut where it is, but not through a character.
        return space > Before ? from + space
            : char.IsHighSurrogate(text[to - 1]) ? to - 1
            : to;
    }
}
