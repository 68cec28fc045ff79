using System.Buffers.Text;
using System.Text;

namespace Sillage.Api.Tables;

/// <summary>
/// Writes the cells of a CSV file (RFC 4180). With a decimal comma cells are parted by semicolons, as R's <c>read.csv2</c>
/// and spreadsheets in most of Europe expect.
/// </summary>
/// <param name="keepFormulas">Whether texts that a spreadsheet would run stay as they are.</param>
/// <param name="decimalComma">Whether numbers have a comma in place of the point.</param>
public sealed class CsvCells(bool keepFormulas = false, bool decimalComma = false)
{
    private readonly byte _separator = decimalComma ? (byte)';' : (byte)',';
    private readonly byte[] _special = [decimalComma ? (byte)';' : (byte)',', (byte)'"', (byte)'\r', (byte)'\n'];

    /// <summary>Where the next cells go.</summary>
    public RowBuffer Output { get; set; } = new();

    /// <summary>Ends a cell that is not the row's last.</summary>
    public void Next() => Output.Write(_separator);

    /// <summary>Ends a row.</summary>
    public void EndRow() => Output.Write("\r\n"u8);

    /// <summary>What comes before the header: a byte order mark, by which spreadsheets know that the file is UTF-8.</summary>
    public void Begin(bool bom)
    {
        if (bom)
        {
            Output.Write("\uFEFF"u8);
        }
    }

    /// <summary>A header of names that need no quotes.</summary>
    public void Header(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        Output.Write(Encoding.UTF8.GetBytes(string.Join((char)_separator, names)));
        EndRow();
    }

    /// <summary>A text; nothing for null.</summary>
    public void Text(string? text)
    {
        if (text is not null)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            var bytes = length <= 256 ? stackalloc byte[length] : new byte[length];
            Encoding.UTF8.GetBytes(text, bytes);
            Text(bytes);
        }
    }

    /// <summary>A text; an empty one is written as <c>""</c>, to be told from none.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        // What a spreadsheet would run as a formula gets an apostrophe, which it takes for "this is text" (CWE-1236).
        var guard = !keepFormulas && Formulas.MayBe(text);
        if (guard || text.IsEmpty || text.IndexOfAny(_special) >= 0 || text[0] == ' ' || text[^1] == ' ')
        {
            Quoted(text, guard);
        }
        else
        {
            Output.Write(text);
        }
    }

    /// <summary>Bytes in quotes, whatever they are.</summary>
    public void Quoted(ReadOnlySpan<byte> text, bool guard = false)
    {
        Output.Write(guard ? "\"'"u8 : "\""u8);
        Doubled(text);
        Output.Write("\""u8);
    }

    /// <summary>Bytes within quotes that are written by hand.</summary>
    public void Doubled(ReadOnlySpan<byte> text)
    {
        int quote;
        while ((quote = text.IndexOf((byte)'"')) >= 0)
        {
            Output.Write(text[..(quote + 1)]);
            Output.Write("\""u8);
            text = text[(quote + 1)..];
        }

        Output.Write(text);
    }

    /// <summary>A whole number; nothing for null.</summary>
    public void Whole(long? number)
    {
        if (number is { } value)
        {
            Utf8Formatter.TryFormat(value, Output.GetSpan(20), out var length);
            Output.Advance(length);
        }
    }

    /// <summary>A number as JSON spells it, with the decimal mark of this file.</summary>
    public void Decimal(ReadOnlySpan<byte> number)
    {
        var point = decimalComma ? number.IndexOf((byte)'.') : -1;
        if (point < 0)
        {
            Output.Write(number);
            return;
        }

        Output.Write(number[..point]);
        Output.Write((byte)',');
        Output.Write(number[(point + 1)..]);
    }
}
