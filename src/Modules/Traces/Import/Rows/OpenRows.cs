using Sillage.Api.Tables;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Intake;

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
                Refuse(request, file);
                var sample = new HashSet<string>(StringComparer.Ordinal);
                Sample(file.Head, root => sample.UnionWith(root.EnumerateObject().Select(m => m.Name)));
                sample.ExceptWith(mapping.Said.Select(s => s.Column.Split('.')[0]));
                mapping.Settle(sample);
                var absent = FindNamed(request, file, mapping);
                return new JsonRows(
                    new LineReader(file.Content, LongestRecord)
                    {
                        FirstLine = request.SkipLines + 1,
                        Fails = message => new ImportException(message),
                    },
                    mapping,
                    absent
                );
            case var form:
                var format = CsvFormat.Of(request.Delimiter, request.Quote, form == "tsv", file.Head);
                var reader = new CsvReader(file.Content, LongestRecord, format.Delimiter, format.Quote)
                {
                    FirstLine = request.SkipLines + 1,
                    Fails = message => new ImportException(message),
                };
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
            _ when first is [(byte)'[', ..] => "ndjson",
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
            using var peek = new CsvReader(new MemoryStream(file.Head), LongestRecord, format.Delimiter, format.Quote)
            {
                Fails = message => new ImportException(message),
            };
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

        if (mapping.Named.FirstOrDefault(n => !columns.Contains(n.Column)) is { Column: not null } absent)
        {
            throw new ImportException(
                Absent(request, absent)
                    + $" It has {string.Join(", ", columns.Take(50))}"
                    + (
                        columns.Length == 1
                            ? "; if that is several, name what stands between them with --delimiter."
                            : "."
                    )
            );
        }

        return columns;
    }

    /// <summary>What to say of a name that no column has.</summary>
    public static string Absent(TraceImportRequest request, (string Flag, string Column) name) =>
        $"{name.Flag}: {request.File} has no column '{name.Column}'.";

    // An array, or objects over several lines: taken line by line, it would be shreds.
    private static void Refuse(TraceImportRequest request, ImportFile file)
    {
        if (WholeLines.Broken(file.Head, file.HeadIsAll) is { } shape)
        {
            var items = shape == WholeLines.Shape.Array ? "'.[]'" : "'.'";
            throw new ImportException(
                $"{request.File} is {(shape == WholeLines.Shape.Array ? "one JSON array" : "JSON over several lines")}. "
                    + $"Write its items a line each and try again: jq -c {items} {request.File} > traces.ndjson"
            );
        }
    }

    /// <summary>Looks for what the flags name, through the whole file where its beginning does not have it.</summary>
    /// <returns>What may still come, of an input that can be read only once.</returns>
    private static HashSet<(string Flag, string Column)> FindNamed(
        TraceImportRequest request,
        ImportFile file,
        Mapping mapping
    )
    {
        var absent = mapping.Named.ToHashSet();
        var isOurs = false;
        void Remove(System.Text.Json.JsonElement root)
        {
            absent.RemoveWhere(name => JsonRows.Find(root, name.Column) is not null);
            isOurs |= root.TryGetProperty("_line", out _) && root.TryGetProperty("_reason", out _);
        }

        Sample(file.Head, Remove);
        if (isOurs)
        {
            // The file of bad rows is read with the flags of the whole file, and may lack what none of them had.
            absent.Clear();
        }

        if (absent.Count == 0 || request.File == ImportFile.StandardInput)
        {
            return absent;
        }

        using var again = ImportFile.Open(request.File, null, request.Encoding, request.SkipLines);
        using var lines = new LineReader(again.Content, LongestRecord)
        {
            Fails = message => new ImportException(message),
        };
        while (absent.Count > 0 && lines.Read())
        {
            Look(lines.RawMemory, Remove);
        }

        return absent.Count == 0
            ? absent
            : throw new ImportException(
                Absent(request, absent.First()) + " In NDJSON a column is a member, or meta.level a member of a member."
            );
    }

    private static void Sample(byte[] head, Action<System.Text.Json.JsonElement> look)
    {
        using var lines = new LineReader(new MemoryStream(head), head.Length + 1);
        for (var i = 0; i < SampleLines && lines.Read(); i++)
        {
            Look(lines.RawMemory, look);
        }
    }

    private static void Look(ReadOnlyMemory<byte> line, Action<System.Text.Json.JsonElement> look)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object)
            {
                look(document.RootElement);
            }
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            // A bad line, or the last one that the sample cuts: it is told when its turn comes.
        }
    }
}
