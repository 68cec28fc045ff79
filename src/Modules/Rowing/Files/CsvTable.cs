using System.Globalization;
using System.Text;

namespace Sillage.Rowing.Files;

/// <summary>
/// A CSV as monitors and their sites write it: comma or semicolon, quotes that are doubled once too often, decimals with a comma.
/// </summary>
internal sealed class CsvTable
{
    private const int MostRows = 500_000;
    private const int MostColumns = 1000;

    private readonly Dictionary<string, int> _columns;

    private CsvTable(IReadOnlyList<string> header, List<string[]> rows)
    {
        _columns = [];
        for (var i = 0; i < header.Count; i++)
        {
            _columns.TryAdd(Plain(header[i]), i);
        }

        Rows = rows;
    }

    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>Reads a table; null if there is no text in these bytes, or too many rows or columns.</summary>
    public static CsvTable? Read(byte[] bytes)
    {
        if (bytes.AsSpan().Contains((byte)0))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var first = end < 0 ? text.AsSpan() : text.AsSpan(0, end);
        var separator =
            first.Count(';') > first.Count(',') ? ';'
            : first.Count('\t') > first.Count(',') ? '\t'
            : ',';
        List<string[]> rows = [];
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c != '"')
                {
                    cell.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c == separator)
            {
                cells.Add(Take(cell));
                if (cells.Count > MostColumns)
                {
                    return null;
                }
            }
            else if (c is '\n' or '\r')
            {
                Finish(rows, cells, cell);
                if (rows.Count > MostRows)
                {
                    return null;
                }
            }
            else
            {
                cell.Append(c);
            }
        }

        Finish(rows, cells, cell);
        return rows.Count == 0 ? null : new CsvTable(rows[0], rows[1..]);
    }

    /// <summary>Which column has one of these names, however they are written; -1 if none has.</summary>
    public int Column(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_columns.TryGetValue(Plain(name), out var index))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>A cell without quotes that were doubled once too often; empty where there is none.</summary>
    public static string Cell(string[] row, int column) =>
        column >= 0 && column < row.Length ? row[column].Trim().Trim('"') : "";

    /// <summary>A cell's number; null where there is none, with a finding where there is something else.</summary>
    public static double? Number(string[] row, int column, Findings findings)
    {
        var text = Cell(row, column);
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Contains(',', StringComparison.Ordinal) && !text.Contains('.', StringComparison.Ordinal))
        {
            findings.Add("decimal-comma", "A number with a comma; read as a decimal.");
            text = text.Replace(',', '.');
        }

        // Thousands are parted by a comma where decimals have a point.
        text = text.Replace(",", "", StringComparison.Ordinal);
        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
        )
        {
            return number;
        }

        findings.Add("number-not-valid", $"'{XmlPoints.Cut(text)}' is not a number; taken for not measured.");
        return null;
    }

    /// <summary>A time as <c>12:32.6</c> or <c>1:02:03.4</c>, or as seconds.</summary>
    public static double? Seconds(string text)
    {
        double seconds = 0;
        foreach (var part in text.Trim().Trim('"').Replace(',', '.').Split(':'))
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            seconds = (seconds * 60) + number;
        }

        return double.IsFinite(seconds) && seconds <= 604_800 ? seconds : null;
    }

    private static string Plain(string name) =>
        string.Concat(name.ToUpperInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '/'));

    private static string Take(StringBuilder cell)
    {
        var text = cell.ToString();
        cell.Clear();
        return text;
    }

    private static void Finish(List<string[]> rows, List<string> cells, StringBuilder cell)
    {
        if (cells.Count == 0 && cell.Length == 0)
        {
            return;
        }

        cells.Add(Take(cell));
        rows.Add([.. cells]);
        cells.Clear();
    }
}
