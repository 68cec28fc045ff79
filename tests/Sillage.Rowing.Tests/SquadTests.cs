using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Squads: who is in them, what they see of their rowers, and who sees that they looked.</summary>
public abstract class SquadTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    private const string Squads = "/api/v1/squads";

    /// <summary>A squad that the test's rower coaches, with somebody in it.</summary>
    private async Task<(string Squad, Person Coach, Person Member)> SquadAsync()
    {
        var squad = Self((await PostAsync(Squads, new { name = "First eight" })).Must(HttpStatusCode.Created).Json);
        var member = await Rowing.NewRowerAsync();
        await JoinAsync(squad, member);
        return (squad, Rower, member);
    }

    private async Task JoinAsync(string squad, Person person)
    {
        var code = (string)
            (await PostAsync($"{squad}/invitations", new { })).Must(HttpStatusCode.Created).Json["code"]!;
        (await PostAsync($"{Squads}/join", new { code }, person)).Must(HttpStatusCode.OK);
    }

    private Task<Answer> ShareAsync(string squad, Person person, object consent) =>
        SendAsync(HttpMethod.Put, $"{squad}/membership", consent, person);

    private async Task<JsonArray> LooksAsync(Person person) =>
        (await GetAsync("/api/v1/rower/looks", person)).Must(HttpStatusCode.OK).Json["items"]!.AsArray();

    private async Task<JsonArray> NoticesAsync(Person person) =>
        (await GetAsync("/api/v1/me/notifications", person)).Must(HttpStatusCode.OK).Json["items"]!.AsArray();

    private async Task<string> AssignAsync(string squad, object assignment) =>
        Self((await PostAsync($"{squad}/assignments", assignment)).Must(HttpStatusCode.Created).Json);

    private static object Test2k =>
        new
        {
            title = "Saturday's test",
            piece = "2000m",
            opensAt = "2026-11-19T00:00:00Z",
            dueAt = "2026-11-21T00:00:00Z",
            targets = new { pace = 110, strokeRate = 30 },
        };

    [Fact]
    public async Task To_others_a_squad_is_not_there()
    {
        var (squad, _, _) = await SquadAsync();
        foreach (var path in new[] { "", "/members", "/assignments", "/leaderboard", "/live", "/membership" })
        {
            (await GetAsync(squad + path, Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await GetAsync(Squads, Rowing.Stranger)).Json["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rower_may_not_what_a_coach_may()
    {
        var (squad, coach, member) = await SquadAsync();
        (await PostAsync($"{squad}/invitations", new { }, member)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync($"{squad}/assignments", Test2k, member)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(HttpMethod.Delete, squad, null, member)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(HttpMethod.Patch, squad, new { name = "Mine" }, member)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await GetAsync($"{squad}/members/{coach.Id}/workouts", member)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var refused = await SendAsync(HttpMethod.Delete, $"{squad}/members/{coach.Id}", null, member);
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Text.ShouldContain("coach");
    }

    [Fact]
    public async Task An_invitation_counts_as_often_as_it_says()
    {
        var (squad, _, member) = await SquadAsync();
        var made = (await PostAsync($"{squad}/invitations", new { uses = 1 })).Must(HttpStatusCode.Created).Json;
        var code = (string)made["code"]!;
        // Who is in it already uses none.
        (await PostAsync($"{Squads}/join", new { code }, member)).Must(HttpStatusCode.OK);
        var other = await Rowing.NewRowerAsync();
        var joined = (await PostAsync($"{Squads}/join", new { code }, other)).Must(HttpStatusCode.OK).Json;
        ((string)joined["role"]!).ShouldBe("rower");
        joined["shares"]!.ToJsonString().ShouldBe("""{"results":false,"live":false,"workouts":false}""");
        (await PostAsync($"{Squads}/join", new { code }, Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);

        var second = (await PostAsync($"{squad}/invitations", new { })).Json;
        (await GetAsync($"{squad}/invitations")).Json["items"]!.AsArray()[^1]!["code"].ShouldBeNull();
        (await SendAsync(HttpMethod.Delete, Self(second))).Must(HttpStatusCode.NoContent);
        (await PostAsync($"{Squads}/join", new { code = (string)second["code"]! }, Rowing.Stranger)).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task Workouts_are_read_by_coaches_once_the_rower_agrees_and_he_sees_who_looked()
    {
        var (squad, coach, member) = await SquadAsync();
        var workout = await SentAsync(Piece(p => p["strokes"] = Steady(20)), member);
        var (one, all) = (Self(workout), $"{squad}/members/{member.Id}/workouts");
        (await GetAsync(all)).Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var path in new[] { "", "/strokes", "/analysis", "/export?format=csv", "/comments" })
        {
            (await GetAsync(one + path)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await LooksAsync(member)).ShouldBeEmpty();
        (await ShareAsync(squad, member, new { workouts = true })).Must(HttpStatusCode.OK);
        var listed = (await GetAsync(all)).Must(HttpStatusCode.OK).Json["items"]!.AsArray();
        ((string)listed.ShouldHaveSingleItem()!["id"]!).ShouldBe((string)workout["id"]!);
        foreach (var path in new[] { "", "/strokes", "/analysis", "/export?format=csv" })
        {
            (await GetAsync(one + path)).Must(HttpStatusCode.OK);
        }

        // Others of the squad read nothing, a coach changes nothing.
        var third = await Rowing.NewRowerAsync();
        await JoinAsync(squad, third);
        (await GetAsync(one, third)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Patch, one, new { comments = "Slow." })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(HttpMethod.Delete, one)).Status.ShouldBe(HttpStatusCode.Forbidden);

        var looks = await LooksAsync(member);
        looks.Select(look => (string)look!["what"]!).ShouldBe(["workout", "workouts"]);
        looks.ShouldAllBe(look => (Guid)look!["by"]!["account"]! == coach.Id);
        ((string)looks[0]!["workout"]!).ShouldBe((string)workout["id"]!);
        var data = (await GetAsync("/api/v1/me/data", member)).Must(HttpStatusCode.OK).Json["rowing"]!;
        data["looks"]!.AsArray().Count.ShouldBe(2);
        ((string)data["looks"]![0]!["by"]!).ShouldBe(coach.Username);
        ((bool)data["squads"]![0]!["shares"]!["workouts"]!).ShouldBeTrue();

        (await ShareAsync(squad, member, new { results = true })).Must(HttpStatusCode.OK);
        (await GetAsync(one)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(all)).Status.ShouldBe(HttpStatusCode.NotFound);
        var consents = data["audit"]!.AsArray().Where(row => (string)row!["action"]! == "squad.consent");
        consents.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_was_done_of_an_assigned_workout_is_told_by_its_name_or_by_the_rower()
    {
        var (squad, _, member) = await SquadAsync();
        var assignment = await AssignAsync(squad, Test2k);
        await SentAsync(Piece(), member);
        await SentAsync(Piece(p => p["totals"]!["time"] = 480), member);
        var hidden = (await GetAsync($"{assignment}/results")).Must(HttpStatusCode.OK).Json;
        ((int)hidden["withheld"]!).ShouldBe(1);
        hidden["results"]!.AsArray().ShouldBeEmpty();
        var own = (await GetAsync($"{assignment}/results", member)).Json["results"]!.AsArray();
        own.ShouldHaveSingleItem()!["done"]!.GetValue<bool>().ShouldBeTrue();

        await ShareAsync(squad, member, new { results = true });
        var shown = (await GetAsync($"{assignment}/results")).Must(HttpStatusCode.OK).Json;
        ((int)shown["withheld"]!).ShouldBe(0);
        var result = shown["results"]![0]!;
        ((double)result["time"]!).ShouldBe(432.1);
        ((string)result["rower"]!["username"]!).ShouldBe(member.Username);
        ((double)result["against"]!["pace"]!).ShouldBe(-2);
        ((double)result["against"]!["strokeRate"]!).ShouldBe(2);
        // Results are shown without the workouts behind them, and without hearts.
        result["links"].ShouldBeNull();
        result["heartRate"].ShouldBeNull();
        (await LooksAsync(member)).Select(look => (string)look!["what"]!).ShouldBe(["results"]);

        var longer = await SentAsync(Piece(p => p["totals"]!["distance"] = 2011), member);
        (await SendAsync(HttpMethod.Put, $"{assignment}/answer", new { workout = longer["id"] }, member)).Must(
            HttpStatusCode.NoContent
        );
        var said = (await GetAsync($"{assignment}/results", member)).Json["results"]![0]!;
        ((double)said["distance"]!).ShouldBe(2011);
        said["links"]!["workout"]!.GetValue<string>().ShouldBe(Self(longer));
        (await SendAsync(HttpMethod.Delete, Self(longer), null, member)).Must(HttpStatusCode.NoContent);
        ((double)(await GetAsync($"{assignment}/results")).Json["results"]![0]!["distance"]!).ShouldBe(2000);

        // Nobody answers with what somebody else rowed.
        var others = await SentAsync(Piece(), Rowing.Stranger);
        var refused = await SendAsync(HttpMethod.Put, $"{assignment}/answer", new { workout = others["id"] }, member);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["/workout"]);
    }

    [Fact]
    public async Task A_change_of_what_is_assigned_counts_anew_what_was_rowed_and_is_told()
    {
        var (squad, coach, member) = await SquadAsync();
        await ShareAsync(squad, member, new { results = true });
        var assignment = await AssignAsync(squad, Test2k);
        await SentAsync(Piece(), member);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 1);
        var tag = (await GetAsync(assignment)).Header("ETag")!;
        var change = new
        {
            title = "Friday's test",
            targets = new { pace = 100 },
            note = "Rate as you like.",
        };
        (await SendAsync(HttpMethod.Patch, assignment, change, member)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(HttpMethod.Patch, assignment, change, Rowing.Stranger)).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
        var changed = (await SendAsync(HttpMethod.Patch, assignment, change, null, ("If-Match", tag)))
            .Must(HttpStatusCode.OK)
            .Json;
        ((string)changed["title"]!).ShouldBe("Friday's test");
        ((string)changed["piece"]!).ShouldBe("2000m");
        changed["changedAt"].ShouldNotBeNull();
        (await SendAsync(HttpMethod.Patch, assignment, change, null, ("If-Match", tag))).Status.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        // What was rowed is compared with the targets as they are now: a merge patch changes the pace, and the rate stays.
        var result = (await GetAsync($"{assignment}/results")).Json["results"]![0]!;
        ((double)result["against"]!["pace"]!).ShouldBe(8);
        ((double)result["against"]!["strokeRate"]!).ShouldBe(2);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 2);
        var notice = (await NoticesAsync(member)).Single(n => (string)n!["kind"]! == "rowing.assignment-changed")!;
        ((string)notice["subject"]!).ShouldBe($"{coach.Username} changed “Friday's test”");

        // In other days it was not rowed, until it is said that it was.
        var days = new { opensAt = "2026-11-21T00:00:00Z", dueAt = "2026-11-22T00:00:00Z" };
        (await SendAsync(HttpMethod.Patch, assignment, days)).Must(HttpStatusCode.OK);
        async Task<bool> IsDoneAsync() => (bool)(await GetAsync($"{assignment}/results")).Json["results"]![0]!["done"]!;
        (await IsDoneAsync()).ShouldBeFalse();
        var piece = (await GetAsync(Workouts, member)).Items[0]!;
        (await SendAsync(HttpMethod.Put, $"{assignment}/answer", new { workout = piece["id"] }, member)).Must(
            HttpStatusCode.NoContent
        );
        (await SendAsync(HttpMethod.Patch, assignment, new { dueAt = "2026-11-23T00:00:00Z" })).Must(HttpStatusCode.OK);
        (await IsDoneAsync()).ShouldBeTrue();
        // Of three changes the last is told, and once it is taken back nothing is.
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 2);
        // The same again changes nothing.
        var again = await SendAsync(HttpMethod.Patch, assignment, new { dueAt = "2026-11-23T00:00:00Z" });
        var before = (await GetAsync(assignment)).Json["changedAt"]!.ToJsonString();
        again.Must(HttpStatusCode.OK).Json["changedAt"]!.ToJsonString().ShouldBe(before);
        (await SendAsync(HttpMethod.Delete, assignment)).Must(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 0);
    }

    [Theory]
    [InlineData("""{"title":" "}""", "/title")]
    [InlineData("""{"title":null}""", "/title")]
    [InlineData("""{"dueAt":"2026-11-18T00:00:00Z"}""", "/opensAt")]
    [InlineData("""{"dueAt":null}""", "/dueAt")]
    [InlineData("""{"targets":{"pace":0}}""", "/targets/pace")]
    [InlineData("""{"piece":"6000m"}""", "/piece")]
    public async Task A_bad_change_of_what_is_assigned_is_400_at_the_field(string body, string pointer)
    {
        var (squad, _, _) = await SquadAsync();
        var assignment = await AssignAsync(squad, Test2k);
        var refused = await SendAsync(HttpMethod.Patch, assignment, body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe([pointer]);
    }

    [Theory]
    [InlineData("8x500m", true)]
    [InlineData("8x500m/1:00r", true)]
    [InlineData("8x500m/2:00r", false)]
    [InlineData("500m", false)]
    public async Task A_piece_without_its_rest_stands_for_any_rest(string piece, bool isDone)
    {
        var (squad, _, member) = await SquadAsync();
        await ShareAsync(squad, member, new { results = true });
        var assignment = await AssignAsync(
            squad,
            new
            {
                title = "Intervals",
                piece,
                opensAt = "2026-11-19T00:00:00Z",
                dueAt = "2026-11-21T00:00:00Z",
            }
        );
        await SentAsync(
            Piece(p =>
            {
                p["type"] = "fixed-distance-interval";
                p["totals"] = new JsonObject { ["distance"] = 4000, ["time"] = 880 };
                p["intervals"] = new JsonArray([
                    .. Enumerable
                        .Range(0, 8)
                        .Select(_ =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["type"] = "distance",
                                    ["distance"] = 500,
                                    ["time"] = 110,
                                    ["restTime"] = 60,
                                }
                        ),
                ]);
            }),
            member
        );
        var results = (await GetAsync($"{assignment}/results")).Json["results"]!.AsArray();
        results.Single(r => (string)r!["rower"]!["username"]! == member.Username)!["done"]!
            .GetValue<bool>()
            .ShouldBe(isDone);
    }

    [Theory]
    [InlineData("""{"title":" ","dueAt":"2026-12-01T00:00:00Z"}""", "/title")]
    [InlineData("""{"title":"Row","dueAt":"2026-12-01T00:00:00Z","piece":"twice around the lake"}""", "/piece")]
    [InlineData("""{"title":"Row","dueAt":"2026-12-01T00:00:00Z","opensAt":"2026-12-02T00:00:00Z"}""", "/opensAt")]
    [InlineData(
        """{"title":"Row","dueAt":"2026-12-01T00:00:00Z","targets":{"heartRateZone":6}}""",
        "/targets/heartRateZone"
    )]
    [InlineData("""{"title":"Row","dueAt":"2020-12-01T00:00:00Z"}""", "/dueAt")]
    public async Task A_bad_assignment_is_400_at_the_field(string body, string pointer)
    {
        var (squad, _, _) = await SquadAsync();
        var refused = await PostAsync($"{squad}/assignments", body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe([pointer]);
    }

    [Fact]
    public async Task A_bad_name_invitation_code_or_comment_is_400_at_the_field()
    {
        var (squad, _, _) = await SquadAsync();
        var workout = await SentAsync(Piece());
        (await PostAsync(Squads, new { name = " " })).Pointers().ShouldBe(["/name"]);
        (await PostAsync($"{squad}/invitations", new { uses = 0 })).Pointers().ShouldBe(["/uses"]);
        (await PostAsync($"{Squads}/join", new { code = " " })).Pointers().ShouldBe(["/code"]);
        (await PostAsync($"{Self(workout)}/comments", new { text = " " })).Pointers().ShouldBe(["/text"]);
        var role = await SendAsync(HttpMethod.Put, $"{squad}/members/{Rower.Id}", new { role = "cox" });
        role.Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(HttpMethod.Put, $"{squad}/membership", new { hearts = true })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task The_leaderboard_has_those_who_let_it_be_seen()
    {
        var (squad, _, member) = await SquadAsync();
        var third = await Rowing.NewRowerAsync();
        await JoinAsync(squad, third);
        await SentAsync(Piece());
        await SentAsync(Piece(p => p["totals"]!["time"] = 425.5), member);
        await SentAsync(Piece(p => p["totals"]!["time"] = 420), third);
        await ShareAsync(squad, Rower, new { results = true });
        await ShareAsync(squad, member, new { results = true });
        const string Period = "from=2026-11-01&to=2026-12-01";
        var board = (await GetAsync($"{squad}/leaderboard?piece=2000m&{Period}")).Must(HttpStatusCode.OK).Json;
        var places = board["places"]!.AsArray();
        places
            .Select(p => ((int)p!["rank"]!, (string)p["rower"]!["username"]!, (double)p["time"]!))
            .ShouldBe([(1, member.Username, 425.5), (2, Rower.Username, 432.1)]);
        places.ShouldAllBe(p => (bool)p!["official"]!);
        var metres = (await GetAsync($"{squad}/leaderboard?{Period}", third)).Must(HttpStatusCode.OK).Json["places"]!;
        metres.AsArray().Count.ShouldBe(3);
        metres.AsArray().ShouldAllBe(p => (double)p!["distance"]! == 2000 && (int)p["rank"]! == 1);
        (await GetAsync($"{squad}/leaderboard?piece=30:00&{Period}")).Json["places"]!.AsArray().ShouldBeEmpty();
        (await GetAsync($"{squad}/leaderboard?piece=2001m")).Pointers().ShouldBe(["?piece"]);
        (await LooksAsync(third)).ShouldBeEmpty();
        (await LooksAsync(member)).Select(look => (string)look!["what"]!).Distinct().ShouldBe(["leaderboard"]);
    }

    [Fact]
    public async Task Comments_are_between_the_rower_and_his_coaches()
    {
        var (squad, _, member) = await SquadAsync();
        await ShareAsync(squad, member, new { workouts = true });
        var comments = $"{Self(await SentAsync(Piece(p => p["privacy"] = "logged-in"), member))}/comments";
        var written = (await PostAsync(comments, new { text = "Longer at the catch." }))
            .Must(HttpStatusCode.Created)
            .Json;
        await PostAsync(comments, new { text = "I will." }, member);
        var read = (await GetAsync(comments, member)).Must(HttpStatusCode.OK).Json["items"]!.AsArray();
        read.Select(c => ((string)c!["author"]!["username"]!, (string)c["text"]!))
            .ShouldBe([(Rower.Username, "Longer at the catch."), (member.Username, "I will.")]);
        // Whoever may read the workout because everybody may is no coach.
        (await GetAsync(comments, Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.Forbidden);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 1);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(Rower)).Count == 1);
        ((string)(await NoticesAsync(member))[0]!["kind"]!).ShouldBe("rowing.comment");
        // A coach deletes what he wrote, the rower what he likes.
        (await SendAsync(HttpMethod.Delete, Self(read[1]!))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Delete, Self(written), null, member)).Must(HttpStatusCode.NoContent);
        await ShareAsync(squad, member, new { });
        (await GetAsync(comments)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Rowers_are_notified_of_what_is_assigned_until_it_is_taken_back()
    {
        var (squad, coach, member) = await SquadAsync();
        var assignment = await AssignAsync(squad, Test2k);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 1);
        var notice = (await NoticesAsync(member)).ShouldHaveSingleItem()!;
        ((string)notice["kind"]!).ShouldBe("rowing.assigned");
        ((string)notice["subject"]!).ShouldBe($"{coach.Username} assigned “Saturday's test” to First eight");
        (await SendAsync(HttpMethod.Delete, assignment)).Must(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(async () => (await NoticesAsync(member)).Count == 0);
        (await NoticesAsync(coach)).ShouldBeEmpty();
        (await GetAsync(assignment)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_leaves_takes_all_with_him_and_the_last_coach_stays()
    {
        var (squad, coach, member) = await SquadAsync();
        await ShareAsync(squad, member, new { results = true, workouts = true });
        var assignment = await AssignAsync(squad, Test2k);
        var workout = await SentAsync(Piece(p => p["totals"]!["distance"] = 1990), member);
        await SendAsync(HttpMethod.Put, $"{assignment}/answer", new { workout = workout["id"] }, member);
        (await SendAsync(HttpMethod.Delete, $"{squad}/membership")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Put, $"{squad}/members/{coach.Id}", new { role = "rower" })).Status.ShouldBe(
            HttpStatusCode.Conflict
        );

        (await SendAsync(HttpMethod.Delete, $"{squad}/membership", null, member)).Must(HttpStatusCode.NoContent);
        (await GetAsync(squad, member)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(Self(workout))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(Self(workout), member)).Must(HttpStatusCode.OK);
        // Back again, nothing is seen and nothing is answered.
        await JoinAsync(squad, member);
        await ShareAsync(squad, member, new { results = true });
        (await GetAsync($"{assignment}/results")).Json["results"]!.AsArray().ShouldAllBe(r => !(bool)r!["done"]!);

        (await SendAsync(HttpMethod.Put, $"{squad}/members/{member.Id}", new { role = "coach" })).Must(
            HttpStatusCode.NoContent
        );
        (await SendAsync(HttpMethod.Delete, $"{squad}/membership")).Must(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Delete, squad, null, member)).Must(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task With_its_last_coach_a_squad_is_erased_and_nothing_of_him_is_left()
    {
        var (squad, coach, member) = await SquadAsync();
        await ShareAsync(squad, member, new { workouts = true });
        var workout = await SentAsync(Piece(), member);
        await PostAsync($"{Self(workout)}/comments", new { text = "Well rowed." });
        (await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, coach)).Must(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => (await GetAsync(squad, member)).Status == HttpStatusCode.NotFound);
        (await GetAsync($"{Self(workout)}/comments", member)).Json["items"]!.AsArray().ShouldBeEmpty();
        // The rower still sees that somebody looked.
        await Eventually.HoldsAsync(async () =>
            (await LooksAsync(member)).All(look => look!["by"]!["username"] is null)
        );
        (await LooksAsync(member)).ShouldNotBeEmpty();
    }
}

public sealed class SquadsOnSqlite(SqliteRowing rowing) : SquadTests(rowing), IClassFixture<SqliteRowing>;

public sealed class SquadsOnPostgres(PostgresRowing rowing) : SquadTests(rowing), IClassFixture<PostgresRowing>;
