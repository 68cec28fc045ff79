using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Api.Tables;
using Sillage.Collections.Declared;
using Sillage.Collections.Stored;

namespace Sillage.Collections.Records;

/// <summary>How a file of records is written.</summary>
internal enum RowsForm
{
    Csv,
    Ndjson,
}

/// <summary>Reads a file of records.</summary>
internal static class RowsBody
{
    private const int MostRows = 10_000;
    private const int LongestRow = 1024 * 1024;
    private const int Head = 64 * 1024;

    // What is no name of a field need not come back whole.
    private const int LongestNamed = 100;

    public static readonly string[] MediaTypes =
    [
        "text/csv",
        "text/tab-separated-values",
        "application/x-ndjson",
        "application/jsonl",
    ];

    /// <summary>What the request says that its body is.</summary>
    /// <exception cref="ProblemException">415: it is nothing that can be read.</exception>
    public static RowsForm FormOf(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        var place = Array.FindIndex(MediaTypes, known => known.Equals(type, StringComparison.OrdinalIgnoreCase));
        return place >= 0
            ? (place < 2 ? RowsForm.Csv : RowsForm.Ndjson)
            : throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status415UnsupportedMediaType,
                    "Unsupported media type",
                    $"The Content-Type has to be one of {string.Join(", ", MediaTypes)}."
                )
            );
    }

    /// <summary>The rows as records are sent, each with the line that it begins in.</summary>
    /// <exception cref="ProblemException">400 or 413: the file cannot be read.</exception>
    public static IReadOnlyList<(JsonElement Record, long Line)> Read(
        ReadOnlyMemory<byte> body,
        RowsForm form,
        FoundCollection found
    )
    {
        var bytes = body.ToArray();
        var start = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            using var stream = new MemoryStream(bytes, start, bytes.Length - start, writable: false);
            return form == RowsForm.Ndjson
                ? Lines(stream)
                : Cells(stream, CsvReader.GuessDelimiter(bytes[start..Math.Min(bytes.Length, Head)]), found);
        }
        catch (DecoderFallbackException)
        {
            throw Bad("The file is no text in UTF-8.");
        }
        catch (InvalidDataException e)
        {
            throw Bad(e.Message);
        }
    }

    private static List<(JsonElement, long)> Lines(Stream stream)
    {
        var rows = new List<(JsonElement, long)>();
        using var reader = new LineReader(stream, LongestRow);
        while (reader.Read())
        {
            try
            {
                rows.Add((JsonRequest.Read<JsonElement>(reader.RawMemory), reader.Line));
            }
            catch (ProblemException e)
            {
                throw Bad($"Line {reader.Line}: {e.Problem.Detail} Each line has to be a record, {{…}}.");
            }

            Bound(rows.Count);
        }

        return rows;
    }

    private static List<(JsonElement, long)> Cells(Stream stream, byte delimiter, FoundCollection found)
    {
        var rows = new List<(JsonElement, long)>();
        using var reader = new CsvReader(stream, LongestRow, delimiter);
        if (!reader.Read())
        {
            throw Bad("The file has no line with the names of fields.");
        }

        var columns = Enumerable.Range(0, reader.Count).Select(i => Column(reader.Text(i).Trim(), i, found)).ToList();
        var twice = columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw Bad($"Two columns are called '{Beginning.Of(twice.Key, LongestNamed)}'.");
        }

        var buffer = new ArrayBufferWriter<byte>();
        while (reader.Read())
        {
            if (reader.Fault is { } fault)
            {
                throw Bad($"Line {reader.Line}: {fault}");
            }

            if (reader.Raw.Contains((byte)0))
            {
                throw Bad($"Line {reader.Line}: a text may not hold U+0000.");
            }

            if (reader.Count > columns.Count)
            {
                throw Bad($"Line {reader.Line} has {reader.Count} cells, and the first line names {columns.Count}.");
            }

            buffer.Clear();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                for (var i = 0; i < reader.Count; i++)
                {
                    writer.WritePropertyName(columns[i].Name);
                    Write(writer, columns[i].Field, reader.Text(i), reader[i].Quoted);
                }

                writer.WriteEndObject();
            }

            rows.Add((JsonElement.Parse(buffer.WrittenSpan), reader.Line));
            Bound(rows.Count);
        }

        return rows;
    }

    private static (string Name, FieldPlan? Field) Column(string name, int index, FoundCollection found) =>
        Names.System.Contains(name) ? (name, null)
        : found.Plan.Find(name) is { } field && found.Viewer.Sees(found.Plan, field) ? (name, field)
        : throw Bad(
            $"Column {index + 1}, '{Beginning.Of(name, LongestNamed)}': there is no field of this name that you may read."
        );

    private static void Write(Utf8JsonWriter writer, FieldPlan? field, string text, bool isQuoted)
    {
        // An export marks so what a spreadsheet would run.
        if (text is ['\'', ..] && Formulas.MayBe(text[1..]))
        {
            text = text[1..];
        }

        if (text.Length == 0 && !(isQuoted && field?.Field.IsText == true && !field.Field.IsMany))
        {
            writer.WriteNullValue();
        }
        else if (field?.Field.Type == FieldKind.Json || (field?.Field.IsMany == true && text[0] == '['))
        {
            if (ValueReader.IsJson(text))
            {
                writer.WriteRawValue(text);
            }
            else
            {
                writer.WriteStringValue(text);
            }
        }
        else if (field?.Field.IsMany == true)
        {
            writer.WriteStartArray();
            foreach (
                var item in text.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            )
            {
                writer.WriteStringValue(item);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    private static void Bound(int rows)
    {
        if (rows > MostRows)
        {
            throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status413PayloadTooLarge,
                    "Too large",
                    $"A file has at most {MostRows} rows: send the rest as another one."
                )
            );
        }
    }

    private static ProblemException Bad(string detail) => new(Problem.BadRequest(detail));
}
