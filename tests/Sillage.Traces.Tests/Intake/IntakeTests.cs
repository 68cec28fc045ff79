using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>What comes of sending traces.</summary>
public abstract class IntakeTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static string NewId() => Guid.CreateVersion7().ToString();

    private async Task<int> CountAsync(string study) =>
        (await GetAsync($"{study}/traces?limit=1000")).Must(HttpStatusCode.OK).Items.Count;

    [Fact]
    public async Task A_trace_sent_twice_is_stored_once()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var trace = Trace(change: t => t["id"] = NewId());

        (await SendTracesAsync(study, trace, player)).Status.ShouldBe(HttpStatusCode.Created);
        var again = await SendTracesAsync(study, trace, player);

        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Json.ToJsonString().ShouldBe("""{"accepted":0,"duplicates":1,"rejected":[]}""");
        (await CountAsync(study)).ShouldBe(1);
    }

    [Fact]
    public async Task A_trace_written_otherwise_is_the_same_trace()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var id = NewId();
        await SendTracesAsync(
            study,
            $$$"""{"id":"{{{id}}}","timestamp":"2026-11-20T09:30:00Z","name":"n","data":{"room":"x","score":1.50}}""",
            player
        );
        var again = await SendTracesAsync(
            study,
            $$$"""{"data":{ "score":1.5,"room":"\u0078"},"name":"n","timestamp":"2026-11-20T10:30:00+01:00","id":"{{{id.ToUpperInvariant()}}}"}""",
            player
        );
        again.Status.ShouldBe(HttpStatusCode.OK, again.Text);
    }

    [Fact]
    public async Task The_same_id_with_other_content_is_a_conflict_and_kept_in_quarantine()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var id = NewId();
        await SendTracesAsync(study, Trace(change: t => t["id"] = id), player);

        var other = await SendTracesAsync(study, Trace(change: t => (t["id"], t["name"]) = (id, "left")), player);

        other.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string)other.Json["rejected"]![0]!["errors"]![0]!["pointer"]!).ShouldBe("/id");
        ((string)other.Json["rejected"]![0]!["id"]!).ShouldBe(id);
        var kept = (await GetAsync($"{study}/quarantine")).Must(HttpStatusCode.OK).Items.ShouldHaveSingleItem()!;
        JsonNode.Parse((string)kept["text"]!)!["name"]!.GetValue<string>().ShouldBe("left");
    }

    [Fact]
    public async Task Of_one_id_twice_in_a_batch_the_first_counts()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var id = NewId();
        var one = Trace(change: t => t["id"] = id);
        var other = Trace(change: t => (t["id"], t["name"]) = (id, "left"));

        var sent = await SendTracesAsync(study, new JsonArray(one, one.DeepClone(), other), player);

        sent.Status.ShouldBe(HttpStatusCode.Created);
        ((int)sent.Json["accepted"]!).ShouldBe(1);
        ((int)sent.Json["duplicates"]!).ShouldBe(1);
        ((int)sent.Json["rejected"]![0]!["index"]!).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_rejected_is_kept_as_it_came_once()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        const string bad = """{ "timestamp":"never",   "name":"answered","data":{"room":"'; DROP TABLE trace; --"}}""";

        var sent = await SendTracesAsync(study, $"[{Trace().ToJsonString()},{bad}]", player);
        await SendTracesAsync(study, bad, player);

        sent.Status.ShouldBe(HttpStatusCode.Created);
        ((int)sent.Json["rejected"]![0]!["index"]!).ShouldBe(1);
        var kept = (await GetAsync($"{study}/quarantine")).Items.ShouldHaveSingleItem()!;
        ((string)kept["text"]!).ShouldBe(bad);
        ((int)kept["times"]!).ShouldBe(2);
        kept["errors"]!.AsArray().Select(e => (string)e!["pointer"]!).ShouldBe(["/timestamp", "/data/room"]);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept_too()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        byte[] bad = [.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\"}"u8];

        (await SendTracesAsync(study, bad, player)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

        var kept = (await GetAsync($"{study}/quarantine")).Items.ShouldHaveSingleItem()!;
        Convert.FromBase64String((string)kept["base64"]!).ShouldBe(bad);
    }

    [Fact]
    public async Task The_quarantine_is_paged()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, "[1,2,3,4,5]", player);

        var seen = new List<string>();
        string? next = $"{study}/quarantine?limit=2";
        while (next is not null)
        {
            var page = (await GetAsync(next)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(i => (string)i!["text"]!));
            next = (string?)page.Json["next"];
        }

        seen.ShouldBe(["1", "2", "3", "4", "5"]);
    }

    [Fact]
    public async Task A_batch_sent_again_under_its_Idempotency_Key_counts_under_duplicates()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var key = ("Idempotency-Key", NewId());
        var batch = new JsonArray(Trace(), Trace(change: t => t["name"] = null)).ToJsonString();

        var first = await SendTracesAsync(study, batch, player, headers: key);
        var second = await SendTracesAsync(study, batch, player, headers: key);
        var other = await SendTracesAsync(study, Trace(), player, headers: key);

        first.Status.ShouldBe(HttpStatusCode.Created);
        second.Status.ShouldBe(HttpStatusCode.OK);
        second.Header("Idempotency-Replayed").ShouldBe("true");
        second.Json["accepted"]!.GetValue<int>().ShouldBe(0);
        second.Json["duplicates"]!.GetValue<int>().ShouldBe(1);
        JsonNode.DeepEquals(second.Json["rejected"], first.Json["rejected"]).ShouldBeTrue(second.Text);
        other.Status.ShouldBe(HttpStatusCode.Conflict);
        (await CountAsync(study)).ShouldBe(1);
    }

    [Fact]
    public async Task Two_who_send_the_same_ids_at_once_store_them_once()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var batch = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => Trace(change: t => t["id"] = NewId()))]);
        var text = batch.ToJsonString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendTracesAsync(study, text, player)));

        answers.Sum(a => (int)a.Json["accepted"]!).ShouldBe(200);
        answers.Sum(a => (int)a.Json["duplicates"]!).ShouldBe(600);
        (await CountAsync(study)).ShouldBe(200);
    }

    [Fact]
    public async Task Two_hundred_at_once_are_each_acknowledged_once()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var ids = Enumerable.Range(0, 200).Select(_ => NewId()).ToArray();
        // The player's password is checked once and remembered; the check itself is not what is tested.
        player = await TestUsers.LogInAsync(Server, player.Username, player.Password);

        var answers = await Task.WhenAll(
            ids.Select(id => SendTracesAsync(study, Trace(change: t => t["id"] = id), player))
        );

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Created && (int)a.Json["accepted"]! == 1);
        var stored = (await GetAsync($"{study}/traces?limit=1000")).Items.Select(i => (string)i!["id"]!);
        stored.Order().ShouldBe(ids.Order());
    }

    [Fact]
    public async Task NDJSON_is_taken_line_by_line()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var sent = await SendTracesAsync(
            study,
            $"{Trace().ToJsonString()}\n{{oops}}\n{Trace().ToJsonString()}\n",
            player,
            "application/x-ndjson; charset=utf-8"
        );
        sent.Status.ShouldBe(HttpStatusCode.Created);
        ((int)sent.Json["accepted"]!).ShouldBe(2);
        ((int)sent.Json["rejected"]![0]!["index"]!).ShouldBe(1);
    }

    [Fact]
    public async Task XML_is_taken_and_answered()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        const string xml = """
            <traces>
              <item><timestamp>2026-11-20T09:30:00Z</timestamp><name>answered</name><sequence>7</sequence>
                <data><room>loops</room><correct type="boolean">true</correct></data></item>
              <item><name>answered</name></item>
            </traces>
            """;
        var sent = await SendTracesAsync(study, xml, player, "application/xml", ("Accept", "application/xml"));
        sent.Status.ShouldBe(HttpStatusCode.Created, sent.Text);
        sent.ContentType!.ShouldStartWith("application/xml");
        var stored = (await GetAsync($"{study}/traces")).Items.ShouldHaveSingleItem()!;
        stored["data"]!.ToJsonString().ShouldBe("""{"room":"loops","correct":true}""");
        ((int)stored["sequence"]!).ShouldBe(7);
        (await SendTracesAsync(study, "<trace><name>", player, "application/xml")).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Compressed_bodies_are_taken(string encoding)
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var body = Compress(Encoding.UTF8.GetBytes(Trace().ToJsonString()), encoding);
        (await SendTracesAsync(study, body, player, headers: ("Content-Encoding", encoding))).Status.ShouldBe(
            HttpStatusCode.Created
        );
        (
            await SendTracesAsync(
                study,
                "this is not compressed"u8.ToArray(),
                player,
                headers: ("Content-Encoding", encoding)
            )
        ).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_body_that_grows_too_large_is_cut_off()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var bomb = Compress(new byte[64 * 1024 * 1024], "gzip");
        (await SendTracesAsync(study, bomb, player, headers: ("Content-Encoding", "gzip"))).Status.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
        var large = new byte[(32 * 1024 * 1024) + 1];
        Array.Fill(large, (byte)' ');
        // The server does not wait for what it will not take: without the header the client would write to a closed door.
        (await SendTracesAsync(study, large, player, headers: ("Expect", "100-continue"))).Status.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
    }

    [Fact]
    public async Task More_than_a_mebibyte_is_taken()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var line = Trace(change: t => t["data"]!["note"] = new string('x', 1000)).ToJsonString();
        var body = string.Join('\n', Enumerable.Repeat(line, 5000));
        var sent = await SendTracesAsync(study, body, player, "application/x-ndjson");
        ((int)sent.Must(HttpStatusCode.Created).Json["accepted"]!).ShouldBe(5000);
    }

    [Fact]
    public async Task Who_sends_for_others_names_them()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);

        (await SendTracesAsync(study, Trace(2))).Status.ShouldBe(HttpStatusCode.Created);
        (await SendTracesAsync(study, Trace())).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SendTracesAsync(study, Trace(3))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SendTracesAsync(study, Trace(1), players[1].Person)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SendTracesAsync(study, Trace(2), players[1].Person)).Status.ShouldBe(HttpStatusCode.Created);

        var stored = (await GetAsync($"{study}/traces")).Items;
        stored.Select(i => (string)i!["participant"]!).ShouldBe([players[1].Pseudonym, players[1].Pseudonym]);
    }

    [Fact]
    public async Task Text_goes_in_and_comes_out_as_it_is()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        foreach (
            var text in new[]
            {
                "'; DROP TABLE trace; --",
                "\u0001\u001f\u007f\u0085",
                "😀 𝔸 é é",
                "\\\"<>&",
                "%_?1",
                "\u202e\ufeff",
            }
        )
        {
            var trace = Trace(change: t =>
            {
                (t["id"], t["session"], t["name"]) = (NewId(), text, text);
                t["data"]!["answer"] = text;
                t["data"]![text] = text;
            });
            (await SendTracesAsync(study, trace, player)).Must(HttpStatusCode.Created);
            var found = (
                await GetAsync(
                    $"{study}/traces?session={Uri.EscapeDataString(text)}&name={Uri.EscapeDataString(text)}&data.answer={Uri.EscapeDataString(text)}"
                )
            ).Must(HttpStatusCode.OK);
            var stored = found.Items.ShouldHaveSingleItem()!;
            ((string)stored["session"]!).ShouldBe(text);
            ((string)stored["name"]!).ShouldBe(text);
            ((string)stored["data"]![text]!).ShouldBe(text);
            var lines = (
                await GetAsync($"{study}/traces/export?format=ndjson&session={Uri.EscapeDataString(text)}")
            ).Text;
            ((string)JsonNode.Parse(lines)!["data"]!["answer"]!).ShouldBe(text);
        }
    }

    [Fact]
    public async Task A_change_of_the_study_holds_for_the_very_next_trace()
    {
        var study = await NewStudyAsync([new { name = "room", type = "string" }], "refuse");
        var player = (await NewPlayersAsync(study))[0].Person;
        var trace = Trace(change: t => t["data"]!["mood"] = "good");
        (await SendTracesAsync(study, trace, player)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

        (
            await SendAsync(
                HttpMethod.Patch,
                study,
                new
                {
                    fields = new[] { new { name = "room", type = "string" }, new { name = "mood", type = "string" } },
                }
            )
        ).Must(HttpStatusCode.OK);

        (await SendTracesAsync(study, trace, player)).Status.ShouldBe(HttpStatusCode.Created);
    }

    private static byte[] Compress(byte[] body, string encoding)
    {
        using var compressed = new MemoryStream();
        using (
            Stream stream =
                encoding == "gzip"
                    ? new GZipStream(compressed, CompressionLevel.Fastest)
                    : new BrotliStream(compressed, CompressionLevel.Fastest)
        )
        {
            stream.Write(body);
        }

        return compressed.ToArray();
    }
}

public sealed class IntakeOnSqlite(SqliteTraces traces) : IntakeTests(traces), IClassFixture<SqliteTraces>;

public sealed class IntakeOnPostgres(PostgresTraces traces) : IntakeTests(traces), IClassFixture<PostgresTraces>;
