using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>One record of a session that several devices recorded.</summary>
public abstract class MergeTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    private static JsonObject WithStrokes() =>
        Piece(p =>
        {
            var strokes = Steady(200, metres: 10);
            foreach (var stroke in strokes)
            {
                stroke!["power"] = 250;
                stroke.AsObject().Remove("heartRate");
            }

            p["strokes"] = strokes;
        });

    // A watch starts a little later, measures another distance, and knows the heart.
    private static JsonObject OfAWatch() =>
        Piece(p =>
        {
            p["start"] = "2026-11-20T06:30:20Z";
            p["totals"] = JsonNode.Parse("""{"distance":1988,"time":430}""");
            p["strokes"] = Steady(220);
        });

    private async Task<JsonNode> MergedAsync(Person rower, int left)
    {
        await Eventually.HoldsAsync(async () => (await GetAsync(Workouts, rower)).Items.Count == left);
        return (await GetAsync(Workouts, rower)).Items[0]!;
    }

    [Fact]
    public async Task The_same_session_of_two_devices_is_one_with_the_reason_shown()
    {
        var rower = await Rowing.NewRowerAsync();
        var monitor = await SentAsync(WithStrokes(), rower);
        var watch = await SentAsync(OfAWatch(), rower);
        var kept = await MergedAsync(rower, 1);
        ((string)kept["id"]!).ShouldBe((string)monitor["id"]!);
        var source = (await GetAsync($"{Self(monitor)}/sources", rower)).Json["sources"]!
            .AsArray()
            .ShouldHaveSingleItem()!;
        ((string)source["workout"]!).ShouldBe((string)watch["id"]!);
        ((string)source["reason"]!).ShouldBe("started 20 s apart, both on rower, 2000 m and 1988 m, 432.1 s and 430 s");
        (await GetAsync($"{Workouts}?copies=true", rower)).Items.Count.ShouldBe(2);

        // The heart of the watch, the power of the monitor, and the strokes that only the watch has.
        var strokes = (await GetAsync($"{Self(monitor)}/strokes", rower)).Json["strokes"]!.AsArray();
        ((double)strokes[50]!["power"]!).ShouldBe(250);
        ((string)strokes[50]!["source"]!).ShouldBe((string)monitor["id"]!);
        ((string)strokes[50]!["heartRateSource"]!).ShouldBe((string)watch["id"]!);
        ((string)strokes[^1]!["source"]!).ShouldBe((string)watch["id"]!);
    }

    [Fact]
    public async Task One_call_parts_them_for_good()
    {
        var rower = await Rowing.NewRowerAsync();
        var monitor = await SentAsync(WithStrokes(), rower);
        await SentAsync(OfAWatch(), rower);
        await MergedAsync(rower, 1);
        var source = (await GetAsync($"{Self(monitor)}/sources", rower)).Json["sources"]![0]!;
        var undo = (string)source["links"]!["undo"]!;
        (await SendAsync(HttpMethod.Delete, undo, null, rower)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Delete, undo, null, rower)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(Workouts, rower)).Items.Count.ShouldBe(2);
        (await GetAsync($"{Self(monitor)}/strokes", rower)).Json["strokes"]!.AsArray().Count.ShouldBe(200);
    }

    [Fact]
    public async Task The_richer_copy_stays_though_it_comes_later()
    {
        var rower = await Rowing.NewRowerAsync();
        await SentAsync(OfAWatch(), rower);
        var monitor = await SentAsync(WithStrokes(), rower);
        ((string)(await MergedAsync(rower, 1))["id"]!).ShouldBe((string)monitor["id"]!);
    }

    [Fact]
    public async Task Two_pieces_one_behind_the_other_stay_two()
    {
        var rower = await Rowing.NewRowerAsync();
        foreach (
            var (start, machine, metres) in new[]
            {
                ("06:30:00", "rower", 2000),
                ("06:31:30", "rower", 500),
                ("06:30:10", "bike", 2000),
                ("06:40:00", "rower", 2000),
            }
        )
        {
            await SentAsync(
                Piece(p =>
                {
                    (p["start"], p["machine"]) = ($"2026-11-20T{start}Z", machine);
                    p["totals"]!["distance"] = metres;
                }),
                rower
            );
        }

        // A last one that has a twin: when it is found, all before have been looked at.
        await SentAsync(Piece(), rower);
        await MergedAsync(rower, 4);
    }

    [Fact]
    public async Task Deleting_what_was_kept_leaves_the_copy()
    {
        var rower = await Rowing.NewRowerAsync();
        var monitor = await SentAsync(WithStrokes(), rower);
        var watch = await SentAsync(OfAWatch(), rower);
        await MergedAsync(rower, 1);
        await SendAsync(HttpMethod.Delete, Self(monitor), null, rower);
        ((string)(await GetAsync(Workouts, rower)).Items.ShouldHaveSingleItem()!["id"]!).ShouldBe((string)watch["id"]!);
    }
}

public sealed class MergesOnSqlite(SqliteRowing rowing) : MergeTests(rowing), IClassFixture<SqliteRowing>;

public sealed class MergesOnPostgres(PostgresRowing rowing) : MergeTests(rowing), IClassFixture<PostgresRowing>;
