namespace Sillage.Api.Tables;

/// <summary>Writes cells for files that are to be mended and read again: no guard against formulas, which would be read as text.</summary>
public static class CsvText
{
    /// <summary>A cell; nothing for null, quotes for an empty text.</summary>
    public static string Cell(string? text, char delimiter = ',') =>
        text is null ? ""
        : text.Length > 0 && !text.AsSpan().ContainsAny([delimiter, '"', '\r', '\n']) ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A row with its line end.</summary>
    public static string Row(params ReadOnlySpan<string?> cells)
    {
        var row = new System.Text.StringBuilder();
        foreach (var cell in cells)
        {
            row.Append(Cell(cell)).Append(',');
        }

        row.Length--;
        return row.Append("\r\n").ToString();
    }
}
