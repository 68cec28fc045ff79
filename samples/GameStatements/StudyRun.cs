using System.Text.Json.Nodes;

namespace GameStatements;

/// <summary>What came of sending the statements.</summary>
/// <param name="Sent">How many were sent.</param>
/// <param name="Accepted">How many are stored now that were not before.</param>
/// <param name="Duplicates">How many were there already.</param>
public sealed record StudyRun(int Sent, int Accepted, int Duplicates)
{
    private const int BatchSize = 200;

    /// <summary>Makes the study and sends it the statements; run twice, it stores nothing twice.</summary>
    public static async Task<StudyRun> SendAsync(Api api, string study, IReadOnlyList<JsonObject> statements)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(statements);
        var traces = ToTraces(statements);
        await api.EnsureStudyAsync(study, "Statements of a serious game", TraceMapping.Fields);
        await api.EnsureParticipantsAsync(study, traces.Max(t => t["participant"]!.GetValue<int>()));
        var run = new StudyRun(traces.Count, 0, 0);
        foreach (var batch in traces.Chunk(BatchSize))
        {
            var reply = await api.SendAsync(study, batch);
            if (reply["rejected"]!.AsArray().Count > 0)
            {
                throw new InvalidOperationException($"Some traces were rejected: {reply["rejected"]}");
            }

            run = run with
            {
                Accepted = run.Accepted + reply["accepted"]!.GetValue<int>(),
                Duplicates = run.Duplicates + reply["duplicates"]!.GetValue<int>(),
            };
        }

        return run;
    }

    /// <summary>Each play-through is the next participant, and each statement the next in its play-through.</summary>
    public static IReadOnlyList<JsonObject> ToTraces(IReadOnlyList<JsonObject> statements)
    {
        ArgumentNullException.ThrowIfNull(statements);
        var plays = new Dictionary<string, (int Number, int Count)>(StringComparer.Ordinal);
        var traces = new List<JsonObject>(statements.Count);
        foreach (var statement in statements)
        {
            var actor = statement["actor"]!["name"]!.GetValue<string>();
            var (number, count) = plays.GetValueOrDefault(actor, (plays.Count + 1, 0));
            plays[actor] = (number, count + 1);
            traces.Add(TraceMapping.ToTrace(statement, number, count + 1));
        }

        return traces;
    }
}
