using System.Text.Json;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;
using static Sillage.Specifications.Fuzzing.FuzzTarget;

namespace Sillage.Traces.Fuzz;

/// <summary>
/// Bodies of intake. Whatever comes, each item is taken, rejected, or refused along with the whole body, and the same as if
/// it had come alone.
/// </summary>
internal static class BatchTargets
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);
    private static readonly TracesOptions Options = new() { MaxTraceBytes = 2000, MaxBatchTraces = 50 };
    private static readonly Study Keeps = KnownStudy.Create(UnknownFields.Keep);
    private static readonly Study Refuses = KnownStudy.Create(UnknownFields.Refuse);

    public static void Json(byte[] body)
    {
        var isJson = TryCount(body, out var items);
        foreach (var study in (Study[])[Keeps, Refuses])
        {
            var (batch, problem) = Parse(body, BatchForm.Json, study);
            Expect((problem is null) == (isJson && items is > 0 and <= 50), "not what another reader finds");
            if (problem is null)
            {
                Expect(batch.Traces.Count + batch.Rejections.Count == items, "another number of items");
                CheckItems(batch, study, whole => [(byte)'[', .. whole, (byte)']'], BatchForm.Json);
            }
        }
    }

    public static void NdJson(byte[] body)
    {
        var text = body.AsSpan().StartsWith("\uFEFF"u8) ? body[3..] : body;
        var lines = 0;
        foreach (var line in text.AsSpan().Split((byte)'\n'))
        {
            lines += text.AsSpan(line).IndexOfAnyExcept(" \t\r"u8) >= 0 ? 1 : 0;
        }

        var (batch, problem) = Parse(body, BatchForm.NdJson, Keeps);
        Expect(
            (problem is null) == (lines is > 0 and <= 50 && !IsOverSeveralLines(text)),
            "not as many as there are lines"
        );
        if (problem is null)
        {
            Expect(batch.Traces.Count + batch.Rejections.Count == lines, "another number of lines");
            // After a line end, so that a byte order mark is not taken for the body's.
            CheckItems(batch, Keeps, whole => [(byte)'\n', .. whole], BatchForm.NdJson);
        }
    }

    public static void Xml(byte[] body)
    {
        ReadOnlyMemory<byte> json;
        try
        {
            json = XmlTraces.ToJson(body);
        }
        catch (ProblemException refused)
        {
            Expect(refused.Problem.Status == 400, "a refusal of another kind");
            return;
        }

        Expect(TryCount(json.ToArray(), out _), "XML that became no JSON");
        Json(json.ToArray());
    }

    private static (ParsedBatch Batch, Problem? Problem) Parse(byte[] body, BatchForm form, Study study)
    {
        var sender = new Sender(MayName: true, OwnNumber: 1);
        var read = TraceParser.TryParse(body, form, study, sender, Options, Now, out var batch, out var problem);
        Expect(read == problem is null, "neither read nor refused");
        Expect(problem is null or { Status: 400 }, "a refusal of another kind");
        return (batch, problem);
    }

    private static void CheckItems(ParsedBatch batch, Study study, Func<byte[], byte[]> alone, BatchForm form)
    {
        var indices = batch.Traces.Select(t => t.Index).Concat(batch.Rejections.Select(r => r.Told.Index)).Order();
        Expect(indices.SequenceEqual(Enumerable.Range(0, indices.Count())), "an item is not accounted for");
        foreach (var trace in batch.Traces)
        {
            var (again, problem) = Parse(alone(batch.Source.Of(trace.Whole).ToArray()), form, study);
            Expect(problem is null && again.Traces.Count == 1, "taken in company, and not alone");
            CheckSame(batch, trace, again, again.Traces[0]);
        }

        foreach (var rejection in batch.Rejections)
        {
            Expect(rejection.Told.Errors.Count is > 0 and <= 20, "rejected without a reason");
            var (again, problem) = Parse(alone(batch.Source.Of(rejection.Whole).ToArray()), form, study);
            Expect(problem is null && again.Rejections.Count == 1, "rejected in company, and not alone");
            Expect(
                again.Rejections[0].Told.Errors.SequenceEqual(rejection.Told.Errors),
                "rejected for another reason alone"
            );
        }
    }

    private static void CheckSame(ParsedBatch batch, ParsedTrace trace, ParsedBatch again, ParsedTrace alone)
    {
        Expect(!trace.IdGiven || trace.Id == alone.Id, "another id");
        Expect(trace.Time == alone.Time && trace.Sequence == alone.Sequence, "another time or sequence");
        Expect(trace.Participant == alone.Participant, "another participant");
        Expect(trace.Session.IsNone == alone.Session.IsNone, "another session");
        Expect(trace.Session.IsNone || Equal(trace.Session, alone.Session), "another session");
        Expect(Equal(trace.Name, alone.Name), "another name");
        Expect(Equal(trace.Timestamp, alone.Timestamp), "another timestamp");
        Expect(Equal(trace.Data, alone.Data), "other data");

        // What is stored is what another reader finds in the text that came.
        using var whole = JsonDocument.Parse(batch.Source.MemoryOf(trace.Whole));
        using var data = JsonDocument.Parse(batch.Source.MemoryOf(trace.Data));
        Expect(JsonElement.DeepEquals(whole.RootElement.GetProperty("data"), data.RootElement), "other data");
        Expect(whole.RootElement.GetProperty("name").ValueEquals(batch.Source.Of(trace.Name)), "another name");

        bool Equal(Slice one, Slice other) => batch.Source.Of(one).SequenceEqual(again.Source.Of(other));
    }

    /// <summary>How many items another reader of JSON finds.</summary>
    // Whether a line is the beginning of a JSON value that ends behind it, or the only one and an array.
    private static bool IsOverSeveralLines(ReadOnlySpan<byte> text)
    {
        if (text.Trim(" \t\r\n"u8) is [(byte)'[', .., (byte)']'] one && !one.Contains((byte)'\n'))
        {
            return true;
        }

        for (var at = 0; at < text.Length; )
        {
            var end = text[at..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return false;
            }

            var line = text.Slice(at, end).Trim(" \t\r"u8);
            if (line is [(byte)'{' or (byte)'[', ..] && RunsOver(line, text[at..], end))
            {
                return true;
            }

            at += end + 1;
        }

        return false;
    }

    private static bool RunsOver(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest, int end)
    {
        if (line.Length == 1)
        {
            return rest[end..].ContainsAnyExcept(" \t\r\n"u8);
        }

        var reader = new Utf8JsonReader(rest, isFinalBlock: false, default);
        try
        {
            reader.Read();
            return reader.TrySkip() && reader.BytesConsumed > end;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryCount(byte[] body, out int items)
    {
        items = 0;
        try
        {
            var text = body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            var root = document.RootElement;
            items =
                root.ValueKind == JsonValueKind.Array ? root.GetArrayLength()
                : root.ValueKind == JsonValueKind.Object ? 1
                : 0;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
