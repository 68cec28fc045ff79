using System.Buffers;
using System.Text.Json;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Import.Rows;
using Sillage.Traces.Studies;
using static Sillage.Specifications.Fuzzing.FuzzTarget;

namespace Sillage.Traces.Fuzz;

/// <summary>Files to import: every row is a trace that can be parsed, or has a reason why it is none.</summary>
internal static class ImportTargets
{
    private static readonly Study Study = KnownStudy.Create();

    /// <summary>Of CSV.</summary>
    public static void Csv(byte[] file) => Import(file, "csv");

    /// <summary>Of NDJSON.</summary>
    public static void Lines(byte[] file) => Import(file, "ndjson");

    private static void Import(byte[] bytes, string format)
    {
        var request = new TraceImportRequest(ImportFile.StandardInput, Study.Slug)
        {
            Input = new MemoryStream(bytes),
            Format = format,
            TimeZone = "UTC",
            Constants = ["participant=1"],
        };
        try
        {
            var mapping = new Mapping(request, Study);
            using var file = ImportFile.Open(request.File, request.Input, null);
            using var source = OpenRows.Open(request, file, mapping);
            using var writer = new RowWriter(request, Study, mapping);
            while (source.Records.Read())
            {
                if (System.Text.Unicode.Utf8.IsValid(source.Records.Raw))
                {
                    Check(source, writer);
                }
            }
        }
        catch (ImportException refused)
        {
            Expect(refused.Message.Length > 0, "a refusal without a reason");
        }
        catch (InvalidDataException)
        {
            // It begins like gzip, and is none.
        }
    }

    private static void Check(RowSource source, RowWriter writer)
    {
        writer.Begin();
        source.Write(writer);
        if (writer.Fault is { } fault)
        {
            Expect(fault.Length > 0, "a fault without a reason");
            _ = source.BadRow(1, fault, source.Records.Raw);
            return;
        }

        var json = new ArrayBufferWriter<byte>();
        writer.End(Guid.Empty, json);
        json.Write("}"u8);
        var reader = new Utf8JsonReader(json.WrittenSpan, new JsonReaderOptions { MaxDepth = 1000 });
        while (reader.Read()) { }
    }
}
