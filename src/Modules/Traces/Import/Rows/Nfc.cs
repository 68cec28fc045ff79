using System.Globalization;
using System.Text;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// Unicode's normalisation form C (UAX 15). The framework's own does nothing in a program that runs without ICU, as this one
/// does (<c>InvariantGlobalization</c>); see docs/adr/0092-imports-compare-names-by-nfc.md.
/// </summary>
internal static class Nfc
{
    // Below the first combining mark everything is in form C already.
    private const char FirstMark = '\u0300';

    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<Tables> Data = new(Tables.Read);

    private sealed record Tables(
        Dictionary<int, int[]> Parts,
        Dictionary<(int First, int Second), int> Composed,
        Dictionary<int, int> Classes
    )
    {
        public static Tables Read()
        {
            var tables = new Tables([], [], []);
            using var stream = typeof(Nfc).Assembly.GetManifestResourceStream("Nfc.txt")!;
            using var lines = new StreamReader(stream);
            while (lines.ReadLine() is { } line)
            {
                tables.Take(line.Split(' '));
            }

            return tables;
        }

        private void Take(string[] words)
        {
            switch (words[0])
            {
                case "=":
                    var (whole, first, second) = (Hex(words[1]), Hex(words[2]), Hex(words[3]));
                    Parts[whole] = [first, second];
                    Composed[(first, second)] = whole;
                    break;
                case "<":
                    Parts[Hex(words[1])] = [.. words[2..].Select(Hex)];
                    break;
                case ".":
                    for (var c = Hex(words[1]); c <= Hex(words[2]); c++)
                    {
                        Classes[c] = int.Parse(words[3], CultureInfo.InvariantCulture);
                    }

                    break;
                default:
                    break;
            }
        }

        private static int Hex(string word) => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>The text in form C; characters that are no Unicode stay as they are.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstMark, char.MaxValue) < 0)
        {
            return text;
        }

        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        Compose(points);
        return string.Concat(points.Select(p => new Rune(p).ToString()));
    }

    private static void Decompose(int point, List<int> into)
    {
        var hangul = point - HangulBase;
        if (hangul is >= 0 and < Leads * Vowels * Tails)
        {
            into.Add(LeadBase + (hangul / (Vowels * Tails)));
            into.Add(VowelBase + (hangul % (Vowels * Tails) / Tails));
            if (hangul % Tails > 0)
            {
                into.Add(TailBase + (hangul % Tails));
            }
        }
        else if (Data.Value.Parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(point);
        }
    }

    private static int ClassOf(int point) => Data.Value.Classes.GetValueOrDefault(point);

    // Marks behind a letter go by their class, those of one class stay as they came.
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var own = ClassOf(points[i]);
            for (var at = i; own > 0 && at > 0 && ClassOf(points[at - 1]) > own; at--)
            {
                (points[at - 1], points[at]) = (points[at], points[at - 1]);
            }
        }
    }

    private static void Compose(List<int> points)
    {
        var (starter, last) = (-1, 0);
        var length = 0;
        foreach (var point in points.ToArray())
        {
            var own = ClassOf(point);
            // What stands between a letter and its mark with the same class, or with none, keeps them apart.
            var isNext = starter == length - 1;
            if (starter >= 0 && (isNext || (last < own && last > 0)) && Pair(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            starter = own == 0 ? length : starter;
            last = own;
            points[length++] = point;
        }

        points.RemoveRange(length, points.Count - length);
    }

    private static int? Pair(int first, int second)
    {
        var (lead, vowel) = (first - LeadBase, second - VowelBase);
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
        {
            return HangulBase + (((lead * Vowels) + vowel) * Tails);
        }

        var (syllable, tail) = (first - HangulBase, second - TailBase);
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails)
        {
            return first + tail;
        }

        return Data.Value.Composed.TryGetValue((first, second), out var whole) ? whole : null;
    }
}
