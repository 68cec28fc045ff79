using Sillage.Traces.Import.Files;

namespace Sillage.Traces.Import.Rows;

/// <summary>Sees what form a file has, and what its columns are called.</summary>
internal static class OpenRows
{
    // A trace of the greatest length may be written with every character doubled.
    private const int LongestRecord = 4 * 1024 * 1024;
    private const int SampleLines = 100;

    /// <summary>Opens the file's rows, at the first of them.</summary>
    /// <exception cref="ImportException">It has no form that can be read.</exception>
    public static RowSource Open(TraceImportRequest request, ImportFile file, Mapping mapping)
    {
        switch (FormOf(request, file))
        {
            case "ndjson":
                var sample = new HashSet<string>(StringComparer.Ordinal);
                Sample(file.Head, sample);
                sample.ExceptWith(mapping.Said.Keys.Select(k => k.Split('.')[0]));
                mapping.Settle(sample);
                return new JsonRows(new LineReader(file.Content, LongestRecord), mapping);
            case var form:
                var format = CsvFormat.Of(request.Delimiter, request.Quote, form == "tsv", file.Head);
                var reader = new CsvReader(file.Content, LongestRecord, format.Delimiter, format.Quote);
                return new CsvRows(reader, format, ColumnsOf(request, file, format, reader, mapping), mapping);
        }
    }

    private static string FormOf(TraceImportRequest request, ImportFile file)
    {
        var first = file.Head.AsSpan().TrimStart(" \t\r\n"u8);
        if (request.Format is { } said)
        {
            return said is "csv" or "tsv" or "ndjson"
                ? said
                : throw new ImportException($"--format is csv, tsv or ndjson, not '{said}'.");
        }

        var name = request.File.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? request.File[..^3] : request.File;
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".CSV" => "csv",
            ".TSV" or ".TAB" => "tsv",
            ".NDJSON" or ".JSONL" => "ndjson",
            _ when first is [(byte)'{', ..] => "ndjson",
            _ when first is [(byte)'[', ..] => throw new ImportException(
                $"{request.File} is one JSON array. Write its items a line each and try again: jq -c '.[]' {request.File} > traces.ndjson"
            ),
            _ => "csv",
        };
    }

    private static string[] ColumnsOf(
        TraceImportRequest request,
        ImportFile file,
        CsvFormat format,
        CsvReader reader,
        Mapping mapping
    )
    {
        string[] columns;
        if (request.NoHeader)
        {
            // The row itself is read once more by the reader proper.
            using var peek = new CsvReader(new MemoryStream(file.Head), LongestRecord, format.Delimiter, format.Quote);
            peek.Read();
            columns = [.. Enumerable.Range(1, peek.Count).Select(i => $"{i}")];
        }
        else
        {
            if (!reader.Read())
            {
                throw new ImportException($"{request.File} is empty.");
            }

            columns = [.. Enumerable.Range(0, reader.Count).Select(i => reader.Text(i).Trim())];
        }

        var twice = columns.Where(c => c.Length > 0).GroupBy(c => c).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new ImportException(
                $"{request.File} has two columns '{twice.Key}'; rename one in its first line, or say --no-header if that is a row already."
            );
        }

        if (mapping.Said.Keys.FirstOrDefault(c => !columns.Contains(c)) is { } absent)
        {
            throw new ImportException(
                $"--map: {request.File} has no column '{absent}'. It has {string.Join(", ", columns.Take(50))}"
                    + (
                        columns.Length == 1
                            ? "; if that is several, name what stands between them with --delimiter."
                            : "."
                    )
            );
        }

        return columns;
    }

    private static void Sample(byte[] head, HashSet<string> names)
    {
        using var lines = new LineReader(new MemoryStream(head), head.Length + 1);
        for (var i = 0; i < SampleLines && lines.Read(); i++)
        {
            try
            {
                using var document = System.Text.Json.JsonDocument.Parse(lines.RawMemory);
                if (document.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object)
                {
                    names.UnionWith(document.RootElement.EnumerateObject().Select(m => m.Name));
                }
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
            {
                // A bad line, or the last one that the sample cuts: it is told when its turn comes.
            }
        }
    }
}
