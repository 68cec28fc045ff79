using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Export;

/// <summary>Taking traces away for analysis.</summary>
public abstract class ExportTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task Each_declared_field_is_a_column_and_the_rest_is_extra()
    {
        var study = await NewStudyAsync([
            new { name = "id", type = "string" },
            new { name = "answer", type = "string" },
            new { name = "score", type = "number" },
            new { name = "more", type = "json" },
        ]);
        var player = (await NewPlayersAsync(study))[0];
        const string trace = """
            {"id":"01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58","timestamp":"2026-11-20T10:30:00+01:00","session":"a,b","sequence":-4,
             "name":"say \"hi\"","data":{"x":1,"score":-1.50,"answer":"\u003d1+1","id":"","more":{"a":"\"b\""},
             "y":{"z":null}}}
            """;
        (await SendTracesAsync(study, trace, player.Person)).Must(HttpStatusCode.Created);

        var csv = (await GetAsync($"{study}/traces/export")).Must(HttpStatusCode.OK);
        var rows = csv.Text.Split("\r\n");
        rows[0].ShouldBe("id,participant,timestamp,received_at,session,sequence,name,data.id,answer,score,more,extra");
        var cells = rows[1].Split(',', 5);
        cells[0].ShouldBe("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58");
        cells[1].ShouldBe(player.Pseudonym);
        cells[2].ShouldBe("2026-11-20T10:30:00+01:00");
        DateTimeOffset
            .Parse(cells[3], CultureInfo.InvariantCulture)
            .ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        cells[4]
            .ShouldBe(
                "\"a,b\",-4,\"say \"\"hi\"\"\",\"\",\"'=1+1\",-1.50,\"{\"\"a\"\":\"\"\\\"\"b\\\"\"\"\"}\",\"{\"\"x\"\":1,\"\"y\"\":{\"\"z\"\":null}}\""
            );
        rows[2].ShouldBeEmpty();
        csv.Header("Content-Disposition")
            .ShouldBe($"attachment; filename=\"{study.Split('/')[^1]}_traces_{DateTimeOffset.UtcNow:yyyyMMdd}.csv\"");

        var kept = (await GetAsync($"{study}/traces/export?formulas=keep")).Text;
        kept.ShouldContain(",\"\",=1+1,-1.50,");
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    public async Task What_a_spreadsheet_would_run_is_made_text(string text)
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(
            study,
            Trace(change: t => (t["name"], t["session"], t["data"]!["answer"]) = (text, text, text)),
            player
        );
        var cells = (await GetAsync($"{study}/traces/export")).Text.Split("\r\n", 2)[1];
        cells.Split($"\"'{text}\"").Length.ShouldBe(4);
    }

    [Fact]
    public async Task The_filters_hold_for_the_export_too()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        await SendTracesAsync(study, Trace(), players[0].Person);
        await SendTracesAsync(study, Trace(), players[1].Person);
        foreach (var filter in new[] { $"participant={players[1].Pseudonym}", "participant=2" })
        {
            var lines = (await GetAsync($"{study}/traces/export?format=ndjson&{filter}")).Text.TrimEnd().Split('\n');
            ((string)JsonNode.Parse(lines.ShouldHaveSingleItem())!["participant"]!).ShouldBe(players[1].Pseudonym);
        }

        (await GetAsync($"{study}/traces/export?format=xls")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync($"{study}/traces/export?formulas=x")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync($"{study}/traces/export?limit=1")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_export_of_a_hundred_thousand_takes_no_more_memory_than_a_small_one()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        for (var batch = 0; batch < 10; batch++)
        {
            var lines = new StringBuilder();
            for (var i = 0; i < 10_000; i++)
            {
                lines.Append(
                    $$$"""{"timestamp":"2026-11-20T09:30:00Z","session":"s","sequence":{{{(batch * 10_000) + i}}},"name":"answered","data":{"room":"loops","answer":"some text that is not short","score":0.5}}"""
                );
                lines.Append('\n');
            }

            (await SendTracesAsync(study, lines.ToString(), player, "application/x-ndjson")).Must(
                HttpStatusCode.Created
            );
        }

        await ReadAsync(study, "csv");
        foreach (var options in new[] { "csv", "csv&compress=gzip", "ndjson" })
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var (rows, bytes, peak) = await ReadAsync(study, options);
            rows.ShouldBe(options == "ndjson" ? 100_000 : 100_001, options);
            bytes.ShouldBeGreaterThan(10_000_000);
            // What is in flight is a chunk or two, whatever the length; the readers' own buffers are in this number too.
            (peak - before).ShouldBeLessThan(60_000_000, options);
        }

        // By the header too it is compressed on its way and comes whole.
        (await ReadAsync(study, "csv", acceptGzip: true)).Rows.ShouldBe(100_001);
    }

    private async Task<(int Rows, long Bytes, long Peak)> ReadAsync(
        string study,
        string format,
        bool acceptGzip = false
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Server.Address, $"{study}/traces/export?format={format}")
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Researcher.Credential.Value);
        if (acceptGzip)
        {
            request.Headers.AcceptEncoding.ParseAdd("gzip");
        }

        using var response = await Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var compressed = acceptGzip || response.Content.Headers.ContentType?.MediaType == "application/gzip";
        response.Content.Headers.ContentEncoding.ShouldBe(acceptGzip ? ["gzip"] : []);
        response.Content.Headers.ContentLength.ShouldBeNull("it is streamed");
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var stream = compressed ? new GZipStream(body, CompressionMode.Decompress) : body;
        var buffer = new byte[64 * 1024];
        var (rows, bytes, peak, reads) = (0, 0L, 0L, 0);
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
            bytes += read;
            if (++reads % 50 == 0)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true));
            }
        }

        return (rows, bytes, peak);
    }
}

public sealed class ExportOnSqlite(SqliteTraces traces) : ExportTests(traces), IClassFixture<SqliteTraces>;

public sealed class ExportOnPostgres(PostgresTraces traces) : ExportTests(traces), IClassFixture<PostgresTraces>
{
    [Fact]
    public async Task An_export_that_fails_on_the_way_does_not_look_complete()
    {
        await using var postgres = await Specifications.OwnPostgres.StartNewAsync();
        await using var server = await TracesUnderTest.StartOnAsync(postgres.ConnectionString);
        var owner = await TestUsers.RegisterAsync(server, "owner", "researcher");
        const string study = "/api/v1/studies/fails";
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/studies",
            new { slug = "fails", title = "Fails" },
            owner.Credential
        );
        made.Must(HttpStatusCode.Created);
        (await server.SendAsync(HttpMethod.Post, $"{study}/participants", new { count = 1 }, owner.Credential)).Must(
            HttpStatusCode.Created
        );
        // What cannot be compressed, so that the compressed export too is longer than what fits on its way.
        var notes = Enumerable.Range(0, 20_000).Select(_ => RandomNumberGenerator.GetHexString(1000));
        var batch = string.Join('\n', notes.Select(note => Trace(1, t => t["data"]!["note"] = note).ToJsonString()));
        for (var i = 0; i < 3; i++)
        {
            var lines = TestUsers.Content(batch, "application/x-ndjson");
            (await server.SendAsync(HttpMethod.Post, $"{study}/traces", lines, owner.Credential)).Must(
                HttpStatusCode.Created
            );
        }

        using var plain = await BeginAsync("");
        using var gzip = await BeginAsync("?compress=gzip");
        await using var stream = await plain.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[100_000]);
        await using var compressed = await gzip.Content.ReadAsStreamAsync();
        await compressed.ReadExactlyAsync(new byte[100]);

        await postgres.StopAsync();

        await Should.ThrowAsync<IOException>(() => stream.CopyToAsync(Stream.Null));
        await Should.ThrowAsync<IOException>(() => compressed.CopyToAsync(Stream.Null));

        Task<HttpResponseMessage> BeginAsync(string options)
        {
            var request = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(server.Address, $"{study}/traces/export{options}")
            );
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", owner.Credential.Value);
            return server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }
}
