using System.Globalization;
using System.Text;

namespace Sillage.Search;

/// <summary>
/// Makes one form of what people take for the same: case, accents, width and ligatures are put aside. By a table of our own, as the program runs without
/// ICU and the framework then normalises nothing (docs/adr/0133-search-words-are-ours.md).
/// </summary>
internal static class Folding
{
    private static readonly Lazy<Dictionary<int, string>> Folds = new(Read);

    /// <summary>The folded form: letters and digits without marks, in lower case, in place of all that is made of them.</summary>
    public static string Fold(ReadOnlySpan<char> text)
    {
        if (IsPlain(text))
        {
            return text.ToString();
        }

        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value > 0x7F && Folds.Value.TryGetValue(rune.Value, out var parts))
            {
                folded.Append(parts);
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                folded.Append(Rune.ToLowerInvariant(rune));
            }
        }

        return folded.ToString();
    }

    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c > '\x7f' || char.IsAsciiLetterUpper(c))
            {
                return false;
            }
        }

        return true;
    }

    private static Dictionary<int, string> Read()
    {
        var folds = new Dictionary<int, string>();
        using var stream = typeof(Folding).Assembly.GetManifestResourceStream("Folds.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == "-")
            {
                var (from, to, first) = (Hex(words[1]), Hex(words[2]), Hex(words[3]));
                for (var i = from; i <= to; i++)
                {
                    folds[i] = char.ConvertFromUtf32(first + i - from);
                }
            }
            else if (words[0] != "#")
            {
                folds[Hex(words[0])] = string.Concat(words.Skip(1).Select(part => char.ConvertFromUtf32(Hex(part))));
            }
        }

        return folds;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
