namespace Sillage.Search;

/// <summary>
/// Cuts endings off folded words. Two small rule sets, the same on both engines, chosen for what they leave alone: Harman's S-stemmer for English and
/// Savoy's minimal stemmer for French (J. Savoy, "A stemming procedure and stopword list for general French corpora", 1999).
/// </summary>
internal static class Stemming
{
    public static string Stem(string word, SearchLanguage language) =>
        language switch
        {
            SearchLanguage.English => English(word),
            SearchLanguage.French => French(word),
            _ => word,
        };

    private static string English(string word) =>
        word.Length < 4 || !Ends(word, "s") ? word
        : Ends(word, "ies")
            ? Ends(word, "eies") || Ends(word, "aies") ? word
                : word[..^3] + "y"
        : Ends(word, "es")
            ? Ends(word, "aes") || Ends(word, "ees") || Ends(word, "oes") ? word
                : word[..^1]
        : Ends(word, "us") || Ends(word, "ss") ? word
        : word[..^1];

    private static string French(string word)
    {
        if (word.Length < 6)
        {
            return word;
        }

        if (Ends(word, "x"))
        {
            return Ends(word, "aux") ? word[..^2] + "l" : word[..^1];
        }

        foreach (var ending in "sree")
        {
            if (word[^1] == ending)
            {
                word = word[..^1];
            }
        }

        return word[^1] == word[^2] ? word[..^1] : word;
    }

    private static bool Ends(string word, string ending) => word.EndsWith(ending, StringComparison.Ordinal);
}
