using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.PersonalData;

/// <summary>
/// Corrects the data of a person's own traces: <c>{"studies":{SLUG:{"traces":{ID:{"data":{…}}}}}}</c>, a merge patch,
/// within the study's rules. All or nothing.
/// </summary>
internal static class TraceCorrection
{
    private const int MaximumTraces = 100;

    private const string Select = """
        SELECT t.data, t.participant FROM trace t JOIN identity i ON i.study = t.study AND i.number = t.participant
        WHERE t.study = @Study AND t.id = @Id AND i.account = @Account
        """;

    private static readonly Sql Update = new(
        "UPDATE trace SET data = @Data WHERE study = @Study AND id = @Id",
        "UPDATE trace SET data = CAST(@Data AS json) WHERE study = @Study AND id = @Id"
    );

    private sealed record Stored(string Data, long Participant);

    private sealed record Change(string Slug, Guid Id, JsonObject Data, string Pointer);

    public static async Task<Problem?> ApplyAsync(
        IDatabase<TracesData> database,
        StudyDirectory directory,
        Guid account,
        JsonElement patch,
        int longest,
        CancellationToken ct
    )
    {
        var (changes, error) = Read(patch);
        if (error is not null)
        {
            return Problem.BadRequest("The correction is not valid.", error);
        }

        try
        {
            await database.WriteAsync(
                async unit =>
                {
                    foreach (var change in changes)
                    {
                        await ApplyAsync(unit, account, change, longest, ct);
                    }

                    return true;
                },
                ct
            );
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    private static async Task ApplyAsync(
        IUnitOfWork unit,
        Guid account,
        Change change,
        int longest,
        CancellationToken ct
    )
    {
        var study = await StudyStore.LoadAsync(unit, change.Slug, ct);
        var stored = study is null
            ? null
            : await unit.FirstOrDefaultAsync<Stored>(
                Select,
                new
                {
                    Study = study.Key,
                    Id = change.Id,
                    Account = account,
                },
                ct
            );
        if (study is null || stored is null)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The correction is not valid.",
                    new FieldError(change.Pointer, "You have no such trace.")
                )
            );
        }

        var before = (JsonObject)JsonNode.Parse(stored.Data)!;
        var corrected = (JsonObject)before.DeepClone();
        Merge(corrected, change.Data);
        if (JsonNode.DeepEquals(before, corrected))
        {
            return;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(corrected, Json.Options);
        var errors =
            json.Length > longest
                ? [new FieldError("/data", $"A trace is at most {longest} bytes long.")]
                : TraceParser.CheckData(json, study).ToList();
        if (errors.Count > 0)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The correction is not valid.",
                    [.. errors.Select(e => e with { Pointer = change.Pointer + e.Pointer })]
                )
            );
        }

        await unit.ExecuteAsync(
            Update,
            new
            {
                Study = study.Key,
                Id = change.Id,
                Data = System.Text.Encoding.UTF8.GetString(json),
            },
            ct
        );
        await Tallies.ForgetAsync(unit, study.Key, [stored.Participant], ct);
        // Whose trace it is, and so who corrected it, is for the tie alone to say: the trail stays when the tie is cut.
        var details = JsonSerializer.Serialize(
            new
            {
                study = change.Slug,
                by = "participant",
                fields = change.Data.Select(d => d.Key),
            }
        );
        await unit.AuditAsync(new AuditEntry("trace.corrected", null, change.Id.ToString(), details), ct);
    }

    private static (List<Change> Changes, FieldError? Error) Read(JsonElement patch)
    {
        var changes = new List<Change>();
        foreach (var (studies, at) in Members(patch, ""))
        {
            if (at != "/studies")
            {
                return ([], new FieldError(at, "Only the data of traces can be corrected."));
            }

            foreach (var (study, studyAt) in Members(studies, at))
            {
                foreach (var (traces, tracesAt) in Members(study, studyAt))
                {
                    if (tracesAt != studyAt + "/traces")
                    {
                        return ([], new FieldError(tracesAt, "Only the data of traces can be corrected."));
                    }

                    foreach (var (trace, traceAt) in Members(traces, tracesAt))
                    {
                        if (ReadChange(trace, studyAt[(at.Length + 1)..], traceAt) is not { } change)
                        {
                            return (
                                [],
                                new FieldError(traceAt, "An object whose only member is 'data', under the trace's id.")
                            );
                        }

                        changes.Add(change);
                    }
                }
            }
        }

        return changes.Count is 0 or > MaximumTraces
            ? ([], new FieldError("", $"1 to {MaximumTraces} traces under /studies/SLUG/traces/ID/data."))
            : (changes, null);
    }

    private static Change? ReadChange(JsonElement trace, string slug, string pointer) =>
        Guid.TryParseExact(pointer[(pointer.LastIndexOf('/') + 1)..], "D", out var id)
        && trace.ValueKind == JsonValueKind.Object
        && trace.GetPropertyCount() == 1
        && trace.TryGetProperty("data", out var data)
        && data.ValueKind == JsonValueKind.Object
            ? new Change(slug, id, JsonObject.Create(data)!, pointer)
            : null;

    private static IEnumerable<(JsonElement Value, string Pointer)> Members(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(p => (p.Value, $"{at}/{p.Name}")) : [];

    // RFC 7396 section 2.
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject existing)
                {
                    target[name] = existing = [];
                }

                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
