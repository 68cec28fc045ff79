using System.Text;

namespace Sillage.Api.Tables;

/// <summary>A cell of a record: where its text lies, and how it is written.</summary>
/// <param name="Start">Its first byte within the record, after the quote if there is one.</param>
/// <param name="Length">Its length, without quotes around it.</param>
/// <param name="Quoted">Whether it stands in quotes: an empty one that does is an empty text, one that does not is none.</param>
/// <param name="Doubled">Whether there are quotes in it, each written twice.</param>
public readonly record struct CsvCell(int Start, int Length, bool Quoted, bool Doubled);

/// <summary>
/// Reads CSV (RFC 4180) and its kin with another delimiter, byte by byte, which only a superset of ASCII such as UTF-8
/// allows. Line ends are CR LF, LF or CR. A quote in the middle of a cell that does not begin with one is a character like any.
/// </summary>
/// <param name="stream">What is read; the reader disposes of it.</param>
/// <param name="maximumRecord">How many bytes a record may have.</param>
/// <param name="delimiter">What parts the cells.</param>
/// <param name="quote">What stands around cells; null where quotes are characters like any.</param>
public sealed class CsvReader(Stream stream, int maximumRecord, byte delimiter, byte? quote = (byte)'"')
    : RecordReader(stream, maximumRecord)
{
    private const int LinesLooked = 20;

    private readonly List<CsvCell> _cells = [];

    /// <summary>How many cells the record has.</summary>
    public int Count => _cells.Count;

    /// <summary>What is wrong with the way the record is written; null if nothing is.</summary>
    public string? Fault { get; private set; }

    /// <inheritdoc />
    protected override string Advice =>
        "A quote that is opened there and never closed would do that: mend that line, or say that quotes are characters "
        + "like any others here (--quote none).";

    /// <inheritdoc />
    protected override bool IsBlank => _cells is [{ Length: 0, Quoted: false }];

    /// <summary>A cell by its column, from 0.</summary>
    public CsvCell this[int index] => _cells[index];

    /// <summary>The cell's text, quotes undone.</summary>
    /// <param name="index">The column, from 0.</param>
    /// <param name="scratch">Room for a text that is not in the file as it is meant.</param>
    public ReadOnlySpan<byte> Text(int index, ref byte[] scratch)
    {
        var cell = _cells[index];
        var text = Raw.Slice(cell.Start, cell.Length);
        if (!cell.Doubled)
        {
            return text;
        }

        if (scratch.Length < text.Length)
        {
            scratch = new byte[text.Length * 2];
        }

        var length = 0;
        while (text.IndexOf(quote!.Value) is var at and >= 0)
        {
            text[..(at + 1)].CopyTo(scratch.AsSpan(length));
            length += at + 1;
            text = text[(at + 2)..];
        }

        text.CopyTo(scratch.AsSpan(length));
        return scratch.AsSpan(0, length + text.Length);
    }

    /// <summary>The cell's text.</summary>
    public string Text(int index)
    {
        byte[] scratch = [];
        return Encoding.UTF8.GetString(Text(index, ref scratch));
    }

    /// <summary>
    /// What parts the cells of a file that does not say so: of comma, semicolon, tab and bar the one that gives the first lines the same number of cells, and of those the one that gives
    /// the most.
    /// </summary>
    /// <param name="head">The beginning of the file.</param>
    /// <param name="quote">What stands around cells; null where nothing does.</param>
    public static byte GuessDelimiter(byte[] head, byte? quote = (byte)'"')
    {
        ArgumentNullException.ThrowIfNull(head);
        var best = (Score: 0, Delimiter: (byte)',');
        foreach (var candidate in ",;\t|"u8)
        {
            using var reader = new CsvReader(new MemoryStream(head), head.Length + 1, candidate, quote);
            var counts = new List<int>();
            while (counts.Count < LinesLooked && reader.Read() && reader.IsTerminated)
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

    /// <inheritdoc />
    protected override bool TryParse(ReadOnlySpan<byte> text, bool atEnd, out int length, out int total)
    {
        _cells.Clear();
        Fault = null;
        var at = 0;
        while (true)
        {
            var parsed =
                at < text.Length && text[at] == quote
                    ? TryParseQuoted(text, atEnd, ref at)
                    : TryParsePlain(text, atEnd, at, ref at);
            if (!parsed)
            {
                length = total = 0;
                return false;
            }

            if (at < text.Length && text[at] == delimiter)
            {
                at++;
                // A delimiter that ends the text so far: whether a cell follows is not known yet, save at the end.
                if (at == text.Length && !atEnd)
                {
                    length = total = 0;
                    return false;
                }

                continue;
            }

            return TryEnd(text, atEnd, at, out length, out total);
        }
    }

    private static bool TryEnd(ReadOnlySpan<byte> text, bool atEnd, int at, out int length, out int total)
    {
        length = total = at;
        if (at == text.Length)
        {
            return atEnd;
        }

        if (text[at] == '\r' && at + 1 == text.Length && !atEnd)
        {
            return false;
        }

        total += text[at..].StartsWith("\r\n"u8) ? 2 : 1;
        return true;
    }

    private bool TryParsePlain(ReadOnlySpan<byte> text, bool atEnd, int start, ref int at)
    {
        var length = text[at..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r');
        if (length < 0 && !atEnd)
        {
            return false;
        }

        at = length < 0 ? text.Length : at + length;
        _cells.Add(new CsvCell(start, at - start, Quoted: false, Doubled: false));
        return true;
    }

    private bool TryParseQuoted(ReadOnlySpan<byte> text, bool atEnd, ref int at)
    {
        var start = at + 1;
        var end = start;
        var doubled = false;
        while (true)
        {
            var next = text[end..].IndexOf(quote!.Value);
            if (next < 0)
            {
                Fault ??= $"The quote that opens cell {_cells.Count + 1} is not closed.";
                at = text.Length;
                _cells.Add(new CsvCell(start, at - start, Quoted: true, Doubled: false));
                return atEnd;
            }

            end += next;
            if (end + 1 == text.Length && !atEnd)
            {
                return false;
            }

            if (end + 1 == text.Length || text[end + 1] != quote)
            {
                break;
            }

            doubled = true;
            end += 2;
        }

        _cells.Add(new CsvCell(start, end - start, Quoted: true, doubled));
        at = end + 1;
        if (at == text.Length || text[at] == delimiter || text[at] is (byte)'\n' or (byte)'\r')
        {
            return true;
        }

        Fault ??= $"In cell {_cells.Count}, text follows the closing quote.";
        var rest = text[at..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r');
        at = rest < 0 ? text.Length : at + rest;
        return rest >= 0 || atEnd;
    }
}
