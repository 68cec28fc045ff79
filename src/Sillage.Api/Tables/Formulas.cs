using System.Text;

namespace Sillage.Api.Tables;

/// <summary>Texts that a spreadsheet would run instead of showing them (CWE-1236).</summary>
public static class Formulas
{
    // Some spreadsheets take the full-width forms, which East Asian keyboards write, for the same.
    private const string FullWidth = "\uFF1D\uFF0B\uFF0D\uFF20";

    /// <summary>Whether a cell that begins like this may be run.</summary>
    public static bool MayBe(ReadOnlySpan<byte> text) =>
        text.Length > 0
        && (
            "=+-@\t\r\n"u8.Contains(text[0])
            || (
                // Nearly every text is told by its first byte: a look at the whole character would be felt in an export.
                text[0] == 0xEF
                && Rune.DecodeFromUtf8(text, out var first, out _) == System.Buffers.OperationStatus.Done
                && IsFullWidth(first)
            )
        );

    /// <inheritdoc cref="MayBe(ReadOnlySpan{byte})"/>
    public static bool MayBe(string text) =>
        text?.Length > 0
        && (
            "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal)
            || FullWidth.Contains(text[0], StringComparison.Ordinal)
        );

    private static bool IsFullWidth(Rune first) =>
        first.IsBmp && FullWidth.Contains((char)first.Value, StringComparison.Ordinal);
}
