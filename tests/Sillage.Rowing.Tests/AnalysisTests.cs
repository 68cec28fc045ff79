using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>What follows from strokes: splits, zones, records, a season, critical power.</summary>
public abstract class AnalysisTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    private static JsonObject Long(string start, int strokes, double metres, string type = "just-row") =>
        Piece(p =>
        {
            (p["start"], p["type"]) = (start, type);
            p["totals"] = new JsonObject { ["distance"] = strokes * metres, ["time"] = strokes * 2 };
            p["strokes"] = Steady(strokes, metres: metres);
        });

    [Fact]
    public async Task Splits_have_any_length_and_zones_hold_all_the_time()
    {
        var workout = await SentAsync(Long("2026-11-20T06:30:00Z", 205, 10));
        var answer = await GetAsync($"{Self(workout)}/analysis?split=500&maximumHeartRate=190&thresholdPower=300");
        var analysed = answer.Must(HttpStatusCode.OK).Json;
        ((string)analysed["name"]!).ShouldBe("2050m");
        var splits = analysed["splits"]!.AsArray();
        splits.Select(s => (double)s!["distance"]!).ShouldBe([500, 500, 500, 500, 50]);
        splits.ShouldAllBe(s => (double)s!["pace"]! == 100.0);
        ((double)splits[0]!["power"]!).ShouldBe(350);
        ((double)splits[0]!["strokeRate"]!).ShouldBe(30);
        ((double)splits[0]!["distancePerStroke"]!).ShouldBe(10);
        analysed["heartRateZones"]!.AsArray().Sum(z => (double)z!["time"]!).ShouldBe(410, 0.5);
        ((double)analysed["fade"]!).ShouldBe(0);
        analysed["driveRatio"].ShouldBeNull();
        var timed = (await GetAsync($"{Self(workout)}/analysis?splitTime=60")).Json["splits"]!.AsArray();
        timed.Count.ShouldBe(7);
        (await GetAsync($"{Self(workout)}/analysis?split=1")).Pointers().ShouldBe(["?split"]);
    }

    [Fact]
    public async Task Zones_go_by_the_profile_where_nothing_else_is_said()
    {
        var rower = await Rowing.NewRowerAsync();
        var workout = await SentAsync(Long("2026-11-20T06:30:00Z", 20, 10), rower);
        (await GetAsync($"{Self(workout)}/analysis", rower)).Json["heartRateZones"].ShouldBeNull();
        await SendAsync(HttpMethod.Patch, "/api/v1/rower", new { maximumHeartRate = 200, weight = 75.5 }, rower);
        (await GetAsync($"{Self(workout)}/analysis", rower)).Json["heartRateZones"]!.AsArray().Count.ShouldBe(6);
        var bad = await SendAsync(HttpMethod.Patch, "/api/v1/rower", new { weight = 7500 }, rower);
        bad.Pointers().ShouldBe(["/weight"]);
    }

    [Fact]
    public async Task Records_are_whole_pieces_and_better_stretches_are_unofficial()
    {
        var rower = await Rowing.NewRowerAsync();
        await SentAsync(Long("2026-11-01T06:30:00Z", 200, 10, "fixed-distance-splits"), rower);
        await SentAsync(Long("2026-11-02T06:30:00Z", 210, 9.8), rower);
        await SentAsync(Long("2026-11-03T06:30:00Z", 300, 10.5), rower);
        var records = (await GetAsync($"{Workouts}/records", rower)).Must(HttpStatusCode.OK).Json;
        var over2000 = records["distances"]!.AsArray().Where(r => (double)r!["distance"]! == 2000).ToList();
        over2000.Select(r => (bool)r!["official"]!).ShouldBe([true, false]);
        ((double)over2000[0]!["time"]!).ShouldBe(400);
        ((double)over2000[1]!["time"]!).ShouldBe(381, 0.1);
        (await GetAsync($"{Workouts}/records?machine=bike", rower)).Json["distances"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Critical_power_is_fitted_from_two_to_fifteen_minutes()
    {
        var rower = await Rowing.NewRowerAsync();
        (await GetAsync($"{Workouts}/critical-power", rower)).Json["power"].ShouldBeNull();
        // At one pace all the way the curve is flat: all of it can be held, nothing is above.
        await SentAsync(Long("2026-11-01T06:30:00Z", 500, 10), rower);
        var curve = (await GetAsync($"{Workouts}/critical-power", rower)).Json;
        ((double)curve["power"]!).ShouldBe(350, 0.5);
        ((double)curve["reserve"]!).ShouldBe(0, 50);
        curve["points"]!.AsArray().Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_rest_of_which_no_stroke_is_kept_is_in_no_split_and_no_zone()
    {
        var interval = """{ "type": "distance", "distance": 150, "time": 30, "restTime": 60 }""";
        var workout = await SentAsync(
            Piece(p =>
            {
                p["type"] = "fixed-distance-interval";
                p["totals"] = new JsonObject { ["distance"] = 300, ["time"] = 60 };
                p["intervals"] = JsonNode.Parse($"[{interval},{interval}]");
                // As far as the first, and on from there.
                var second = Steady(15, from: 90);
                for (var i = 0; i < second.Count; i++)
                {
                    second[i]!["distance"] = 160 + (i * 10);
                }

                p["strokes"] = new JsonArray([.. Steady(15).Concat(second).Select(s => s!.DeepClone())]);
            })
        );
        var analysed = (await GetAsync($"{Self(workout)}/analysis?split=100&maximumHeartRate=200"))
            .Must(HttpStatusCode.OK)
            .Json;
        analysed["splits"]!.AsArray().Sum(s => (double)s!["time"]!).ShouldBe(60, 0.2);
        analysed["heartRateZones"]!.AsArray().Sum(z => (double)z!["time"]!).ShouldBe(60, 0.2);
        ((double)analysed["fade"]!).ShouldBe(0, 0.2);
    }

    [Fact]
    public async Task Records_are_told_by_age_and_class()
    {
        var rower = await Rowing.NewRowerAsync();
        const string Records = $"{Workouts}/records";
        foreach (
            var (start, time, weight) in new[]
            {
                ("2025-03-01T08:00:00Z", 420, "l"),
                ("2025-03-02T08:00:00Z", 430, "h"),
                ("2026-03-02T08:00:00Z", 440, "h"),
            }
        )
        {
            await SentAsync(
                Piece(p => (p["start"], p["totals"]!["time"], p["weightClass"]) = (start, time, weight)),
                rower
            );
        }

        async Task<(double Time, int? Age, string Class)[]> BestAsync(string query) =>
            [
                .. (await GetAsync(Records + query, rower)).Must(HttpStatusCode.OK).Json["distances"]!
                    .AsArray()
                    .Select(r => ((double)r!["time"]!, (int?)r["age"], (string)r["weightClass"]!)),
            ];

        (await BestAsync("")).ShouldBe([(420, null, "l")]);
        (await GetAsync($"{Records}?age=40", rower)).Pointers().ShouldBe(["?age"]);
        await SendAsync(HttpMethod.Patch, "/api/v1/rower", new { born = "1985-03-02" }, rower);
        (await BestAsync("")).ShouldBe([(420, 39, "l")]);
        (await BestAsync("?age=40")).ShouldBe([(430, 40, "h")]);
        (await BestAsync("?age=40-49&weightClass=h")).ShouldBe([(430, 40, "h")]);
        (await BestAsync("?age=41")).ShouldBe([(440, 41, "h")]);
        (await BestAsync("?age=39&weightClass=h")).ShouldBeEmpty();
        foreach (var age in new[] { "forty", "49-40", "-1", "9999" })
        {
            (await GetAsync($"{Records}?age={age}", rower)).Pointers().ShouldBe(["?age"], age);
        }
    }

    [Fact]
    public async Task A_season_runs_from_May_to_April()
    {
        var rower = await Rowing.NewRowerAsync();
        foreach (
            var (start, machine) in new[]
            {
                // Further apart than two records of one session.
                ("2026-04-30T23:50:00Z", "rower"),
                ("2026-05-01T00:00:00Z", "rower"),
                ("2027-04-30T12:00:00Z", "bike"),
            }
        )
        {
            await SentAsync(Piece(p => (p["start"], p["machine"]) = (start, machine)), rower);
        }

        var season = (await GetAsync($"{Workouts}/season?ending=2027", rower)).Must(HttpStatusCode.OK).Json;
        ((int)season["workouts"]!).ShouldBe(2);
        ((double)season["distance"]!).ShouldBe(4000);
        season["machines"]!.AsArray().Select(m => (string)m!["machine"]!).ShouldBe(["bike", "rower"]);
        var months = season["months"]!.AsArray();
        months.Count.ShouldBe(12);
        months
            .Where(m => (int)m!["workouts"]! > 0)
            .Select(m => ((string)m!["from"]!)[..10])
            .ShouldBe(["2026-05-01", "2027-04-01"]);
        (await GetAsync($"{Workouts}/season?ending=soon", rower)).Pointers().ShouldBe(["?ending"]);
    }
}

public sealed class AnalysisOnSqlite(SqliteRowing rowing) : AnalysisTests(rowing), IClassFixture<SqliteRowing>;

public sealed class AnalysisOnPostgres(PostgresRowing rowing) : AnalysisTests(rowing), IClassFixture<PostgresRowing>;
