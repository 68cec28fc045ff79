using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;

namespace Sillage.Traces.Tests.Tally;

/// <summary>What tests of summaries, sessions and gaps need.</summary>
public abstract class TallySpecification(TracesUnderTest traces) : TracesSpecification(traces)
{
    // Those of the game's fields whose values are told apart.
    private static readonly string[] Counted = ["room", "answer", "correct", "level", "score"];

    /// <summary>The summary, complete.</summary>
    protected async Task<JsonNode> SummaryAsync(string study, string query = "")
    {
        JsonNode? summary = null;
        await Eventually.HoldsAsync(async () =>
        {
            summary = (await GetAsync($"{study}/summary{query}")).Must(HttpStatusCode.OK).Json;
            return (bool)summary["complete"]!;
        });
        return summary!;
    }

    /// <summary>All pages of a list.</summary>
    protected async Task<List<JsonNode>> AllAsync(string path, Person? person = null)
    {
        var items = new List<JsonNode>();
        for (var next = path; next is not null; )
        {
            var page = (await GetAsync(next, person)).Must(HttpStatusCode.OK);
            items.AddRange(page.Items.Select(i => i!));
            next = (string?)page.Json["next"];
        }

        return items;
    }

    /// <summary>Compares all that is said of the study with what its traces say.</summary>
    protected async Task CheckAsync(string study)
    {
        var (said, expected) = await CompareAsync(study);
        said.Except(expected).ShouldBeEmpty("said, and not so");
        expected.Except(said).ShouldBeEmpty("so, and not said");
        said.Count.ShouldBe(expected.Count);
    }

    protected async Task<(List<string> Said, List<string> Expected)> CompareAsync(string study)
    {
        var summary = await SummaryAsync(study);
        var said = BruteForce.Said(
            summary,
            await AllAsync($"{study}/sessions?limit=3"),
            await AllAsync($"{study}/gaps?limit=2")
        );
        var lines = (await GetAsync($"{study}/traces/export?format=ndjson")).Must(HttpStatusCode.OK).Text;
        var stored = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        return (said, BruteForce.Expected(stored, Counted));
    }
}
