using System.Runtime.InteropServices;
using Sillage.Api.Tables;

namespace Sillage.Traces.Import.Files;

/// <summary>How a CSV file is written.</summary>
/// <param name="Delimiter">Between cells.</param>
/// <param name="Quote">Around cells; null where quotes are characters like any.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CsvFormat(byte Delimiter, byte? Quote)
{
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
            null => tabs ? (byte)'\t' : CsvReader.GuessDelimiter(head, mark),
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
}
