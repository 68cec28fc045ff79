using System.Text.Json;
using Sillage.Api.Tables;

namespace Sillage.Traces.Codebooks;

/// <summary>A codebook as a table, a row a column of the export. Lists are written for people, parted by bars.</summary>
internal static class CodebookCsv
{
    private static readonly string[] Header =
    [
        "column",
        "field",
        "type",
        "required",
        "description",
        "unit",
        "allowed",
        "masked",
        "present",
        "missing",
        "minimum",
        "maximum",
        "shortest",
        "longest",
        "distinct",
        "values",
    ];

    public static ReadOnlyMemory<byte> Write(Codebook codebook, bool decimalComma, bool bom)
    {
        var csv = new CsvCells(decimalComma: decimalComma);
        csv.Begin(bom);
        csv.Header(Header);
        foreach (var column in codebook.Columns)
        {
            Write(csv, column);
        }

        return csv.Output.Written;
    }

    private static void Write(CsvCells csv, CodebookColumn column)
    {
        csv.Text(column.Column);
        csv.Next();
        csv.Text(column.Field);
        csv.Next();
        csv.Text(column.Type);
        csv.Next();
        csv.Text(column.Required ? "true" : "false");
        csv.Next();
        csv.Text(column.Description);
        csv.Next();
        csv.Text(column.Unit);
        csv.Next();
        csv.Text(column.Allowed is null ? null : string.Join(" | ", column.Allowed.Select(Show)));
        csv.Next();
        csv.Text(column.Masked ? "true" : "false");
        csv.Next();
        csv.Whole(column.Present);
        csv.Next();
        csv.Whole(column.Missing);
        csv.Next();
        Bound(csv, column.Minimum);
        csv.Next();
        Bound(csv, column.Maximum);
        csv.Next();
        csv.Whole(column.Shortest);
        csv.Next();
        csv.Whole(column.Longest);
        csv.Next();
        csv.Whole(column.Distinct);
        csv.Next();
        csv.Text(
            column.Values is null ? null : string.Join(" | ", column.Values.Select(v => $"{Show(v.Value)} ({v.Count})"))
        );
        csv.EndRow();
    }

    private static void Bound(CsvCells csv, JsonElement? bound)
    {
        if (bound is { ValueKind: JsonValueKind.Number } number)
        {
            csv.Decimal(System.Text.Encoding.UTF8.GetBytes(number.GetRawText()));
        }
        else
        {
            csv.Text(bound?.GetString());
        }
    }

    private static string Show(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
