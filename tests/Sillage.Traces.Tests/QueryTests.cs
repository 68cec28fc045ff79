using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Finding traces, page by page.</summary>
public abstract class QueryTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private async Task<List<int>> SequencesAsync(string path)
    {
        var seen = new List<int>();
        string? next = path;
        while (next is not null)
        {
            var page = (await GetAsync(next)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(i => (int)i!["sequence"]!));
            next = (string?)page.Json["next"];
            if (next is not null)
            {
                page.Header("Link").ShouldBe($"<{next}>; rel=\"next\"");
            }
        }

        return seen;
    }

    private async Task<(string Study, Player[] Players)> FilledAsync()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 3);
        var batch = new JsonArray([
            .. Enumerable
                .Range(0, 60)
                .Select(i =>
                    Trace(
                        players[i % 3].Number,
                        t =>
                        {
                            t["sequence"] = i;
                            t["session"] = $"s-{i % 4}";
                            t["name"] = i % 5 == 0 ? "entered" : "answered";
                            // The later it came, the earlier it happened.
                            t["timestamp"] = $"2026-11-20T10:{59 - i:00}:00Z";
                            t["data"]!["level"] = (i % 3) + 1;
                            t["data"]!["score"] = i / 2.0;
                            t["data"]!["correct"] = i % 2 == 0;
                        }
                    )
                ),
        ]);
        (await SendTracesAsync(study, batch)).Must(HttpStatusCode.Created);
        return (study, players);
    }

    [Fact]
    public async Task Every_filter_finds_what_it_should_in_pages_of_any_length()
    {
        var (study, players) = await FilledAsync();
        var all = Enumerable.Range(0, 60).ToArray();
        foreach (var limit in new[] { 1, 7, 60, 1000 })
        {
            async Task Finds(string filter, Func<int, bool> fits, bool byTime = false)
            {
                var expected = all.Where(fits);
                expected = byTime ? expected.Reverse() : expected;
                (await SequencesAsync($"{study}/traces?limit={limit}{filter}")).ShouldBe(
                    expected,
                    $"{filter} by {limit}"
                );
                (await SequencesAsync($"{study}/traces?order=newest&limit={limit}{filter}")).ShouldBe(
                    expected.Reverse(),
                    $"{filter} by {limit}, the newest first"
                );
            }

            await Finds("", _ => true);
            await Finds($"&participant={players[1].Pseudonym}", i => i % 3 == 1);
            await Finds("&participant=2", i => i % 3 == 1);
            await Finds("&participant=pnobody", _ => false);
            await Finds("&session=s-3", i => i % 4 == 3);
            await Finds("&name=entered", i => i % 5 == 0);
            await Finds("&session=s-3&name=entered&participant=1", i => i % 4 == 3 && i % 5 == 0 && i % 3 == 0);
            await Finds("&data.level=2", i => i % 3 == 1);
            await Finds("&data.score=1.50", i => i == 3);
            await Finds("&data.correct=true&name=entered", i => i % 2 == 0 && i % 5 == 0);
            await Finds("&from=2026-11-20T10:30:00Z", i => 59 - i >= 30, byTime: true);
            await Finds("&from=0001-01-01T00:00:00Z", _ => true, byTime: true);
            await Finds("&to=2026-11-20T11:30:00%2B01:00", i => 59 - i < 30, byTime: true);
            await Finds(
                "&from=2026-11-20T10:10:00Z&to=2026-11-20T10:20:00Z&name=entered",
                i => 59 - i is >= 10 and < 20 && i % 5 == 0,
                byTime: true
            );
            await Finds("&from=2026-11-20T10:30:00Z&session=s-1", i => 59 - i >= 30 && i % 4 == 1);
        }
    }

    [Fact]
    public async Task What_is_new_is_found_after_the_last_one()
    {
        var (study, _) = await FilledAsync();
        var last = (await GetAsync($"{study}/traces?limit=1000")).Items[^1]!;
        (await GetAsync($"{study}/traces?after={last["id"]}")).Items.ShouldBeEmpty();
        await SendTracesAsync(study, Trace(1, t => t["sequence"] = 60));
        (await SequencesAsync($"{study}/traces?after={last["id"]}")).ShouldBe([60]);
        (await SequencesAsync($"{study}/traces?order=newest&limit=1&after={last["id"]}")).ShouldBe([60]);
        (await GetAsync($"{study}/traces?order=best")).Pointers().ShouldBe(["?order"]);
    }

    [Fact]
    public async Task Traces_of_one_moment_are_paged_in_the_order_of_storage()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var batch = new JsonArray([
            .. Enumerable
                .Range(0, 25)
                .Select(i =>
                    Trace(
                        1,
                        t => (t["sequence"], t["timestamp"]) = (i, $"2026-11-20T10:00:0{(i < 5 ? 9 : i < 20 ? 1 : 0)}Z")
                    )
                ),
        ]);
        (await SendTracesAsync(study, batch)).Must(HttpStatusCode.Created);
        int[] expected = [.. Enumerable.Range(20, 5), .. Enumerable.Range(5, 15), .. Enumerable.Range(0, 5)];
        foreach (var limit in new[] { 1, 4, 25 })
        {
            var window = $"{study}/traces?from=2026-11-20T00:00:00Z&limit={limit}";
            (await SequencesAsync(window)).ShouldBe(expected);
            (await SequencesAsync(window + "&order=newest")).ShouldBe(expected.Reverse());
        }
    }

    [Fact]
    public async Task One_trace_is_read_by_its_id_within_its_study_only()
    {
        var (study, _) = await FilledAsync();
        var listed = (await GetAsync($"{study}/traces?limit=1")).Items[0]!;
        var one = (await GetAsync((string)listed["links"]!["self"]!)).Must(HttpStatusCode.OK);
        one.Text.ShouldBe(
            listed.ToJsonString(
                new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        );
        var other = await NewStudyAsync();
        (await GetAsync($"{other}/traces/{listed["id"]}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"{other}/traces?after={listed["id"]}")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_filter_that_nothing_fits_ends_after_bounded_pages()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var line = Trace().ToJsonString();
        for (var i = 0; i < 5; i++)
        {
            await SendTracesAsync(
                study,
                string.Join('\n', Enumerable.Repeat(line, 5000)),
                player,
                "application/x-ndjson"
            );
        }

        var page = (await GetAsync($"{study}/traces?data.level=3")).Must(HttpStatusCode.OK);
        page.Items.ShouldBeEmpty();
        var rest = (await GetAsync((string)page.Json["next"]!)).Must(HttpStatusCode.OK);
        rest.Items.ShouldBeEmpty();
        rest.Json["next"].ShouldBeNull();
    }
}

public sealed class QueryOnSqlite(SqliteTraces traces) : QueryTests(traces), IClassFixture<SqliteTraces>;

public sealed class QueryOnPostgres(PostgresTraces traces) : QueryTests(traces), IClassFixture<PostgresTraces>;
