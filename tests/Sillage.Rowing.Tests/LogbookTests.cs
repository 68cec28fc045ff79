using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>The API of the Concept2 Logbook, asked as clients of it ask.</summary>
public abstract class LogbookTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    private const string Results = "/concept2/api/users/me/results";

    private static JsonObject Result(Action<JsonObject>? change = null)
    {
        var result = (JsonObject)
            JsonNode.Parse(
                """
                {
                  "type": "rower", "date": "2026-11-20 07:44:00", "timezone": "Europe/Zurich", "distance": 1000, "time": 2000,
                  "weight_class": "H", "workout_type": "FixedDistanceInterval", "rest_time": 1200, "rest_distance": 150,
                  "heart_rate": { "average": 170, "max": 255 }, "privacy": "logged_in",
                  "workout": { "intervals": [
                    { "type": "distance", "distance": 500, "time": 990, "rest_time": 600, "rest_distance": 75, "stroke_rate": 30 },
                    { "type": "distance", "distance": 500, "time": 1010, "rest_time": 600, "rest_distance": 75 } ] },
                  "stroke_data": [
                    { "t": 23, "d": 105, "p": 0, "spm": 0 }, { "t": 990, "d": 5000, "p": 990, "spm": 30, "hr": 160 },
                    { "t": 1300, "d": 5400, "p": 3000, "spm": 18, "hr": 140 },
                    { "t": 25, "d": 110, "p": 1005, "spm": 31, "hr": 150 }, { "t": 1010, "d": 5000, "p": 1010, "spm": 31, "hr": 172 } ],
                  "metadata": { "client_version": "1.0", "pm_version": "PM5", "other": { "a": 1 } }
                }
                """
            )!;
        change?.Invoke(result);
        return result;
    }

    [Theory]
    [InlineData("""{"type":"rower","comments":"\ud800"}""")]
    [InlineData("""{"type":"rower","comments":"\u0000"}""")]
    [InlineData("""{"comm\ud800ents":"a"}""")]
    public async Task Text_that_no_storage_keeps_is_refused(string body)
    {
        var rower = await Rowing.NewRowerAsync();
        var kept = (await PostAsync(Results, Result(), rower)).Must(HttpStatusCode.Created);
        (await PostAsync(Results, body, rower)).Must(HttpStatusCode.BadRequest);
        var id = (long)kept.Json["data"]!["id"]!;
        var patched = await Server.SendAsync(HttpMethod.Patch, $"{Results}/{id}", body, rower.Token);
        patched.Must(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_clients_keep_with_a_result_is_short_and_tooLongresults_come_in_shorter_pages()
    {
        var rower = await Rowing.NewRowerAsync();
        var tooLong = Result(result => result["metadata"] = new JsonObject { ["a"] = new string('x', 9000) });
        (await PostAsync(Results, tooLong, rower)).Must(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_result_comes_out_as_it_went_in()
    {
        var rower = await Rowing.NewRowerAsync();
        var added = (await PostAsync(Results, Result(), rower, ("Accept", "application/vnd.c2logbook.v1+json"))).Must(
            HttpStatusCode.Created
        );
        added.ContentType.ShouldBe("application/vnd.c2logbook.v1+json");
        var id = (long)added.Json["data"]!["id"]!;
        var shown = (await GetAsync($"{Results}/{id}?include=strokes,metadata,user", rower))
            .Must(HttpStatusCode.OK)
            .Json["data"]!;
        foreach (
            var member in new[]
            {
                "type",
                "date",
                "timezone",
                "distance",
                "time",
                "weight_class",
                "workout_type",
                "rest_time",
                "rest_distance",
                "privacy",
            }
        )
        {
            JsonNode.DeepEquals(shown[member], Result()[member]).ShouldBeTrue(member);
        }

        ((string)shown["date_utc"]!).ShouldBe("2026-11-20 06:44:00");
        ((string)shown["time_formatted"]!).ShouldBe("3:20.0");
        shown["heart_rate"]!.ToJsonString().ShouldBe("""{"average":170}""");
        JsonNode.DeepEquals(shown["metadata"]!["data"], Result()["metadata"]).ShouldBeTrue();
        shown["workout"]!["intervals"]!.AsArray().Select(i => (int)i!["time"]!).ShouldBe([990, 1010]);
        // The strokes as they came, only that what means none is not there.
        var strokes = shown["strokes"]!["data"]!.AsArray();
        strokes[0]!.ToJsonString().ShouldBe("""{"t":23,"d":105}""");
        for (var i = 1; i < 5; i++)
        {
            JsonNode.DeepEquals(strokes[i], Result()["stroke_data"]![i]).ShouldBeTrue($"{strokes[i]}");
        }

        // As a workout: it began before work and rest, and what was rowed in the rest is known for that.
        var workout = (await GetAsync(Workouts, rower)).Items.ShouldHaveSingleItem()!;
        ((string)workout["start"]!).ShouldStartWith("2026-11-20T06:38:40");
        ((string)workout["name"]!).ShouldBe("2x500m/1:00r");
        var own = (await GetAsync($"{Self(workout)}/strokes", rower)).Json["strokes"]!.AsArray();
        own.Select(s => (bool?)s!["rest"] is true).ShouldBe([false, false, true, false, false]);
        own.Select(s => (double)s!["time"]!).ShouldBe([2.3, 99, 130, 161.5, 260]);
    }

    [Fact]
    public async Task The_same_date_time_and_distance_is_a_duplicate()
    {
        var rower = await Rowing.NewRowerAsync();
        (await PostAsync(Results, Result(), rower)).Must(HttpStatusCode.Created);
        var again = await PostAsync(Results, Result(), rower);
        again.Status.ShouldBe(HttpStatusCode.Conflict);
        again.Text.ShouldBe("""{"message":"Duplicate result","status_code":409}""");
    }

    [Fact]
    public async Task What_is_wrong_is_422_by_field_and_a_part_of_a_metre_is_rounded()
    {
        var rower = await Rowing.NewRowerAsync();
        var refused = await PostAsync(
            Results,
            Result(r => (r["type"], r["date"], r["time"]) = ("canoe", "yesterday", "soon")),
            rower
        );
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.Json["errors"]!.AsObject().Select(e => e.Key).ShouldBe(["type", "date", "time"], ignoreOrder: true);
        ((int)refused.Json["status_code"]!).ShouldBe(422);
        var taken = await PostAsync(Results, Result(r => r["distance"] = 5243.4), rower);
        ((int)taken.Must(HttpStatusCode.Created).Json["data"]!["distance"]!).ShouldBe(5243);
    }

    [Fact]
    public async Task Of_many_each_has_its_status()
    {
        var rower = await Rowing.NewRowerAsync();
        var sent = new JsonArray(Result(), Result(), Result(r => r.Remove("date")), 7);
        var replies = (await PostAsync($"{Results}/bulk", sent, rower)).Must(HttpStatusCode.OK).Json.AsArray();
        replies.Select(r => (int)r!["status_code"]!).ShouldBe([201, 409, 422, 422]);
        (await PostAsync($"{Results}/bulk", new JsonArray(), rower)).Status.ShouldBe(
            HttpStatusCode.UnprocessableEntity
        );
    }

    [Fact]
    public async Task Lists_have_numbered_pages()
    {
        var rower = await Rowing.NewRowerAsync();
        var empty = (await GetAsync(Results, rower)).Must(HttpStatusCode.OK).Json["meta"]!["pagination"]!;
        empty["links"]!.AsArray().ShouldBeEmpty();
        for (var day = 10; day < 15; day++)
        {
            await PostAsync(Results, Result(r => r["date"] = $"2026-11-{day} 07:44:00"), rower);
        }

        var page = (await GetAsync($"{Results}?number=2&page=2", rower)).Json;
        page["data"]!
            .AsArray()
            .Select(r => (string)r!["date"]!)
            .ShouldBe(["2026-11-12 07:44:00", "2026-11-11 07:44:00"]);
        var pagination = page["meta"]!["pagination"]!;
        ((int)pagination["total"]!).ShouldBe(5);
        ((int)pagination["total_pages"]!).ShouldBe(3);
        var next = await GetAsync(new Uri((string)pagination["links"]!["next"]!).PathAndQuery, rower);
        next.Json["data"]!.AsArray().Count.ShouldBe(1);
        (await GetAsync($"{Results}?from=2026-11-11&to=2026-11-12", rower)).Json["data"]!.AsArray().Count.ShouldBe(2);
        (await GetAsync($"{Results}?type=bike", rower)).Json["data"]!.AsArray().ShouldBeEmpty();
        (await GetAsync($"{Results}?number=0", rower)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    // How programs that are public ask: what they add to an address or a header that the API does not know, the Logbook lets pass.
    [Theory]
    [InlineData("?page=1&per_page=50", "application/json", 3)]
    [InlineData("?per_page=50", null, 3)]
    [InlineData("?type=rower&number=250&page=1", "application/vnd.c2logbook.v1+json", 3)]
    [InlineData("?type=rower", "application/json", 3)]
    [InlineData("?number=1", "*/*", 1)]
    [InlineData("?from=2026-11-11&to=2026-11-11", "application/json, text/plain, */*", 1)]
    [InlineData("?from=2026-11-11+00:00:00&to=2026-11-12+23:59:59", "application/json", 2)]
    [InlineData("?updated_after=2026-01-01", "application/json", 3)]
    [InlineData("?updated_after=2026-01-01+00:00:00", "application/json", 3)]
    [InlineData("?page=2&number=250", "application/json", 0)]
    public async Task Clients_that_exist_read_their_lists(string query, string? accept, int expected)
    {
        var rower = await Rowing.NewRowerAsync();
        for (var day = 10; day < 13; day++)
        {
            await PostAsync(Results, Result(r => r["date"] = $"2026-11-{day} 07:44:00"), rower);
        }

        var headers = accept is null ? [] : new[] { ("Accept", accept) };
        var list = (await GetAsync(Results + query, rower, headers)).Must(HttpStatusCode.OK).Json;
        var data = list["data"]!.AsArray();
        data.Count.ShouldBe(expected);
        // What they read of each, and by what they know that there is no more.
        foreach (var result in data)
        {
            ((long)result!["id"]!).ShouldBeGreaterThan(0);
            ((string)result["date"]!).ShouldMatch(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$");
            ((int)result["time"]!).ShouldBe(2000);
            ((string)result["workout_type"]!).ShouldBe("FixedDistanceInterval");
            ((int)result["heart_rate"]!["average"]!).ShouldBe(170);
        }

        ((int)list["meta"]!["pagination"]!["total_pages"]!).ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_client_that_sends_what_its_user_rowed_once_knows_it_again()
    {
        var rower = await Rowing.NewRowerAsync();
        // As an app for a phone sends a piece: whole numbers, its own names under metadata, no strokes.
        var piece = JsonNode.Parse(
            """
            { "type": "rower", "date": "2026-11-20 18:05:31", "timezone": "Europe/London", "distance": 1037, "time": 2548, "weight_class": "H",
              "rest_time": 1200, "rest_distance": 274, "stroke_rate": 24, "workout_type": "VariableInterval", "privacy": "private",
              "comments": "Sent by an app", "verified": false }
            """
        )!;
        var added = await PostAsync(Results, piece.DeepClone(), rower, ("Accept", "application/vnd.c2logbook.v1+json"));
        var id = (long)added.Must(HttpStatusCode.Created).Json["data"]!["id"]!;
        // It looks for what it sent before among the newest, by date, distance and time.
        var newest = (await GetAsync($"{Results}?number=5", rower)).Json["data"]!.AsArray();
        var known = newest.Single(r => (string)r!["date"]! == "2026-11-20 18:05:31" && (int)r["time"]! == 2548)!;
        ((long)known["id"]!).ShouldBe(id);
        foreach (var (name, value) in piece.AsObject())
        {
            JsonNode.DeepEquals(known[name], value).ShouldBeTrue(name);
        }

        (await PostAsync(Results, piece.DeepClone(), rower)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_result_is_changed_exported_and_deleted()
    {
        var rower = await Rowing.NewRowerAsync();
        var at = $"{Results}/{(await PostAsync(Results, Result(), rower)).Json["data"]!["id"]}";
        var changed = await SendAsync(
            HttpMethod.Patch,
            at,
            new
            {
                comments = "late",
                privacy = "private",
                something = 1,
            },
            rower
        );
        ((string)changed.Must(HttpStatusCode.OK).Json["data"]!["comments"]!).ShouldBe("late");
        (await SendAsync(HttpMethod.Patch, at, new { privacy = "friends" }, rower)).Status.ShouldBe(
            HttpStatusCode.UnprocessableEntity
        );
        foreach (var format in new[] { "csv", "fit", "tcx" })
        {
            (await GetAsync($"{at}/export/{format}", rower)).Must(HttpStatusCode.OK).Bytes.ShouldNotBeEmpty();
        }

        (await GetAsync($"{at}/strokes", rower)).Must(HttpStatusCode.OK).Json["data"]!.AsArray().Count.ShouldBe(5);
        (await SendAsync(HttpMethod.Delete, $"{at}/strokes", null, rower)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync($"{at}/export/csv", rower)).Status.ShouldBe(HttpStatusCode.NotFound);
        ((bool)(await GetAsync(at, rower)).Json["data"]!["stroke_data"]!).ShouldBeFalse();
        (await GetAsync(at, Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Delete, at, null, rower)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync(at, rower)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_bikes_pace_is_for_1000_m()
    {
        var rower = await Rowing.NewRowerAsync();
        var sent = Result(r =>
        {
            (r["type"], r["stroke_data"]) = ("bike", JsonNode.Parse("""[{"t":20,"d":200,"p":1000,"spm":90}]"""));
            r.Remove("workout");
        });
        var id = (long)(await PostAsync(Results, sent, rower)).Json["data"]!["id"]!;
        ((int)(await GetAsync($"{Results}/{id}/strokes", rower)).Json["data"]![0]!["p"]!).ShouldBe(1000);
        var workout = (await GetAsync(Workouts, rower)).Items[0]!;
        ((double)(await GetAsync($"{Self(workout)}/strokes", rower)).Json["strokes"]![0]!["pace"]!).ShouldBe(50);
    }

    [Fact]
    public async Task A_user_is_me_or_his_own_number()
    {
        var rower = await Rowing.NewRowerAsync();
        await SendAsync(HttpMethod.Patch, "/api/v1/rower", new { weight = 75 }, rower);
        var user = (await GetAsync("/concept2/api/users/me", rower)).Must(HttpStatusCode.OK).Json["data"]!;
        ((int)user["weight"]!).ShouldBe(7500);
        (await GetAsync($"/concept2/api/users/{user["id"]}", rower)).Must(HttpStatusCode.OK);
        var other = await GetAsync($"/concept2/api/users/{user["id"]}", Rowing.Stranger);
        other.Status.ShouldBe(HttpStatusCode.NotFound);
        ((string)other.Json["message"]!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_client_logs_in_with_a_password_and_renews()
    {
        Task<Answer> Ask(string form) =>
            Server.SendAsync(
                HttpMethod.Post,
                "/concept2/oauth/access_token",
                TestUsers.Content(form, "application/x-www-form-urlencoded"),
                null
            );
        var rower = await Rowing.NewRowerAsync();
        var password = Uri.EscapeDataString(rower.Password);
        var given = await Ask(
            $"grant_type=password&client_id=app&client_secret=x&scope=results:write&username={rower.Username}&password={password}"
        );
        var token = Credential.Bearer((string)given.Must(HttpStatusCode.OK).Json["access_token"]!);
        (await Server.SendAsync(HttpMethod.Get, Results, null, token)).Status.ShouldBe(HttpStatusCode.OK);
        var renewed = await Ask($"grant_type=refresh_token&refresh_token={given.Json["refresh_token"]}");
        ((string)renewed.Must(HttpStatusCode.OK).Json["refresh_token"]!).ShouldNotBe(
            (string)given.Json["refresh_token"]!
        );
        ((string)(await Ask($"grant_type=password&username={rower.Username}&password=wrong")).Json["error"]!).ShouldBe(
            "invalid_grant"
        );
        ((string)(await Ask("grant_type=authorization_code&code=x")).Json["error"]!).ShouldBe("unsupported_grant_type");
        ((string)(await Ask("x")).Json["error"]!).ShouldBe("invalid_request");
    }
}

public sealed class LogbookOnSqlite(SqliteRowing rowing) : LogbookTests(rowing), IClassFixture<SqliteRowing>;

public sealed class LogbookOnPostgres(PostgresRowing rowing) : LogbookTests(rowing), IClassFixture<PostgresRowing>;
