using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Quarantine;

/// <summary>What was rejected: by reason, one by one, and as the bytes that came.</summary>
public abstract class LookingAtRejectedTraces(TracesUnderTest traces) : QuarantineSpecification(traces)
{
    [Fact]
    public async Task What_fails_alike_is_counted_under_one_reason()
    {
        var (study, player) = await RejectedAsync(
            new JsonArray(TooLong("a room whose name is too long"), TooLong("another room with a long name")),
            TooLong("one more room that has a long name"),
            Trace(change: t => t["data"] = new JsonObject())
        );
        await SendTracesAsync(study, "{oops}\n{\"name\": oops}\n", player, "application/x-ndjson");

        var reasons = (await GetAsync($"{study}/quarantine/reasons")).Must(HttpStatusCode.OK).Items;

        reasons.Select(r => (int)r!["count"]!).ShouldBe([3, 2, 1]);
        reasons[0]!["errors"]!.ToJsonString().ShouldContain("/data/room");
        ((string)reasons[0]!["errors"]![0]!["detail"]!).ShouldBe("At most 20 characters.");
        var byReason = (await GetAsync((string)reasons[0]!["links"]!["quarantine"]!)).Must(HttpStatusCode.OK).Items;
        byReason.Count.ShouldBe(3);
        byReason.ShouldAllBe(i => (string)i!["reason"]! == (string)reasons[0]!["reason"]!);
    }

    [Fact]
    public async Task Marked_fields_are_shown_in_the_clear_to_who_may_see_identities_and_asks_for_it()
    {
        var study = await NewStudyAsync([
            new
            {
                name = "said",
                type = "string",
                export = "mask",
                maxLength = 5,
            },
            new
            {
                name = "secret",
                type = "json",
                export = "leave-out",
            },
            new { name = "room", type = "string" },
        ]);
        var player = (await NewPlayersAsync(study))[0].Person;
        var data =
            """{"said":"I am player-1","said\u0020":"I am player-1","secret":{"x":"hidden"},"room":"loops","list":["player-1"]}""";
        var trace = Trace().ToJsonString().Replace("""{"room":"loops"}""", data, StringComparison.Ordinal);
        (await SendTracesAsync(study, trace, player)).Must(HttpStatusCode.UnprocessableEntity);
        (await SendTracesAsync(study, "{player-1\n", player, "application/x-ndjson")).Must(
            HttpStatusCode.UnprocessableEntity
        );
        // Manages, by office, and does not see identities.
        var manager = Traces.Administrator;
        var id = (string)(await GetAsync($"{study}/quarantine", manager)).Items[0]!["id"]!;

        foreach (var path in new[] { "", "/content", $"/{id}" })
        {
            var shown = (await GetAsync($"{study}/quarantine{path}", manager)).Must(HttpStatusCode.OK).Text;
            shown.ShouldNotContain("player-1", Case.Sensitive, path);
            shown.ShouldNotContain("hidden", Case.Sensitive, path);
            shown.ShouldContain("loops", Case.Sensitive, path);
            (await GetAsync($"{study}/quarantine{path}?identities=true", manager)).Status.ShouldBe(
                HttpStatusCode.Forbidden
            );
            var clear = (await GetAsync($"{study}/quarantine{path}?identities=true")).Must(HttpStatusCode.OK).Text;
            clear.ShouldContain("I am player-1", Case.Sensitive, path);
        }

        (await GetAsync($"{study}/quarantine/{id}/content", manager)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync($"{study}/quarantine/{id}/content?identities=true")).Text.ShouldBe(trace);
        var slug = study.Split('/')[^1];
        var trail = (await GetAsync($"/api/v1/audit?subject={slug}&limit=100", manager)).Items;
        trail.Count(row => (string)row!["action"]! == "rejected-traces.read").ShouldBe(5);
        trail.Count(row => (string)row!["action"]! == "identities.read").ShouldBe(4);
    }

    [Fact]
    public async Task Reasons_are_paged()
    {
        var (study, _) = await RejectedAsync(
            TooLong(),
            Trace(change: t => t["name"] = null),
            Trace(change: t => t["session"] = 7)
        );
        var seen = new List<string>();
        string? next = $"{study}/quarantine/reasons?limit=2";
        while (next is not null)
        {
            var page = (await GetAsync(next)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(i => (string)i!["reason"]!));
            next = (string?)page.Json["next"];
        }

        seen.Distinct().Count().ShouldBe(3);
        seen.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_reason_has_to_be_one()
    {
        var (study, _) = await RejectedAsync(TooLong());
        foreach (var path in new[] { "", "/content" })
        {
            (await GetAsync($"{study}/quarantine{path}?reason=")).Must(HttpStatusCode.BadRequest);
            (await GetAsync($"{study}/quarantine{path}?reason=too%20long")).Must(HttpStatusCode.BadRequest);
        }

        (await PostAsync($"{study}/quarantine/dismiss?reason=", null)).Must(HttpStatusCode.BadRequest);
        (await PostAsync($"{study}/quarantine/put-back?reason=", null)).Must(HttpStatusCode.BadRequest);
        (await GetAsync($"{study}/quarantine?reason=000000000000")).Items.ShouldBeEmpty();
        (await QuarantineAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_is_read_with_reasons_time_and_whom_it_concerns()
    {
        var (study, player) = await RejectedAsync(TooLong());
        await SendTracesAsync(study, TooLong(), player);
        var listed = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;

        var one = (await GetAsync((string)listed["links"]!["self"]!)).Must(HttpStatusCode.OK);

        one.Json.ToJsonString().ShouldBe(listed.ToJsonString());
        ((int)one.Json["participant"]!).ShouldBe(1);
        one.Json["sender"].ShouldBeNull("a participant goes by his number");
        ((int)one.Json["times"]!).ShouldBe(2);
        ((DateTimeOffset)one.Json["firstReceivedAt"]!).ShouldBeLessThan((DateTimeOffset)one.Json["receivedAt"]!);
        (await GetAsync($"{study}/quarantine/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58")).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_sends_for_others_is_named_as_the_sender()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        await SendTracesAsync(study, Trace(1, t => t["name"] = null));
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;
        ((Guid)kept["sender"]!).ShouldBe(Researcher.Id);
        ((int)kept["participant"]!).ShouldBe(1);
    }

    [Fact]
    public async Task The_bytes_come_back_as_they_came()
    {
        byte[] broken = [.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\"}"u8];
        const string spaced = """{  "name":  "n\u0061me","data":{"room":"ö\ttab"}  }""";
        var (study, _) = await RejectedAsync(broken, spaced);

        var kept = await QuarantineAsync(study);
        var first = (await GetAsync((string)kept[0]!["links"]!["content"]!)).Must(HttpStatusCode.OK);
        first.Bytes.ShouldBe(broken);
        first.ContentType.ShouldBe("application/octet-stream");
        (await GetAsync((string)kept[1]!["links"]!["content"]!)).Text.ShouldBe(spaced);

        var all = (await GetAsync($"{study}/quarantine/content")).Must(HttpStatusCode.OK);
        all.ContentType.ShouldBe("application/x-ndjson");
        var lines = all.Text.TrimEnd('\n').Split('\n').Select(l => JsonNode.Parse(l)!).ToArray();
        Convert.FromBase64String((string)lines[0]["base64"]!).ShouldBe(broken);
        ((string)lines[1]["text"]!).ShouldBe(spaced);
        lines.Select(l => (string)l["id"]!).ShouldBe(kept.Select(k => (string)k!["id"]!));

        var one = await GetAsync($"{study}/quarantine/content?reason={kept[1]!["reason"]}");
        ((string)JsonNode.Parse(one.Text)!["text"]!).ShouldBe(spaced);
    }

    [Fact]
    public async Task A_long_one_is_shown_in_part_and_downloaded_whole()
    {
        var long1 = Trace(change: t =>
        {
            t["name"] = null;
            t["data"]!["note"] = "x" + new string('é', 50_000);
        });
        var text = long1.ToJsonString(
            new System.Text.Json.JsonSerializerOptions
            {
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
        var (study, _) = await RejectedAsync(text);

        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;

        ((long)kept["length"]!).ShouldBe(Encoding.UTF8.GetByteCount(text));
        text.ShouldStartWith((string)kept["text"]!);
        ((string)kept["text"]!).Length.ShouldBeGreaterThan(32_000);
        (await GetAsync((string)kept["links"]!["content"]!)).Text.ShouldBe(text);
    }

    [Fact]
    public async Task More_than_fits_into_one_part_is_downloaded_in_order()
    {
        var (study, player) = await RejectedAsync();
        foreach (var part in Enumerable.Range(0, 1234).Select(i => $"\"{i}\"").Chunk(1000))
        {
            await SendTracesAsync(study, string.Join('\n', part), player, "application/x-ndjson");
        }

        var all = await GetAsync($"{study}/quarantine/content");

        all.Text.TrimEnd('\n')
            .Split('\n')
            .Select(l => (string)JsonNode.Parse(l)!["text"]!)
            .ShouldBe(Enumerable.Range(0, 1234).Select(i => $"\"{i}\""));
    }
}

public sealed class LookingAtRejectedTracesOnSqlite(SqliteTraces traces)
    : LookingAtRejectedTraces(traces),
        IClassFixture<SqliteTraces>;

public sealed class LookingAtRejectedTracesOnPostgres(PostgresTraces traces)
    : LookingAtRejectedTraces(traces),
        IClassFixture<PostgresTraces>;
