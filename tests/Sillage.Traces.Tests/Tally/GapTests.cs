using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Traces.Tally;
using Xunit;

namespace Sillage.Traces.Tests.Tally;

/// <summary>What never came, and what clocks were wrong by.</summary>
public abstract class GapTests(TracesUnderTest traces) : TallySpecification(traces)
{
    [Fact]
    public async Task Numbers_that_never_came_are_told_by_session()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendNumbersAsync(study, player, "whole", 3, 1, 2);
        await SendNumbersAsync(study, player, "gaps", 5, 6, 9, 6, 12);
        await SendNumbersAsync(study, player, null, 0, 2);

        var gaps = await AllAsync($"{study}/gaps");
        gaps.Select(g => (string?)g["session"]).ShouldBe([null, "gaps"]);
        var found = gaps[1];
        ((long)found["lowest"]!).ShouldBe(5);
        ((long)found["highest"]!).ShouldBe(12);
        ((long)found["received"]!).ShouldBe(5);
        ((long)found["missing"]!).ShouldBe(4);
        found["gaps"]!.ToJsonString().ShouldBe("""[{"from":7,"to":8,"count":2},{"from":10,"to":11,"count":2}]""");
        ((long)found["repeated"]!).ShouldBe(1);
        found["repeatedNumbers"]!.ToJsonString().ShouldBe("""[{"from":6,"to":6,"count":1}]""");
        ((bool)found["tooMany"]!).ShouldBeFalse();
        (await GetAsync((string)found["links"]!["traces"]!)).Items.Count.ShouldBe(5);

        // What comes late closes a gap.
        await SendNumbersAsync(study, player, "gaps", 7, 8);
        (await AllAsync($"{study}/gaps"))[1]["gaps"]!.ToJsonString().ShouldBe("""[{"from":10,"to":11,"count":2}]""");
        var totals = (await SummaryAsync(study))["sequences"]!;
        totals.ToJsonString().ShouldBe("""{"sessions":2,"missing":3,"repeated":1}""");
    }

    [Fact]
    public async Task With_the_first_number_given_what_is_missing_before_is_told_too()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 3);
        await SendNumbersAsync(study, players[0], "s", 1, 2);
        await SendNumbersAsync(study, players[1], "s", 4, 6);
        await SendNumbersAsync(study, players[2], "s", 3);
        (await AllAsync($"{study}/gaps?limit=1")).Count.ShouldBe(1);

        var gaps = await AllAsync($"{study}/gaps?start=1&limit=1");
        gaps.Select(g => (string)g["participant"]!)
            .ShouldBe(players[1..].Select(p => p.Pseudonym).Order(StringComparer.Ordinal));
        var second = gaps.Single(g => (string)g["participant"]! == players[1].Pseudonym);
        second["gaps"]!.ToJsonString().ShouldBe("""[{"from":1,"to":3,"count":3},{"from":5,"to":5,"count":1}]""");
        ((long)second["missing"]!).ShouldBe(4);
        (await AllAsync($"{study}/gaps?start=1&participant={players[0].Pseudonym}")).ShouldBeEmpty();
        (await GetAsync($"{study}/gaps?start=x")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Pages_of_any_length_tell_each_session_once_wherever_it_lies()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        // Every third begins too late; more than are looked at in one go.
        var batch = new JsonArray([
            .. Enumerable
                .Range(0, 700)
                .Select(i => Trace(change: t => (t["session"], t["sequence"]) = ($"s-{i:d3}", i % 3 == 0 ? 2 : 1))),
        ]);
        (await SendTracesAsync(study, batch, player.Person)).Must(HttpStatusCode.Created);

        foreach (var limit in new[] { 1, 7, 100, 1000 })
        {
            var gaps = await AllAsync($"{study}/gaps?start=1&limit={limit}");
            gaps.Select(g => (string?)g["session"])
                .ShouldBe(Enumerable.Range(0, 700).Where(i => i % 3 == 0).Select(i => $"s-{i:d3}"));
        }
    }

    [Fact]
    public async Task Numbers_that_are_no_count_are_too_many_gaps_and_no_trouble()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendNumbersAsync(study, player, "random", [.. Enumerable.Range(0, 5000).Select(n => n * 7L)]);
        await SendNumbersAsync(study, player, "wide", long.MinValue, long.MaxValue);
        var gaps = await AllAsync($"{study}/gaps?start=-9223372036854775808");
        gaps.Count.ShouldBe(2);
        ((bool)gaps[0]["tooMany"]!).ShouldBeTrue();
        gaps[0]["missing"].ShouldBeNull();
        ((long)gaps[0]["highest"]!).ShouldBe(4999 * 7);
        ((long)gaps[1]["missing"]!).ShouldBe(SessionTally.MaximumMissing);
        (await AllAsync($"{study}/sessions")).Count.ShouldBe(2);
        (await SummaryAsync(study))["sequences"]!["sessions"]!.GetValue<long>().ShouldBe(2);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_estimated_and_taken_off_in_the_export()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        // An hour ahead, over a network that takes 0.1 s, later 5 s; a trace a minute.
        var start = new DateTimeOffset(2020, 11, 20, 9, 30, 0, TimeSpan.Zero);
        for (var minute = 0; minute < 4; minute++)
        {
            var received = start.AddMinutes(minute);
            var sent = received.AddSeconds(minute == 3 ? -5 : -0.1);
            await SendAtAsync(study, players[0], "wrong", minute, sent.AddHours(1), received);
            await SendAtAsync(study, players[1], "right", minute, sent, received);
        }

        // Played offline, by the same clock, and sent the next day.
        await SendAtAsync(study, players[0], "offline", 9, start.AddHours(2), start.AddDays(1));
        await RecountAsync(study);

        var sessions = (await AllAsync($"{study}/sessions")).ToDictionary(s => (string)s["session"]!);
        sessions["wrong"]["clock"]!
            .ToJsonString()
            .ShouldBe("""{"ahead":3599.9,"basis":"confirmed","correction":-3599.9}""");
        sessions["right"]["clock"]!.ToJsonString().ShouldBe("""{"ahead":-0.1,"basis":"confirmed","correction":0}""");
        sessions["offline"]["clock"]!
            .ToJsonString()
            .ShouldBe("""{"ahead":3599.9,"basis":"participant","correction":-3599.9}""");

        var csv = (await GetAsync($"{study}/traces/export?corrected=true")).Must(HttpStatusCode.OK).Text.Split("\r\n");
        csv[0].ShouldStartWith("id,participant,timestamp,corrected_timestamp,received_at,session,");
        var rows = csv[1..^1].Select(l => l.Split(',')).ToDictionary(c => (c[5], c[6]));
        rows[("wrong", "0")][2].ShouldBe("2020-11-20T10:29:59.9000000+00:00");
        rows[("wrong", "0")][3].ShouldBe("2020-11-20T09:30:00.000000Z");
        rows[("wrong", "3")][3].ShouldBe("2020-11-20T09:32:55.100000Z");
        rows[("right", "0")][3].ShouldBe("2020-11-20T09:29:59.900000Z");
        rows[("offline", "9")][3].ShouldBe("2020-11-20T10:30:00.100000Z");

        var lines = (await GetAsync($"{study}/traces/export?corrected=true&format=ndjson&session=wrong")).Text;
        ((string)JsonNode.Parse(lines.Split('\n')[0])!["correctedTimestamp"]!).ShouldBe("2020-11-20T09:30:00Z");
        (await GetAsync($"{study}/traces/export")).Text.ShouldStartWith("id,participant,timestamp,received_at,");
        (await GetAsync($"{study}/traces/export?corrected=x")).Pointers().ShouldBe(["?corrected"]);
    }

    [Fact]
    public async Task A_timestamp_that_is_no_time_counts_by_its_receipt_and_says_nothing_of_a_clock()
    {
        var study = await NewStudyAsync([
            .. new[] { "roomName", "actionNature", "actionType", "userAnswer", "userError" }.Select(name => new
            {
                name,
                type = "string",
            }),
        ]);
        var player = (await NewPlayersAsync(study))[0];
        var log = new
        {
            userID = player.Number,
            timestamp = "2023-04-18T10:17.109Z",
            sequence = 4,
            roomName = "entrance",
            actionNature = "move",
            actionType = "enter",
            userAnswer = "",
            userError = "",
        };
        (await PostAsync($"/{study.Split('/')[^1]}/api/v1/logs", log)).Must(HttpStatusCode.OK);
        var summary = await SummaryAsync(study);
        ((DateTimeOffset)summary["first"]!).ShouldBe((DateTimeOffset)summary["asOf"]!);
        var export = (await GetAsync($"{study}/traces/export?corrected=true&format=ndjson")).Text;
        var trace = JsonNode.Parse(export)!;
        ((string)trace["timestamp"]!).ShouldBe(log.timestamp);
        ((DateTimeOffset)trace["correctedTimestamp"]!).ShouldBe((DateTimeOffset)trace["receivedAt"]!);
    }

    private async Task SendNumbersAsync(string study, Player player, string? session, params long[] numbers)
    {
        var lines = numbers.Select(n =>
            Trace(change: t => (t["session"], t["sequence"]) = (session, n)).ToJsonString()
        );
        (await SendTracesAsync(study, string.Join('\n', lines), player.Person, "application/x-ndjson")).Must(
            HttpStatusCode.Created
        );
    }

    /// <summary>Sends a trace, and lets it have been received at another time.</summary>
    private async Task SendAtAsync(
        string study,
        Player player,
        string session,
        int sequence,
        DateTimeOffset timestamp,
        DateTimeOffset received
    )
    {
        var id = Guid.CreateVersion7();
        var trace = Trace(change: t =>
            (t["id"], t["session"], t["sequence"], t["timestamp"]) = (
                id.ToString(),
                session,
                sequence,
                timestamp.ToString("O")
            )
        );
        (await SendTracesAsync(study, trace, player.Person)).Must(HttpStatusCode.Created);
        await Traces.Database.WriteAsync(
            unit => unit.ExecuteAsync("UPDATE trace SET received_at = @received WHERE id = @id", new { received, id }),
            default
        );
    }

    private Task<bool> RecountAsync(string study) =>
        Traces.Database.WriteAsync(
            async unit =>
            {
                var key = await unit.ScalarAsync<long>(
                    "SELECT key FROM study WHERE slug = @slug",
                    new { slug = study.Split('/')[^1] }
                );
                await Tallies.RecountAllAsync(unit, key, default);
                return true;
            },
            default
        );
}

public sealed class GapsOnSqlite(SqliteTraces traces) : GapTests(traces), IClassFixture<SqliteTraces>;

public sealed class GapsOnPostgres(PostgresTraces traces) : GapTests(traces), IClassFixture<PostgresTraces>;
