using System.Globalization;
using System.Text;

namespace Sillage.Search;

/// <summary>A word of a text.</summary>
/// <param name="Start">Where it begins in the text, in characters.</param>
/// <param name="Length">How long it is there.</param>
/// <param name="Folded">Its folded form: letters and digits only.</param>
public readonly record struct Word(int Start, int Length, string Folded);

/// <summary>Takes texts apart into the words that are searched for.</summary>
public static class Words
{
    /// <summary>No word counts beyond this: a random text must not make an index of long keys.</summary>
    private const int LongestWord = 64;

    /// <summary>The words in their order. Writing without spaces (Han, kana) is a word a character, and found as a phrase.</summary>
    public static List<Word> Of(string text)
    {
        var words = new List<Word>();
        var start = -1;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isAlone = IsWithoutSpaces(rune);
            var isPart = isAlone || IsPart(rune, start >= 0);
            if (start >= 0 && (!isPart || isAlone))
            {
                Add(words, text, start, at);
                start = -1;
            }

            if (isAlone)
            {
                Add(words, text, at, at + rune.Utf16SequenceLength);
            }
            else if (isPart && start < 0)
            {
                start = at;
            }

            at += rune.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            Add(words, text, start, text.Length);
        }

        return words;
    }

    private static void Add(List<Word> words, string text, int start, int end)
    {
        var folded = Folding.Fold(text.AsSpan(start, end - start));
        // Folding may leave what is neither letter nor digit, as of ½ or ㎏; an index must get neither quotes nor spaces.
        var kept = new StringBuilder(Math.Min(folded.Length, LongestWord));
        foreach (var rune in folded.EnumerateRunes())
        {
            if (kept.Length < LongestWord && Rune.IsLetterOrDigit(rune))
            {
                kept.Append(rune);
            }
        }

        if (kept.Length > 0)
        {
            words.Add(new Word(start, end - start, kept.ToString()));
        }
    }

    private static bool IsPart(Rune rune, bool isInside) =>
        Rune.IsLetterOrDigit(rune)
        || (
            isInside
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        );

    private static bool IsWithoutSpaces(Rune rune) =>
        rune.Value
            is (>= 0x3040 and <= 0x30FF)
                or (>= 0x3400 and <= 0x9FFF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x20000 and <= 0x323AF)
        && Rune.IsLetterOrDigit(rune);
}
