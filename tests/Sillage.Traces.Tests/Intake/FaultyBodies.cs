using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>Bodies that were taken for something else than they are, and values that are right in another spelling.</summary>
public abstract class FaultyBodies(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static readonly object[] Fields =
    [
        new { name = "lives", type = "integer" },
        new
        {
            name = "stage",
            type = "integer",
            values = new[] { 1, 2 },
        },
    ];

    private static string Trace(int i, string more = "") =>
        $$"""{"participant":1,"timestamp":"2026-11-20T09:30:0{{i}}Z","name":"n{{i}}","data":{"room":"x"}{{more}}}""";

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/ndjson")]
    [InlineData("application/jsonl")]
    public async Task JSON_over_several_lines_is_refused_whole_where_NDJSON_is_meant(string mediaType)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var pretty = Trace(1)
            .Replace(",", ",\n  ", StringComparison.Ordinal)
            .Replace("{", "{\n  ", StringComparison.Ordinal)
            .Replace("}", "\n}", StringComparison.Ordinal);
        string[] bodies =
        [
            pretty,
            $"\r\n{pretty}\n{pretty}",
            $"[\n{pretty},\n{pretty}\n]",
            $"[{pretty},{pretty}]",
            $"[{Trace(1)},{Trace(2)}]",
            $"[\n{Trace(1)},\n{Trace(2)}\n",
            $"{Trace(3)}\n{pretty}",
        ];
        foreach (var body in bodies)
        {
            var refused = await SendTracesAsync(study, body, mediaType: mediaType);
            refused.Must(HttpStatusCode.BadRequest).Text.ShouldContain("application/json", Case.Sensitive, body);
        }

        (await GetAsync($"{study}/quarantine")).Items.ShouldBeEmpty();
        (await GetAsync($"{study}/traces")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bad_line_is_still_one_trace_that_is_rejected()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var half = Trace(1)[..40];
        var body = $"{half}\n{Trace(2)}\n{{\"data\":\n{Trace(3)}\n[1]\n{{";
        var sent = await SendTracesAsync(study, body, mediaType: "application/x-ndjson");
        ((int)sent.Json["accepted"]!).ShouldBe(2);
        sent.Json["rejected"]!.AsArray().Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("{\"a\":1,}", "A comma stands behind the last value")]
    [InlineData("{\"a\":1 // x", "A comment is not JSON")]
    [InlineData("{'a':1}", "double quotes")]
    [InlineData("{\"a\":NaN}", "NaN")]
    [InlineData("{\"a\":True}", "small letters")]
    [InlineData("{\"a\":1", "ends before")]
    [InlineData("{\"a\":1}{\"a\":2}", "second value")]
    [InlineData("{\"a\":?}", "'?' cannot stand there")]
    public async Task What_is_wrong_with_a_text_is_said_to_its_writer(string body, string said)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var asLine = await SendTracesAsync(study, body, mediaType: "application/x-ndjson");
        var asWhole = await SendTracesAsync(study, body);
        foreach (var answer in new[] { asLine, asWhole })
        {
            answer.Text.ShouldContain(said);
            answer.Text.ShouldNotContain("reader");
            answer.Text.ShouldNotContain("LineNumber");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<!-- nothing -->")]
    public async Task XML_without_an_element_is_told_as_that(string body)
    {
        var study = await NewStudyAsync();
        var answer = await SendTracesAsync(study, body, mediaType: "application/xml");
        answer.Must(HttpStatusCode.BadRequest).Text.ShouldNotContain("line 0");
    }

    [Fact]
    public async Task Whole_numbers_are_whole_by_their_value_on_every_road()
    {
        var study = await NewStudyAsync(Fields);
        await NewPlayersAsync(study);
        static string With(int i, string lives, string stage) =>
            $$"""{"participant":1.0,"timestamp":"2026-11-20T09:30:0{{i}}Z","name":"n","sequence":{{i}}.0,"data":{"lives":{{lives}},"stage":{{stage}} } }""";
        (await SendTracesAsync(study, With(1, "5.0", "2.0"))).Must(HttpStatusCode.Created);
        (await SendTracesAsync(study, With(2, "5e0", "1e0"), mediaType: "application/x-ndjson")).Must(
            HttpStatusCode.Created
        );
        (
            await SendTracesAsync(
                study,
                "<trace><timestamp>2026-11-20T09:30:03Z</timestamp><name>n</name><participant>1</participant>"
                    + "<sequence>3.0</sequence><data><lives type=\"number\">9007199254740993.0</lives></data></trace>",
                mediaType: "application/xml"
            )
        ).Must(HttpStatusCode.Created);
        foreach (
            var bad in new[] { With(4, "5.5", "1"), With(4, "1e30", "1"), With(4, "5", "3.0"), With(4, "5", "1.5") }
        )
        {
            ((int)(await SendTracesAsync(study, bad)).Json["accepted"]!).ShouldBe(0, bad);
        }

        (await GetAsync($"{study}/traces")).Items.Select(t => (long)t!["sequence"]!).ShouldBe([1, 2, 3]);
        (await GetAsync($"{study}/traces?data.lives=5")).Items.Count.ShouldBe(2);
        (await GetAsync($"{study}/traces?data.lives=5.0")).Items.Count.ShouldBe(2);
        var csv = (await GetAsync($"{study}/traces/export")).Text.Split("\r\n");
        csv[1..^1].Select(l => string.Join('|', l.Split(',')[^3..^1])).ShouldBe(["5|2", "5|1", "9007199254740993|"]);
        (await GetAsync($"{study}/codebook?format=csv")).Text.ShouldContain("5 (2)");
    }

    [Fact]
    public async Task A_field_of_whole_numbers_may_be_widened_and_what_was_rejected_for_it_put_back()
    {
        var study = await NewStudyAsync(Fields);
        var player = (await NewPlayersAsync(study)).Single();
        var rejected = new JsonObject
        {
            ["timestamp"] = "2026-11-20T09:30:00Z",
            ["name"] = "hit",
            ["data"] = new JsonObject { ["lives"] = 2.5 },
        };
        ((int)(await SendTracesAsync(study, rejected, player.Person)).Json["accepted"]!).ShouldBe(0);

        object[] wider =
        [
            new { name = "lives", type = "number" },
            new
            {
                name = "stage",
                type = "number",
                values = new[] { 1, 2, 2.5 },
            },
        ];
        var changed = await SendAsync(HttpMethod.Patch, study, new { fields = wider });
        var putBack = (string)changed.Must(HttpStatusCode.OK).Json["links"]!["put-back"]!;
        ((int)(await PostAsync(putBack, null)).Json["putBack"]!).ShouldBe(1);
        ((double)(await GetAsync($"{study}/traces")).Items.Single()!["data"]!["lives"]!).ShouldBe(2.5);

        // The other way would leave stored values that do not fit.
        (await SendAsync(HttpMethod.Patch, study, new { fields = Fields }))
            .Must(HttpStatusCode.BadRequest)
            .Text.ShouldContain("save from integer to number");
    }

    [Fact]
    public async Task A_media_type_that_is_not_read_is_answered_with_all_that_are()
    {
        var study = await NewStudyAsync();
        foreach (var (type, encoding) in new[] { ("text/plain", (string?)null), ("application/msgpack", "gzip") })
        {
            var headers = encoding is null ? [] : new[] { ("Content-Encoding", encoding) };
            var answer = await SendTracesAsync(study, "x", null, type, headers);
            answer.Must(HttpStatusCode.UnsupportedMediaType);
            foreach (var known in new[] { "json", "x-ndjson", "ndjson", "jsonl", "xml" })
            {
                answer.Text.ShouldContain("application/" + known);
            }
        }

        var other = await Server.SendAsync(
            HttpMethod.Post,
            $"{study}/participants",
            TestUsers.Content("x", "text/plain"),
            Researcher.Credential
        );
        other.Must(HttpStatusCode.UnsupportedMediaType).Text.ShouldNotContain("ndjson");
    }

    [Fact]
    public async Task No_two_columns_of_an_export_have_one_name_and_they_come_back_as_they_were()
    {
        string[] names = ["id", "data.id", "data.data.id", "name", "plain"];
        var study = await NewStudyAsync([.. names.Select(name => new { name, type = "string" })]);
        await NewPlayersAsync(study);
        var sent = new JsonObject
        {
            ["participant"] = 1,
            ["timestamp"] = "2026-11-20T09:30:00Z",
            ["name"] = "n",
            ["data"] = new JsonObject(names.Select(n => KeyValuePair.Create(n, (JsonNode?)$"of {n}"))),
        };
        (await SendTracesAsync(study, sent)).Must(HttpStatusCode.Created);

        var csv = (await GetAsync($"{study}/traces/export")).Text;
        var header = csv.Split("\r\n")[0].Split(',');
        header.ShouldBeUnique();
        header[7..].ShouldBe(["data.data.data.id", "data.id", "data.data.id", "data.name", "plain", "extra"]);
        (await GetAsync($"{study}/codebook")).Json["columns"]!
            .AsArray()
            .Select(c => (string)c!["column"]!)
            .ShouldBe(header);

        using var folder = new Sillage.Specifications.TemporaryFolder();
        await File.WriteAllTextAsync(folder["export.csv"], csv, TestContext.Current.CancellationToken);
        var other = await NewStudyAsync([.. names.Select(name => new { name, type = "string" })]);
        await ImportAsync(other, folder["export.csv"]);
        (await GetAsync($"{other}/traces")).Items.Single()!["data"]!
            .ToJsonString()
            .ShouldBe(sent["data"]!.ToJsonString());
    }

    private Task<Sillage.Traces.Import.TraceImportSummary> ImportAsync(string study, string file) =>
        (
            (Sillage.Traces.Import.TraceImport)Server.Services.GetService(typeof(Sillage.Traces.Import.TraceImport))!
        ).RunAsync(
            new Sillage.Traces.Import.TraceImportRequest(file, study.Split('/')[^1]) { CreateParticipants = true },
            null,
            TestContext.Current.CancellationToken
        );

    [Theory]
    [InlineData("traces/export", "format=ndjson")]
    [InlineData("sessions/export", null)]
    [InlineData("codebook?format=csv", "format=json")]
    [InlineData("consents?format=csv", "format=json")]
    public async Task Every_table_can_begin_with_a_byte_order_mark(string table, string? without)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var and = table.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        (await GetAsync($"{study}/{table}")).Must(HttpStatusCode.OK).Bytes[0].ShouldNotBe((byte)0xEF);
        (await GetAsync($"{study}/{table}{and}bom=true"))
            .Must(HttpStatusCode.OK)
            .Bytes[..3]
            .ShouldBe([0xEF, 0xBB, 0xBF]);
        (await GetAsync($"{study}/{table}{and}bom=maybe")).Must(HttpStatusCode.BadRequest);
        if (without is not null)
        {
            (await GetAsync($"{study}/{table.Split('?')[0]}?{without}&bom=true")).Must(HttpStatusCode.BadRequest);
        }
    }
}

public sealed class FaultyBodiesOnSqlite(SqliteTraces traces) : FaultyBodies(traces), IClassFixture<SqliteTraces>;

public sealed class FaultyBodiesOnPostgres(PostgresTraces traces) : FaultyBodies(traces), IClassFixture<PostgresTraces>;
