using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Workouts: sent, shown, listed, changed, deleted.</summary>
public abstract class WorkoutTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    [Fact]
    public async Task A_workout_comes_out_as_it_went_in_and_what_is_derived_stands_apart()
    {
        var sent = await SentAsync(Piece());
        var shown = (await GetAsync(Self(sent))).Must(HttpStatusCode.OK).Json;
        JsonNode.DeepEquals(shown, sent).ShouldBeTrue();
        JsonNode.DeepEquals(shown["totals"], Piece()["totals"]).ShouldBeTrue(shown["totals"]!.ToJsonString());
        ((double)shown["derived"]!["pace"]!).ShouldBe(108.0);
        ((double)shown["derived"]!["power"]!).ShouldBe(278);
        shown["derived"]!["distance"].ShouldBeNull();
        ((string)shown["privacy"]!).ShouldBe("private");
        ((string)shown["localStart"]!).ShouldBe("2026-11-20T07:30:00+01:00");
        ((string)shown["end"]!).ShouldStartWith("2026-11-20T06:37:12.1");
    }

    [Fact]
    public async Task What_a_device_says_for_none_is_not_there()
    {
        var strokes = new JsonArray(
            JsonNode.Parse("""{"time":1.5,"distance":0,"pace":0,"rate":0,"heartRate":0}"""),
            JsonNode.Parse(
                """{"time":3.5,"distance":10.2,"rate":30,"heartRate":255,"power":211.5,"forceCurve":[0,120,310,80]}"""
            )
        );
        var sent = await SentAsync(
            Piece(p =>
            {
                p["strokes"] = strokes;
                p["totals"]!["heartRate"] = JsonNode.Parse("""{"average":0,"maximum":255}""");
                p["totals"]!["dragFactor"] = 0;
            })
        );
        sent["totals"]!["heartRate"].ShouldBeNull();
        sent["totals"]!["dragFactor"].ShouldBeNull();
        var shown = (await GetAsync($"{Self(sent)}/strokes")).Must(HttpStatusCode.OK).Json["strokes"]!.AsArray();
        shown[0]!.ToJsonString().ShouldBe("""{"time":1.5,"distance":0}""");
        shown[1]!
            .ToJsonString()
            .ShouldBe("""{"time":3.5,"distance":10.2,"rate":30,"power":211.5,"forceCurve":[0,120,310,80]}""");
    }

    [Fact]
    public async Task Rest_is_apart_from_work_and_in_no_average()
    {
        // Two times 100 s of work with 60 s of rest, in which he paddles on.
        var strokes = Steady(50);
        foreach (var stroke in Steady(30, metres: 2, from: 100).Select(s => s!.DeepClone()).ToList())
        {
            stroke["distance"] = 500 + ((double)stroke["time"]! - 100);
            strokes.Add(stroke);
        }

        foreach (var stroke in Steady(50).Select(s => s!.DeepClone()).ToList())
        {
            stroke["time"] = (double)stroke["time"]! + 160;
            stroke["distance"] = (double)stroke["distance"]! + 560;
            strokes.Add(stroke);
        }

        var sent = await SentAsync(
            Piece(p =>
            {
                p.Remove("totals");
                p["type"] = "fixed-time-interval";
                p["strokes"] = strokes;
                p["intervals"] = JsonNode.Parse("""[{"time":100,"restTime":60},{"time":100,"restTime":60}]""");
            })
        );
        ((double)sent["derived"]!["time"]!).ShouldBe(200);
        ((double)sent["derived"]!["distance"]!).ShouldBe(1000);
        ((int)sent["derived"]!["strokeCount"]!).ShouldBe(100);
        ((double)sent["derived"]!["pace"]!).ShouldBe(100);
        ((string)sent["end"]!).ShouldStartWith("2026-11-20T06:35:20");
        var shown = (await GetAsync($"{Self(sent)}/strokes")).Json["strokes"]!.AsArray();
        shown.Count(s => s!["rest"] is not null).ShouldBe(30);
    }

    [Theory]
    [InlineData("""{"machine":"canoe","start":"2026-11-20T06:30:00Z"}""", "/machine")]
    [InlineData("""{"machine":"rower","start":"+052870-11-20T06:30:00Z"}""", "/start")]
    [InlineData("""{"machine":"rower","start":"1852-11-20T06:30:00Z"}""", "/start")]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","end":"2026-11-20T06:29:00Z"}""", "/end")]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","timeZone":"Mars/Olympus"}""", "/timeZone")]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","totals":{"distance":-1}}""", "/totals/distance")]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","totals":{"time":1e400}}""", "/totals/time")]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","strokes":[{"time":-1}]}""", "/strokes/0/time")]
    [InlineData(
        """{"machine":"rower","start":"2026-11-20T06:30:00Z","strokes":[{"time":1,"heartRate":"undefined"}]}""",
        "/strokes/0/heartRate"
    )]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","tags":[""]}""", "/tags")]
    [InlineData("""{"machine":"rower","start":"2026-11-20T06:30:00Z","splits":[{}],"intervals":[{}]}""", "/splits")]
    public async Task A_bad_workout_is_400_at_the_field(string body, string pointer)
    {
        var refused = await PostAsync(Workouts, body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe([pointer]);
    }

    [Fact]
    public async Task Odd_strokes_are_kept_and_named()
    {
        var sent = await SentAsync(
            Piece(p =>
            {
                p.Remove("totals");
                p["strokes"] = JsonNode.Parse(
                    """
                    [{"time":2,"distance":10},{"time":4,"distance":20},{"time":4,"distance":20},{"time":3,"distance":15},
                     {"time":6,"distance":18},{"time":8,"distance":40},{"time":1000,"distance":50}]
                    """
                );
            })
        );
        var findings = sent["findings"]!.AsArray().Select(f => (string)f!["code"]!).ToList();
        findings.ShouldBe(["strokes-out-of-order", "strokes-doubled", "distance-shrinks", "time-jumps"]);
        ((int)sent["strokes"]!).ShouldBe(7);
        ((double)sent["derived"]!["distance"]!).ShouldBe(50);
        (await GetAsync($"{Self(sent)}/strokes")).Json["strokes"]!.AsArray().Count.ShouldBe(7);
    }

    [Fact]
    public async Task The_rate_follows_from_the_strokes_and_not_from_what_a_device_says_while_they_stand_still()
    {
        var strokes = Steady(30);
        foreach (var stroke in strokes)
        {
            stroke!["rate"] = 60;
        }

        // The flywheel rests, and the same stroke is told again and again.
        strokes.Add(strokes[^1]!.DeepClone());
        strokes.Add(strokes[^1]!.DeepClone());
        var sent = await SentAsync(
            Piece(p =>
            {
                p.Remove("totals");
                p["strokes"] = strokes;
            })
        );
        ((int)sent["derived"]!["strokeCount"]!).ShouldBe(30);
        ((double)sent["derived"]!["strokeRate"]!).ShouldBe(30);
        ((string)sent["findings"]![0]!["code"]!).ShouldBe("strokes-doubled");
    }

    [Fact]
    public async Task A_workout_of_no_time_has_no_pace()
    {
        var sent = await SentAsync(Piece(p => p["totals"] = JsonNode.Parse("""{"distance":0,"time":0}""")));
        sent["derived"]!["pace"].ShouldBeNull();
        sent["derived"]!["power"].ShouldBeNull();
        ((string)sent["end"]!).ShouldBe((string)sent["start"]!);
    }

    [Theory]
    // A whole day; across midnight; across a change of clocks, forth and back; on either side of the date line.
    [InlineData("2026-11-20T06:30:00Z", 86_400, "Europe/Zurich", "2026-11-20T07:30:00+01:00", "2026-11-21T06:30:00")]
    [InlineData("2026-11-20T22:50:00Z", 1200, "Europe/Zurich", "2026-11-20T23:50:00+01:00", "2026-11-20T23:10:00")]
    [InlineData("2026-03-29T00:50:00Z", 1200, "Europe/Zurich", "2026-03-29T01:50:00+01:00", "2026-03-29T01:10:00")]
    [InlineData("2026-10-25T00:50:00Z", 1200, "Europe/Zurich", "2026-10-25T02:50:00+02:00", "2026-10-25T01:10:00")]
    [InlineData("2026-11-20T10:30:00Z", 60, "Pacific/Auckland", "2026-11-20T23:30:00+13:00", "2026-11-20T10:31:00")]
    [InlineData("2026-11-20T10:30:00Z", 60, "Pacific/Pago_Pago", "2026-11-19T23:30:00-11:00", "2026-11-20T10:31:00")]
    public async Task Time_is_utc_with_the_name_of_its_zone(
        string start,
        int seconds,
        string zone,
        string local,
        string end
    )
    {
        var sent = await SentAsync(
            Piece(p =>
            {
                (p["start"], p["timeZone"]) = (start, zone);
                p["totals"] = new JsonObject { ["time"] = seconds };
            })
        );
        ((string)sent["localStart"]!).ShouldBe(local);
        ((string)sent["end"]!).ShouldStartWith(end);
    }

    [Fact]
    public async Task Nothing_but_machine_and_start_is_needed()
    {
        var sent = await SentAsync(new JsonObject { ["machine"] = "water", ["start"] = "2026-11-20T06:30:00Z" });
        (await GetAsync(Self(sent))).Must(HttpStatusCode.OK).Json["timeZone"].ShouldBeNull();
    }

    [Fact]
    public async Task The_same_request_sent_three_times_makes_one_workout()
    {
        var rower = await Rowing.NewRowerAsync();
        var key = ("Idempotency-Key", "once");
        var first = await PostAsync(Workouts, Piece(), rower, key);
        for (var i = 0; i < 2; i++)
        {
            (await PostAsync(Workouts, Piece(), rower, key)).Text.ShouldBe(first.Text);
        }

        (await GetAsync(Workouts, rower)).Items.Count.ShouldBe(1);
        (await PostAsync(Workouts, Piece(p => p["tags"] = new JsonArray("x")), rower, key)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task A_change_needs_the_tag_of_what_is_there()
    {
        var sent = await SentAsync(Piece());
        var tag = (await GetAsync(Self(sent))).Header("ETag")!;
        var body = new { comments = "Head wind.", privacy = "logged-in" };
        var changed = await SendAsync(HttpMethod.Patch, Self(sent), body, null, ("If-Match", tag));
        ((string)changed.Must(HttpStatusCode.OK).Json["comments"]!).ShouldBe("Head wind.");
        var late = await SendAsync(HttpMethod.Patch, Self(sent), new { comments = "x" }, null, ("If-Match", tag));
        late.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        var refused = await SendAsync(HttpMethod.Patch, Self(sent), new { totals = new { distance = 1 } });
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_its_rower_sees_a_workout_unless_he_says_otherwise()
    {
        var sent = await SentAsync(Piece());
        (await GetAsync(Self(sent), Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"{Self(sent)}/strokes", Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        await SendAsync(HttpMethod.Patch, Self(sent), new { privacy = "logged-in" });
        (await GetAsync(Self(sent), Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Delete, Self(sent), null, Rowing.Stranger)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
    }

    [Fact]
    public async Task The_log_is_read_page_by_page_the_newest_first()
    {
        var rower = await Rowing.NewRowerAsync();
        for (var day = 1; day <= 5; day++)
        {
            // Two begin at the same time, and are found to be one in the meantime.
            var at = $"2026-11-{(day == 5 ? 4 : day):00}T06:00:00Z";
            await SentAsync(Piece(p => (p["start"], p["machine"]) = (at, day == 3 ? "bike" : "rower")), rower);
        }

        var seen = new List<string>();
        for (string? next = $"{Workouts}?limit=2&copies=true"; next is not null; )
        {
            var page = (await GetAsync(next, rower)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(w => (string)w!["id"]!));
            next = (string?)page.Json["next"];
        }

        seen.Distinct().Count().ShouldBe(5);
        (await GetAsync($"{Workouts}?machine=bike", rower)).Items.Count.ShouldBe(1);
        (await GetAsync($"{Workouts}?from=2026-11-03T00:00:00Z&to=2026-11-04T00:00:00Z", rower)).Items.Count.ShouldBe(
            1
        );
        (await GetAsync($"{Workouts}?machine=canoe", rower)).Pointers().ShouldBe(["?machine"]);
        (await GetAsync($"{Workouts}?from=yesterday", rower)).Pointers().ShouldBe(["?from"]);
    }

    [Fact]
    public async Task Who_has_a_copy_can_follow_a_deletion()
    {
        var rower = await Rowing.NewRowerAsync();
        var sent = await SentAsync(Piece(p => p["strokes"] = Steady(10)), rower);
        (await SendAsync(HttpMethod.Delete, Self(sent), null, rower)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await GetAsync(Self(sent), rower)).Status.ShouldBe(HttpStatusCode.NotFound);
        var deleted = (await GetAsync($"{Workouts}/deletions", rower)).Items.ShouldHaveSingleItem()!;
        ((string)deleted["workout"]!).ShouldBe((string)sent["id"]!);
    }

    [Fact]
    public async Task A_person_gets_all_and_can_have_all_erased()
    {
        var rower = await Rowing.NewRowerAsync();
        await SentAsync(Piece(p => p["strokes"] = Steady(10)), rower);
        var data = (await GetAsync("/api/v1/me/data", rower)).Must(HttpStatusCode.OK).Json["rowing"]!;
        data["workouts"]!.AsArray().ShouldHaveSingleItem()!["strokes"]!.AsArray().Count.ShouldBe(10);
        (await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, rower)).Status.ShouldBeOneOf(
            HttpStatusCode.OK,
            HttpStatusCode.Accepted,
            HttpStatusCode.NoContent
        );
        await Specifications.Eventually.HoldsAsync(async () =>
            await Rowing.Database.ReadAsync(
                r =>
                    r.ScalarAsync<long>(
                        "SELECT COUNT(*) FROM workout WHERE account_id = @Id",
                        new { rower.Id },
                        CancellationToken.None
                    ),
                CancellationToken.None
            ) == 0
        );
    }
}

public sealed class WorkoutsOnSqlite(SqliteRowing rowing) : WorkoutTests(rowing), IClassFixture<SqliteRowing>;

public sealed class WorkoutsOnPostgres(PostgresRowing rowing) : WorkoutTests(rowing), IClassFixture<PostgresRowing>;
