using System.IO.Compression;
using System.Net;
using System.Text;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Export;

/// <summary>Exports as an analysis wants them: in a time zone, with a decimal comma, compressed.</summary>
public abstract class ExportOptionTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task In_a_time_zone_there_is_a_local_time_and_what_the_client_wrote_stays()
    {
        var study = await NewStudyAsync([
            new { name = "at", type = "timestamp" },
            new { name = "local_time", type = "string" },
        ]);
        var player = (await NewPlayersAsync(study))[0].Person;
        foreach (
            var (time, at) in new[]
            {
                ("2026-01-15T23:30:00.5Z", "2026-07-01T02:00:00.123456-05:00"),
                ("2026-07-15T10:30:00-02:00", "0001-01-01T00:00:00Z"),
            }
        )
        {
            (
                await SendTracesAsync(
                    study,
                    Trace(change: t =>
                    {
                        t["timestamp"] = time;
                        t["data"] = new System.Text.Json.Nodes.JsonObject { ["at"] = at };
                    }),
                    player
                )
            ).Must(HttpStatusCode.Created);
        }

        var rows = (await GetAsync($"{study}/traces/export?timeZone=Europe/Paris"))
            .Must(HttpStatusCode.OK)
            .Text.Split("\r\n");
        rows[0]
            .ShouldBe("id,participant,timestamp,local_time,received_at,session,sequence,name,at,data.local_time,extra");
        var winter = rows[1].Split(',');
        winter[2].ShouldBe("2026-01-15T23:30:00.5Z");
        winter[3].ShouldBe("2026-01-16T00:30:00.500000+01:00");
        winter[8].ShouldBe("2026-07-01T09:00:00.123456+02:00");
        var summer = rows[2].Split(',');
        summer[2].ShouldBe("2026-07-15T10:30:00-02:00");
        summer[3].ShouldBe("2026-07-15T14:30:00.000000+02:00");

        // Both are the same moment in the same digits, but for the zone.
        var utc = (await GetAsync($"{study}/traces/export")).Text.Split("\r\n")[1].Split(',')[3];
        DateTimeOffset.Parse(winter[4], null).ShouldBe(DateTimeOffset.Parse(utc, null));
        winter[4].ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0[12]:00$");
        utc.ShouldEndWith("Z");
    }

    [Fact]
    public async Task Numbers_have_a_comma_where_that_is_asked_for()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(
            study,
            Trace(change: t =>
            {
                t["sequence"] = 1000;
                t["data"]!["score"] = -1.25;
                t["data"]!["answer"] = "a;b, 1.5";
                t["data"]!["level"] = 2;
            }),
            player
        );
        var rows = (await GetAsync($"{study}/traces/export?decimalMark=comma"))
            .Must(HttpStatusCode.OK)
            .Text.Split("\r\n");
        rows[0]
            .ShouldBe(
                "id;participant;timestamp;received_at;session;sequence;name;room;answer;correct;level;score;at;more;extra"
            );
        rows[1].ShouldEndWith(";;1000;answered;loops;\"a;b, 1.5\";;2;-1,25;;;");
    }

    [Fact]
    public async Task A_compressed_export_is_a_file_that_holds_the_same()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, Trace(), player);
        var plain = await GetAsync($"{study}/traces/export");

        var file = (await GetAsync($"{study}/traces/export?compress=gzip", null, ("Accept-Encoding", "gzip, br"))).Must(
            HttpStatusCode.OK
        );
        file.ContentType.ShouldBe("application/gzip");
        file.Header("Content-Encoding").ShouldBeNull("it is the file that is compressed, not its way");
        file.Header("Content-Disposition")!.ShouldEndWith(".csv.gz\"");
        Unpack(file).ShouldBe(plain.Text);

        var lines = (await GetAsync($"{study}/traces/export?compress=gzip&format=ndjson")).Must(HttpStatusCode.OK);
        lines.Header("Content-Disposition")!.ShouldEndWith(".ndjson.gz\"");
        Unpack(lines).ShouldBe((await GetAsync($"{study}/traces/export?format=ndjson")).Text);
    }

    [Theory]
    [InlineData("decimalMark=comma&format=ndjson", "?decimalMark")]
    [InlineData("timeZone=UTC&format=ndjson", "?timeZone")]
    [InlineData("decimalMark=semicolon", "?decimalMark")]
    [InlineData("compress=zip", "?compress")]
    [InlineData("timeZone=Europe/Atlantis", "?timeZone")]
    [InlineData("timeZone=../../etc/passwd", "?timeZone")]
    [InlineData("timeZone=Romance%20Standard%20Time", "?timeZone")]
    public async Task What_is_not_possible_is_told(string options, string pointer)
    {
        var study = await NewStudyAsync();
        var refused = await GetAsync($"{study}/traces/export?{options}");
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe([pointer]);
    }

    private static string Unpack(Answer file)
    {
        using var gzip = new GZipStream(new MemoryStream(file.Bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

public sealed class ExportOptionsOnSqlite(SqliteTraces traces) : ExportOptionTests(traces), IClassFixture<SqliteTraces>;

public sealed class ExportOptionsOnPostgres(PostgresTraces traces)
    : ExportOptionTests(traces),
        IClassFixture<PostgresTraces>;
