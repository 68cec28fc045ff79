using System.Runtime.InteropServices;

namespace Sillage.Traces.Import.Files;

/// <summary>How a CSV file is written.</summary>
/// <param name="Delimiter">Between cells.</param>
/// <param name="Quote">Around cells; null where quotes are characters like any.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CsvFormat(byte Delimiter, byte? Quote)
{
    private const int Looked = 20;

    private static readonly byte[] Candidates = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <summary>What was said, and for the rest what the first lines suggest.</summary>
    /// <exception cref="ImportException">What was said cannot be.</exception>
    public static CsvFormat Of(string? delimiter, string quote, bool tabs, byte[] head)
    {
        byte? mark = quote switch
        {
            "none" => null,
            [var one] when char.IsAscii(one) && !char.IsControl(one) => (byte)one,
            _ => throw new ImportException($"--quote takes one character or none, not '{quote}'."),
        };
        var between = delimiter switch
        {
            null => tabs ? (byte)'\t' : Guess(head, mark),
            "tab" or "\\t" => (byte)'\t',
            "comma" => (byte)',',
            "semicolon" => (byte)';',
            [var one] when char.IsAscii(one) && one is not ('\r' or '\n') => (byte)one,
            _ => throw new ImportException(
                $"--delimiter takes one character of ASCII, tab, comma or semicolon, not '{delimiter}'."
            ),
        };
        return between == mark
            ? throw new ImportException("--delimiter and --quote cannot be the same character.")
            : new CsvFormat(between, mark);
    }

    // The one that gives the first lines the same number of cells, and of those the one that gives the most.
    private static byte Guess(byte[] head, byte? quote)
    {
        var best = (Score: 0, Delimiter: Candidates[0]);
        foreach (var candidate in Candidates)
        {
            using var reader = new CsvReader(new MemoryStream(head), head.Length + 1, candidate, quote);
            var counts = new List<int>();
            while (counts.Count < Looked && reader.Read() && reader.IsTerminated)
            {
                counts.Add(reader.Count);
            }

            if (counts.Count == 0 && reader.Count > 0)
            {
                counts.Add(reader.Count);
            }

            var alike = counts.Count > 0 && counts.TrueForAll(c => c == counts[0]);
            var score = counts.Count == 0 || counts[0] < 2 ? 0 : counts[0] + (alike ? 1000 : 0);
            best = score > best.Score ? (score, candidate) : best;
        }

        return best.Delimiter;
    }
}
