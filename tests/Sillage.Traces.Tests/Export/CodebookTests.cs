using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Export;

/// <summary>What the export's columns hold.</summary>
public abstract class CodebookTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task Every_column_of_the_export_is_told_with_what_was_seen_in_it()
    {
        var study = await NewFilledStudyAsync();
        var codebook = (await GetAsync($"{study}/codebook")).Must(HttpStatusCode.OK).Json;
        ((long)codebook["traces"]!).ShouldBe(4);
        var header = (await GetAsync($"{study}/traces/export")).Text.Split("\r\n")[0].Split(',');
        codebook["columns"]!.AsArray().Select(c => (string)c!["column"]!).ShouldBe(header);

        var room = Column(codebook, "room");
        ((string)room["description"]!).ShouldBe("Where in the game.");
        ((bool)room["required"]!).ShouldBeTrue();
        (Number(room, "present"), Number(room, "missing")).ShouldBe((4, 0));
        (Number(room, "shortest"), Number(room, "longest"), Number(room, "distinct")).ShouldBe((4, 6, 2));
        room["values"]!
            .AsArray()
            .Select(v => ((string)v!["value"]!, (long)v["count"]!))
            .ShouldBe([("loöps1", 3), ("maze", 1)]);

        var score = Column(codebook, "score");
        ((string)score["unit"]!).ShouldBe("points");
        (Number(score, "present"), Number(score, "missing"), Number(score, "distinct")).ShouldBe((3, 1, 2));
        (Number(score, "minimum"), Number(score, "maximum")).ShouldBe((-2.5m, 1.5m));

        var level = Column(codebook, "level");
        level["allowed"]!.ToJsonString().ShouldBe("[1,2,3]");
        level["values"]!.ToJsonString().ShouldBe("""[{"value":2,"count":1}]""");
        Column(codebook, "correct")["values"]!
            .ToJsonString()
            .ShouldBe("""[{"value":true,"count":2},{"value":false,"count":1}]""");

        var at = Column(codebook, "at");
        at["distinct"].ShouldBeNull();
        DateTimeOffset
            .Parse((string)at["minimum"]!, CultureInfo.InvariantCulture)
            .ShouldBe(new DateTimeOffset(2026, 1, 1, 9, 0, 0, TimeSpan.Zero));
        DateTimeOffset
            .Parse((string)at["maximum"]!, CultureInfo.InvariantCulture)
            .ShouldBe(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));

        // An id is its own; of a masked field there are tokens; what is left out has no column.
        Column(codebook, "id")["distinct"].ShouldBeNull();
        ((bool)Column(codebook, "said")["masked"]!).ShouldBeTrue();
        Number(Column(codebook, "said"), "longest").ShouldBe(13);
        codebook["columns"]!.AsArray().ShouldNotContain(c => (string)c!["column"]! == "secret");
        Number(Column(codebook, "extra"), "present").ShouldBe(1);
        Number(Column(codebook, "sequence"), "maximum").ShouldBe(4);
        Number(Column(codebook, "session"), "missing").ShouldBe(4);
        Number(Column(codebook, "participant"), "distinct").ShouldBe(1);
    }

    [Fact]
    public async Task It_comes_as_a_table_too()
    {
        var study = await NewFilledStudyAsync();
        var csv = (await GetAsync($"{study}/codebook", null, ("Accept", "text/csv"))).Must(HttpStatusCode.OK);
        csv.ContentType.ShouldStartWith("text/csv");
        var rows = csv.Text.Split("\r\n");
        rows[0]
            .ShouldBe(
                "column,field,type,required,description,unit,allowed,masked,present,missing,minimum,maximum,shortest,longest,distinct,values"
            );
        rows.ShouldContain(
            "score,score,number,false,\"'=1+1, which is no formula.\",points,,false,3,1,-2.5,1.5,,,2,1.5 (2) | -2.5 (1)"
        );
        var european = (await GetAsync($"{study}/codebook?format=csv&decimalMark=comma")).Text;
        european.ShouldContain(";3;1;-2,5;1,5;;;2;");

        (await GetAsync($"{study}/codebook?format=xls")).Pointers().ShouldBe(["?format"]);
        (await GetAsync($"{study}/codebook?decimalMark=comma")).Pointers().ShouldBe(["?decimalMark"]);
        (await GetAsync($"{study}/codebook", null, ("Accept", "application/xml"))).ContentType.ShouldStartWith(
            "application/xml"
        );
    }

    [Fact]
    public async Task What_comes_in_after_is_counted_the_next_time()
    {
        var study = await NewFilledStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await GetAsync($"{study}/codebook");
        var lines = Enumerable
            .Range(0, 6000)
            .Select(i => Trace(change: t => t["data"]!["room"] = $"r{i % 21}").ToJsonString());
        (await SendTracesAsync(study, string.Join('\n', lines), player, "application/x-ndjson")).Must(
            HttpStatusCode.Created
        );
        var codebook = (await GetAsync($"{study}/codebook")).Json;
        ((long)codebook["traces"]!).ShouldBe(6004);
        Column(codebook, "room")["values"].ShouldBeNull("more than twenty are no choices");
        Number(Column(codebook, "participant"), "distinct").ShouldBe(2);
    }

    [Fact]
    public async Task An_empty_study_has_a_codebook()
    {
        var study = await NewStudyAsync();
        var codebook = (await GetAsync($"{study}/codebook")).Must(HttpStatusCode.OK).Json;
        ((long)codebook["traces"]!).ShouldBe(0);
        Column(codebook, "score")["minimum"].ShouldBeNull();
        (await GetAsync($"{study}/codebook", Traces.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<string> NewFilledStudyAsync()
    {
        var study = await NewStudyAsync([
            new
            {
                name = "room",
                type = "string",
                required = true,
                description = "Where in the game.",
            },
            new
            {
                name = "score",
                type = "number",
                unit = "points",
                description = "=1+1, which is no formula.",
            },
            new
            {
                name = "level",
                type = "integer",
                values = new[] { 1, 2, 3 },
            },
            new { name = "correct", type = "boolean" },
            new { name = "at", type = "timestamp" },
            new
            {
                name = "said",
                type = "string",
                export = "mask",
            },
            new
            {
                name = "secret",
                type = "string",
                export = "leave-out",
            },
        ]);
        var player = (await NewPlayersAsync(study))[0].Person;
        var data = new[]
        {
            """{"room":"loöps1","score":1.50,"correct":true,"at":"2026-01-01T04:00:00-05:00","said":"x"}""",
            """{"room":"lo\u00f6ps1","score":1.5,"correct":true,"at":"2026-01-02T00:00:00Z","level":2}""",
            """{"room":"loöps1","score":-2.5,"correct":false,"secret":"s"}""",
            """{"room":"maze","score":null,"other":1}""",
        };
        var sent = new JsonArray([
            .. data.Select((d, i) => Trace(change: t => (t["data"], t["sequence"]) = (JsonNode.Parse(d), i + 1))),
        ]);
        (await SendTracesAsync(study, sent, player)).Must(HttpStatusCode.Created);
        return study;
    }

    private static JsonNode Column(JsonNode codebook, string name) =>
        codebook["columns"]!.AsArray().Single(c => (string)c!["column"]! == name)!;

    private static decimal? Number(JsonNode column, string member) => (decimal?)column[member];
}

public sealed class CodebookOnSqlite(SqliteTraces traces) : CodebookTests(traces), IClassFixture<SqliteTraces>;

public sealed class CodebookOnPostgres(PostgresTraces traces) : CodebookTests(traces), IClassFixture<PostgresTraces>;
