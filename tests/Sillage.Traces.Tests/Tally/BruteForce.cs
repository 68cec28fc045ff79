using System.Globalization;
using System.Text.Json.Nodes;

namespace Sillage.Traces.Tests.Tally;

/// <summary>
/// What summary, sessions and gaps have to say, made of the export by the plainest means there are: as lines of text, which
/// tell where two of them differ.
/// </summary>
internal static class BruteForce
{
    /// <summary>What follows from the traces as they are exported.</summary>
    public static List<string> Expected(IReadOnlyList<JsonNode> traces, IReadOnlyList<string> fields)
    {
        var lines = new List<string> { $"traces {traces.Count}" };
        lines.Add($"participants {traces.DistinctBy(t => (string?)t["participant"]).Count()}");
        if (traces.Count > 0)
        {
            lines.Add($"from {traces.Min(Time):O} to {traces.Max(Time):O}");
        }

        lines.AddRange(
            traces
                .GroupBy(t => Time(t).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
                .Select(d => $"day {d.Key}: {d.Count()} of {d.DistinctBy(t => (string?)t["participant"]).Count()}")
        );
        lines.AddRange(
            traces
                .GroupBy(t => (string)t["name"]!)
                .Select(n =>
                    $"name {n.Key}: {n.Count()} of {n.DistinctBy(t => (string?)t["participant"]).Count()} from {n.Min(Time):O} to {n.Max(Time):O}"
                )
        );
        lines.AddRange(
            traces
                .GroupBy(t => (string)t["participant"]!)
                .Select(p =>
                    $"participant {p.Key}: {p.Count()} in {p.Where(t => t["session"] is not null).DistinctBy(t => (string?)t["session"]).Count()} from {p.Min(Time):O} to {p.Max(Time):O}"
                )
        );
        foreach (var field in fields)
        {
            lines.AddRange(
                traces
                    .Select(t => t["data"]![field])
                    .Where(v => v is not null)
                    .GroupBy(v => Value(v!))
                    .Select(v => $"field {field} = {v.Key}: {v.Count()}")
            );
        }

        var sessions = traces.GroupBy(t => ((string)t["participant"]!, (string?)t["session"])).ToList();
        lines.AddRange(
            sessions
                .Where(s => s.Key.Item2 is not null)
                .Select(s => $"session {s.Key}: {s.Count()} from {s.Min(Time):O} to {s.Max(Time):O}")
        );
        var irregular = sessions.Select(Gaps).Where(g => g is not null).ToList();
        lines.AddRange(irregular.Select(g => g!.Value.Line));
        lines.Add(
            $"irregular {irregular.Count}, missing {irregular.Sum(g => g!.Value.Missing)}, repeated {irregular.Sum(g => g!.Value.Repeated)}"
        );
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The same lines, from what the server says.</summary>
    public static List<string> Said(JsonNode summary, IEnumerable<JsonNode> sessions, IEnumerable<JsonNode> gaps)
    {
        var lines = new List<string> { $"traces {summary["traces"]}", $"participants {summary["participants"]}" };
        if (summary["first"] is not null)
        {
            lines.Add($"from {Moment(summary["first"]!):O} to {Moment(summary["last"]!):O}");
        }

        lines.AddRange(Each("days").Select(d => $"day {d["day"]}: {d["traces"]} of {d["participants"]}"));
        lines.AddRange(
            Each("names")
                .Select(n =>
                    $"name {n["name"]}: {n["traces"]} of {n["participants"]} from {Moment(n["first"]!):O} to {Moment(n["last"]!):O}"
                )
        );
        lines.AddRange(
            Each("byParticipant")
                .Select(p =>
                    $"participant {p["participant"]}: {p["traces"]} in {p["sessions"]} from {Moment(p["first"]!):O} to {Moment(p["last"]!):O}"
                )
        );
        lines.AddRange(
            Each("fields")
                .SelectMany(f =>
                    f["values"]!.AsArray().Select(v => $"field {f["name"]} = {Value(v!["value"]!)}: {v["traces"]}")
                )
        );
        lines.AddRange(
            sessions.Select(s =>
                $"session {((string)s["participant"]!, (string?)s["session"])}: {s["traces"]} from {Moment(s["start"]!):O} to {Moment(s["end"]!):O}"
            )
        );
        lines.AddRange(gaps.Select(Line));
        var sequences = summary["sequences"]!;
        lines.Add(
            $"irregular {sequences["sessions"]}, missing {sequences["missing"]}, repeated {sequences["repeated"]}"
        );
        lines.Sort(StringComparer.Ordinal);
        return lines;

        IEnumerable<JsonNode> Each(string member) => summary[member]!.AsArray().Select(n => n!);
    }

    private static (string Line, long Missing, long Repeated)? Gaps(
        IGrouping<(string Participant, string? Session), JsonNode> session
    )
    {
        var numbers = session.Where(t => t["sequence"] is not null).Select(t => (long)t["sequence"]!).ToList();
        if (numbers.Count == 0)
        {
            return null;
        }

        var (lowest, highest) = (numbers.Min(), numbers.Max());
        var missing = Enumerable.Range(0, (int)(highest - lowest)).Select(n => lowest + n).Except(numbers).ToList();
        var repeated = numbers.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).Order().ToList();
        var surplus = numbers.Count - numbers.Distinct().Count();
        return missing.Count == 0 && surplus == 0
            ? null
            : (
                $"gaps {session.Key}: {numbers.Count} in {lowest} to {highest}, {missing.Count} missing: {string.Join(' ', missing)}, {surplus} repeated: {string.Join(' ', repeated)}",
                missing.Count,
                surplus
            );
    }

    private static string Line(JsonNode gaps) =>
        $"gaps {((string)gaps["participant"]!, (string?)gaps["session"])}: {gaps["received"]} in {gaps["lowest"]} to {gaps["highest"]}, {gaps["missing"]} missing: {Numbers(gaps["gaps"]!)}, {gaps["repeated"]} repeated: {Numbers(gaps["repeatedNumbers"]!)}";

    private static string Numbers(JsonNode ranges) =>
        string.Join(
            ' ',
            ranges
                .AsArray()
                .SelectMany(r => Enumerable.Range(0, (int)(long)r!["count"]!).Select(n => (long)r["from"]! + n))
        );

    private static string Value(JsonNode value) =>
        value.GetValueKind() switch
        {
            // Of -0.0 and 0.0 the sum is 0.0.
            System.Text.Json.JsonValueKind.String => "text " + (string)value!,
            System.Text.Json.JsonValueKind.Number => ((double)value + 0.0).ToString("R", CultureInfo.InvariantCulture),
            _ => value.ToJsonString(),
        };

    private static DateTimeOffset Time(JsonNode trace) => Moment(trace["timestamp"]!);

    private static DateTimeOffset Moment(JsonNode time) =>
        DateTimeOffset.Parse((string)time!, CultureInfo.InvariantCulture).ToUniversalTime();
}
