using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Tally;

/// <summary>The summary as a resource: what is in it, for whom, and how often it is sent.</summary>
public abstract class SummaryTests(TracesUnderTest traces) : TallySpecification(traces)
{
    [Fact]
    public async Task A_study_without_traces_has_a_summary_too()
    {
        var summary = await SummaryAsync(await NewStudyAsync());
        ((long)summary["traces"]!).ShouldBe(0);
        summary["first"].ShouldBeNull();
        summary["asOf"].ShouldBeNull();
        summary["days"]!.AsArray().ShouldBeEmpty();
        summary["rates"]!["perDay"].ShouldBeNull();
        ((long)summary["sequences"]!["missing"]!).ShouldBe(0);
    }

    [Fact]
    public async Task A_summary_is_sent_again_only_when_it_has_changed()
    {
        var (study, player) = await PlayedAsync();
        await SummaryAsync(study);
        var first = await GetAsync($"{study}/summary");
        var tag = first.Header("ETag")!;
        (await GetAsync($"{study}/summary", null, ("If-None-Match", tag))).Status.ShouldBe(HttpStatusCode.NotModified);

        await SendTracesAsync(study, Trace(), player.Person);
        var changed = await GetAsync($"{study}/summary", null, ("If-None-Match", tag));
        changed.Must(HttpStatusCode.OK);
        ((long)(await SummaryAsync(study))["traces"]!).ShouldBe((long)first.Json["traces"]! + 1);
    }

    [Fact]
    public async Task A_summary_comes_as_xml_too()
    {
        var (study, player) = await PlayedAsync();
        foreach (var path in new[] { "summary", "sessions", "gaps" })
        {
            var xml = await GetAsync($"{study}/{path}", null, ("Accept", "application/xml"));
            xml.Must(HttpStatusCode.OK).ContentType.ShouldStartWith("application/xml");
            System.Xml.Linq.XDocument.Parse(xml.Text).ToString().ShouldContain(player.Pseudonym);
        }
    }

    [Fact]
    public async Task Rates_are_averages_over_days_participants_and_sessions()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        // Two days; a session of a minute with three traces, one of three minutes with five.
        foreach (var (player, session, seconds) in new[] { (0, "a", 60), (1, "b", 180) })
        {
            var times = Enumerable.Range(0, player == 0 ? 3 : 5).Select(i => i * seconds / (player == 0 ? 2 : 4));
            var batch = new JsonArray([
                .. times.Select(t =>
                    Trace(change: trace =>
                    {
                        trace["timestamp"] = $"2026-11-{20 + player}T10:{t / 60:00}:{t % 60:00}Z";
                        trace["session"] = session;
                    })
                ),
            ]);
            (await SendTracesAsync(study, batch, players[player].Person)).Must(HttpStatusCode.Created);
        }

        var rates = (await SummaryAsync(study))["rates"]!;
        ((double)rates["perDay"]!).ShouldBe(4);
        ((double)rates["perParticipant"]!).ShouldBe(4);
        ((double)rates["perSession"]!).ShouldBe(4);
        ((double)rates["perMinute"]!).ShouldBe(2);
        ((double)rates["sessionSeconds"]!).ShouldBe(120);
    }

    [Fact]
    public async Task Days_are_those_of_the_time_zone_that_is_asked_for()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        // The hours around midnight in Paris, in winter and in summer.
        foreach (
            var time in new[]
            {
                "2026-01-31T22:59:59Z",
                "2026-01-31T23:00:00Z",
                "2026-06-30T21:59:59Z",
                "2026-06-30T22:00:00Z",
            }
        )
        {
            await SendTracesAsync(study, Trace(change: t => t["timestamp"] = time), player.Person);
        }

        Days(await SummaryAsync(study)).ShouldBe(["2026-01-31 2", "2026-06-30 2"]);
        Days(await SummaryAsync(study, "?timeZone=Europe/Paris"))
            .ShouldBe(["2026-01-31 1", "2026-02-01 1", "2026-06-30 1", "2026-07-01 1"]);
        // The hours of the week go by the same clocks: a Saturday and a Tuesday, with the days after them.
        Week(await SummaryAsync(study)).ShouldBe(["2 21 1 1", "2 22 1 1", "6 22 1 1", "6 23 1 1"]);
        Week(await SummaryAsync(study, "?timeZone=Europe/Paris"))
            .ShouldBe(["2 23 1 1", "3 0 1 1", "6 23 1 1", "7 0 1 1"]);
        foreach (var zone in new[] { "Asia/Kolkata", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "x%00" })
        {
            var refused = await GetAsync($"{study}/summary?timeZone={zone}");
            refused.Status.ShouldBe(HttpStatusCode.BadRequest, zone);
            refused.Pointers().ShouldBe(["?timeZone"]);
        }

        // One tablet whose clock nobody had set does not bar the days of all others: Singapore was half an hour off then.
        await SendTracesAsync(study, Trace(change: t => t["timestamp"] = "1970-01-01T00:00:10Z"), player.Person);
        Days(await SummaryAsync(study, "?timeZone=Asia/Singapore"))
            .ShouldBe(["1970-01-01 1", "2026-02-01 2", "2026-07-01 2"]);

        static IEnumerable<string> Week(JsonNode summary) =>
            summary["week"]!.AsArray().Select(h => $"{h!["weekday"]} {h["hour"]} {h["traces"]} {h["participants"]}");

        static IEnumerable<string> Days(JsonNode summary) =>
            summary["days"]!.AsArray().Select(d => $"{d!["day"]} {d["traces"]}");
    }

    [Fact]
    public async Task Of_more_days_than_a_study_lasts_those_with_the_most_traces_are_told()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        // A clock that says another day each time.
        var day = new DateTime(2300, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var batch = new JsonArray([
            .. Enumerable
                .Range(0, 10_050)
                .Select(i => Trace(change: t => t["timestamp"] = day.AddDays(-i).ToString("s") + "Z")),
            .. Enumerable.Range(0, 2).Select(_ => Trace(change: t => t["timestamp"] = "2026-11-20T09:30:00Z")),
        ]);
        (await SendTracesAsync(study, batch, player.Person)).Must(HttpStatusCode.Created);

        var summary = await SummaryAsync(study);
        var days = summary["days"]!.AsArray().Select(d => $"{d!["day"]} {d["traces"]}").ToList();
        days.Count.ShouldBe(10_000);
        days.ShouldBe(days.Order(StringComparer.Ordinal));
        days.ShouldContain("2026-11-20 2");
        ((bool)summary["moreDays"]!).ShouldBeTrue();
        ((double)summary["rates"]!["perDay"]!).ShouldBe(1, 0.01);
    }

    [Fact]
    public async Task Times_at_the_ends_of_the_calendar_can_be_summarised()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        foreach (var session in Enumerable.Range(0, 40))
        {
            var batch = new JsonArray([
                .. new[] { "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z" }.Select(time =>
                    Trace(change: t => (t["timestamp"], t["session"]) = (time, $"s-{session}"))
                ),
            ]);
            (await SendTracesAsync(study, batch, player.Person)).Must(HttpStatusCode.Created);
        }

        var days = (await SummaryAsync(study, "?timeZone=Etc/GMT-14"))["days"]!.AsArray();
        ((string)days[^1]!["day"]!).ShouldBe("9999-12-31");
        ((string)(await SummaryAsync(study, "?timeZone=Etc/GMT%2B12"))["days"]![0]!["day"]!).ShouldBe("0001-01-01");
        (await GetAsync($"{study}/traces/export?corrected=true")).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Values_that_are_too_many_or_too_long_are_not_told_apart_and_still_counted()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        for (var batch = 0; batch < 3; batch++)
        {
            foreach (var player in players)
            {
                var some = new JsonArray([
                    .. Enumerable
                        .Range(batch * 50, 50)
                        .Select(i => Trace(change: t => t["data"]!["score"] = (player.Number * 1000) + i)),
                ]);
                (await SendTracesAsync(study, some, player.Person)).Must(HttpStatusCode.Created);
            }

            // Two players have fifty each, then a hundred each, then more than can be told apart.
            var score = Field(await SummaryAsync(study), "score");
            ((long)score["traces"]!).ShouldBe((batch + 1) * 100);
            ((bool)score["tooMany"]!).ShouldBe(batch == 2);
            score["values"]!.AsArray().Count.ShouldBe(batch == 2 ? 0 : (batch + 1) * 100);
        }

        var longer = Trace(change: t => t["data"]!["answer"] = new string('x', 300));
        await SendTracesAsync(study, longer, players[0].Person);
        await SendTracesAsync(study, Trace(change: t => t["data"]!["answer"] = "y"), players[1].Person);
        var answer = Field(await SummaryAsync(study), "answer");
        ((bool)answer["tooMany"]!).ShouldBeTrue();
        ((long)answer["traces"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Marked_fields_are_for_those_who_see_identities()
    {
        var study = await NewStudyAsync([
            new { name = "room", type = "string" },
            new
            {
                name = "friend",
                type = "string",
                export = "mask",
            },
            new
            {
                name = "home",
                type = "integer",
                export = "leave-out",
            },
        ]);
        var player = (await NewPlayersAsync(study))[0];
        var trace = Trace(change: t => (t["data"]!["friend"], t["data"]!["home"]) = ("somebody", 7));
        await SendTracesAsync(study, trace, player.Person);
        var plain = await SummaryAsync(study);
        plain["fields"]!.AsArray().Select(f => (string)f!["name"]!).ShouldBe(["room"]);
        plain.ToJsonString().ShouldNotContain("somebody");
        var named = await SummaryAsync(study, "?identities=true");
        named["fields"]!.AsArray().Select(f => (string)f!["name"]!).ShouldBe(["room", "friend", "home"]);
    }

    [Fact]
    public async Task Participants_who_did_the_same_stand_by_pseudonym_and_not_by_number()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 8);
        foreach (var player in players)
        {
            (await SendTracesAsync(study, Trace(), player.Person)).Must(HttpStatusCode.Created);
        }

        var shown = (await SummaryAsync(study))["byParticipant"]!.AsArray().Select(p => (string)p!["participant"]!);
        shown.ShouldBe(players.Select(p => p.Pseudonym).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Participants_appear_by_pseudonym_and_under_names_only_for_those_who_may()
    {
        var (study, player) = await PlayedAsync();
        var reader = await TestUsers.RegisterAsync(Server, $"{study.Split('/')[^1]}-reader", "researcher");
        (await SendAsync(HttpMethod.Put, $"{study}/rights/{reader.Id}", new { rights = new[] { "read" } })).Must(
            HttpStatusCode.OK
        );
        foreach (var (path, list) in new[] { ("summary", "byParticipant"), ("sessions", "items"), ("gaps", "items") })
        {
            var seen = (await GetAsync($"{study}/{path}", reader)).Must(HttpStatusCode.OK).Json[list]![0]!;
            ((string)seen["participant"]!).ShouldBe(player.Pseudonym);
            seen["number"].ShouldBeNull();
            seen["username"].ShouldBeNull();

            var named = (await GetAsync($"{study}/{path}?identities=true")).Must(HttpStatusCode.OK).Json[list]![0]!;
            ((string)named["username"]!).ShouldBe(player.Person.Username);
            ((long)named["number"]!).ShouldBe(player.Number);

            (await GetAsync($"{study}/{path}?identities=true", reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
            (await GetAsync($"{study}/{path}", Traces.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
            (await GetAsync($"{study}/{path}", player.Person)).Status.ShouldBe(HttpStatusCode.Forbidden);
            (await GetAsync($"{study}/{path}?x=1")).Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        (await GetAsync($"{study}/sessions?participant=1", reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync($"{study}/sessions?participant=1")).Items.Count.ShouldBe(1);
        (await GetAsync($"{study}/sessions?participant=pnobody")).Items.ShouldBeEmpty();
        var audit = await Traces.Database.ReadAsync(
            r =>
                r.QueryAsync<string>(
                    "SELECT details FROM sillage_audit WHERE action = 'identities.read' AND subject = @slug ORDER BY id",
                    new { slug = study.Split('/')[^1] }
                ),
            default
        );
        audit.Select(d => (string?)JsonNode.Parse(d)!["how"]).ShouldBe(["summary", "sessions", "gaps"]);
    }

    [Fact]
    public async Task Sessions_are_exported_as_csv()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        foreach (var player in players)
        {
            foreach (var (session, sequence, second) in new[] { ("=a,b", 1, 0), ("=a,b", 4, 30), ("plain", 7, 5) })
            {
                await SendTracesAsync(
                    study,
                    Trace(change: t =>
                        (t["session"], t["sequence"], t["timestamp"]) = (
                            session,
                            sequence,
                            $"2020-11-20T09:30:{second:00}Z"
                        )
                    ),
                    player.Person
                );
            }
        }

        await SummaryAsync(study);
        var csv = (await GetAsync($"{study}/sessions/export")).Must(HttpStatusCode.OK);
        csv.ContentType.ShouldBe("text/csv; charset=utf-8; header=present");
        var lines = csv.Text.Split("\r\n");
        lines[0]
            .ShouldBe(
                "participant,session,start,end,seconds,traces,sequence_lowest,sequence_highest,sequence_missing,sequence_repeated,clock_ahead,clock_basis,clock_correction"
            );
        lines.Length.ShouldBe(6);
        var first = players.Select(p => p.Pseudonym).Order(StringComparer.Ordinal).First();
        lines[1]
            .ShouldBe(
                $"{first},\"'=a,b\",2020-11-20T09:30:00.000000Z,2020-11-20T09:30:30.000000Z,30,2,1,4,2,0,,unknown,0"
            );
        lines[2].ShouldStartWith($"{first},plain,2020-11-20T09:30:05.000000Z,");

        var named = (await GetAsync($"{study}/sessions/export?identities=true&formulas=keep")).Text.Split("\r\n");
        named[0].ShouldStartWith("participant,number,username,session,");
        named[1]
            .ShouldStartWith(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{first},{players.First(p => p.Pseudonym == first).Number},"
                )
            );
        named[1].ShouldContain(",\"=a,b\",");
        var local = (await GetAsync($"{study}/sessions/export?timeZone=Asia/Kolkata&decimalMark=comma")).Text;
        local.Split("\r\n")[1].ShouldContain(";2020-11-20T15:00:00.000000+05:30;");
        (await GetAsync($"{study}/sessions/export?formulas=x")).Pointers().ShouldBe(["?formulas"]);
    }

    private async Task<(string Study, Player Player)> PlayedAsync()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        foreach (var sequence in new[] { 1, 3 })
        {
            await SendTracesAsync(
                study,
                Trace(change: t => (t["session"], t["sequence"]) = ("s", sequence)),
                player.Person
            );
        }

        return (study, player);
    }

    private static JsonNode Field(JsonNode summary, string name) =>
        summary["fields"]!.AsArray().Single(f => (string)f!["name"]! == name)!;
}

public sealed class SummariesOnSqlite(SqliteTraces traces) : SummaryTests(traces), IClassFixture<SqliteTraces>;

public sealed class SummariesOnPostgres(PostgresTraces traces) : SummaryTests(traces), IClassFixture<PostgresTraces>;
