using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace GameStatements;

/// <summary>What an export tells: play-throughs, verbs, scores.</summary>
public static class Summary
{
    /// <summary>Summarises an export in NDJSON as text.</summary>
    public static string Of(string ndjson)
    {
        ArgumentNullException.ThrowIfNull(ndjson);
        var traces = ndjson
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (JsonObject)JsonNode.Parse(line)!)
            .ToList();
        var plays = traces.GroupBy(t => t["session"]!.GetValue<string>()).ToList();
        var text = new StringBuilder();
        Line(
            text,
            $"{traces.Count} traces of {plays.Count} play-throughs by {traces.Select(Participant).Distinct().Count()} participants"
        );
        Line(text, $"traces a play-through: {Spread(plays.Select(p => (double)p.Count()))}");
        Line(text, $"minutes a play-through: {Spread(plays.Select(Minutes))}");
        text.AppendLine("verbs:");
        foreach (var verb in traces.GroupBy(t => t["name"]!.GetValue<string>()).OrderByDescending(g => g.Count()))
        {
            Line(text, $"  {verb.Count(), 6} {verb.Key}");
        }

        var scores = plays.Select(Score).Where(s => s is not null).Select(s => s!.Value).ToList();
        Line(text, $"highest score a play-through ({scores.Count} have one): {Spread(scores)}");
        return text.ToString().TrimEnd();
    }

    private static string Participant(JsonObject trace) => trace["participant"]!.GetValue<string>();

    private static double Minutes(IEnumerable<JsonObject> play)
    {
        var times = play.Select(t =>
                DateTimeOffset.Parse(t["timestamp"]!.GetValue<string>(), CultureInfo.InvariantCulture)
            )
            .ToList();
        return (times.Max() - times.Min()).TotalMinutes;
    }

    private static double? Score(IEnumerable<JsonObject> play) =>
        play.Where(t => t["data"]!["object"]!.GetValue<string>().EndsWith("/score", StringComparison.Ordinal))
            .Max(t => t["data"]!["value"]?.GetValue<double>());

    private static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0
            ? "none"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"least {sorted[0]:0.#}, median {sorted[sorted.Count / 2]:0.#}, most {sorted[^1]:0.#}"
            );
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
