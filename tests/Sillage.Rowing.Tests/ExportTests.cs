using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Shouldly;
using Sillage.Rowing.Export;
using Sillage.Rowing.Files;
using Sillage.Rowing.Records;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>What goes out is read by readers of others, and comes in again as it was.</summary>
public sealed class ExportFormTests
{
    private static readonly FileHints Hints = new(Guid.Empty, null, null, null, DateTimeOffset.UnixEpoch);

    private static (WorkoutRow Row, List<Sillage.Rowing.Strokes.Stroke> Strokes) Real()
    {
        var draft = FileReading.Read(RealFiles.Read("3x250m.fit"), Hints).Workouts[0];
        return (WorkoutIntake.Make(draft, DateTimeOffset.UnixEpoch), draft.Strokes);
    }

    [Fact]
    public async Task Garmins_decoder_reads_what_we_write()
    {
        Assert.SkipUnless(FitOracle.IsThere, "Garmin's decoder is not installed; ./test installs it.");
        var (row, strokes) = Real();
        var read = await FitOracle.ReadAsync(FitExport.Write(row, strokes));
        ((bool)read["integrity"]!).ShouldBeTrue();
        ((int)read["errors"]!).ShouldBe(0);
        var before = (await FitOracle.ReadAsync(RealFiles.Read("3x250m.fit")))["messages"]!["recordMesgs"]!.AsArray();
        var after = read["messages"]!["recordMesgs"]!.AsArray();
        after.Count.ShouldBe(before.Count);
        for (var i = 0; i < after.Count; i++)
        {
            foreach (var member in new[] { "timestamp", "distance", "heartRate", "cadence" })
            {
                ((double?)after[i]![member]).ShouldBe((double?)before[i]![member], $"{member} of record {i}");
            }

            ((double)after[i]!["positionLat"]!).ShouldBe((double)before[i]!["positionLat"]!, 2);
        }

        var laps = read["messages"]!["lapMesgs"]!.AsArray();
        laps.Select(lap => (int)lap!["intensity"]!).ShouldBe([0, 1, 0, 1, 0]);
        ((double)read["messages"]!["sessionMesgs"]![0]!["totalDistance"]!).ShouldBe(751.65);
    }

    [Theory]
    [InlineData("fit")]
    [InlineData("tcx")]
    public void What_goes_out_comes_in_again(string format)
    {
        var (row, strokes) = Real();
        var bytes = format == "fit" ? FitExport.Write(row, strokes) : TcxExport.Write(row, strokes);
        var content = FileReading.Read(bytes, Hints);
        content.Findings.ShouldBeEmpty();
        var again = WorkoutIntake.Make(content.Workouts.ShouldHaveSingleItem(), DateTimeOffset.UnixEpoch);
        again.StartedAt.ShouldBe(row.StartedAt);
        again.Distance.ShouldBe(row.Distance);
        again.Duration.ShouldBe(row.Duration);
        again.ReadDetail().Intervals!.Count.ShouldBe(3);
        content
            .Workouts[0]
            .Strokes.Select(s => (s.Time, s.Distance, s.HeartRate))
            .ShouldBe(strokes.Select(s => (s.Time, s.Distance, s.HeartRate)));
    }

    [Fact]
    public void Any_reader_of_XML_reads_the_TCX()
    {
        var (row, strokes) = Real();
        using var stream = new MemoryStream(TcxExport.Write(row, strokes));
        var tcx = XDocument.Load(stream);
        XNamespace main = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2";
        tcx.Descendants(main + "Trackpoint").Count().ShouldBe(94);
        tcx.Descendants(main + "Lap").First().Attribute("StartTime")!.Value.ShouldBe("2016-07-28T09:35:28.000Z");
        ((string?)tcx.Descendants(main + "Activity").Single().Attribute("Sport")).ShouldBe("Other");
    }

    [Fact]
    public async Task Pythons_reader_of_CSV_reads_the_result()
    {
        var draft = FileReading.Read(RealFiles.Read("concept2-result.csv"), Hints).Workouts[0];
        var row = WorkoutIntake.Make(draft, DateTimeOffset.UnixEpoch);
        var name = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.csv");
        await File.WriteAllBytesAsync(name, CsvExport.Write(row, draft.Strokes));
        const string script =
            "import csv,sys; r=list(csv.DictReader(open(sys.argv[1]))); print(len(r), sum(float(x['Distance (meters)']) for x in r[-1:]), r[1]['Watts'], r[0]['Stroke Rate'] == '')";
        using var process = Process.Start(
            new ProcessStartInfo("python3", ["-c", script, name])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var text = (await process.StandardOutput.ReadToEndAsync()).Trim();
        File.Delete(name);
        text.ShouldBe("689 7584.1 103 True");
    }
}

/// <summary>Workouts given as files.</summary>
public abstract class ExportTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    [Theory]
    [InlineData("fit", "application/vnd.ant.fit")]
    [InlineData("tcx", "application/vnd.garmin.tcx+xml")]
    [InlineData("csv", "text/csv")]
    [InlineData("ndjson", "application/x-ndjson")]
    public async Task A_workout_is_given_in_every_form(string format, string type)
    {
        var workout = await SentAsync(Piece(p => p["strokes"] = Steady(20)));
        var file = (await GetAsync($"{Self(workout)}/export?format={format}")).Must(HttpStatusCode.OK);
        file.ContentType!.ShouldStartWith(type);
        file.Bytes.Length.ShouldBeGreaterThan(300);
        (await GetAsync($"{Self(workout)}/export?format={format}", Rowing.Stranger)).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task A_form_that_is_none_is_400() =>
        (await GetAsync($"{Self(await SentAsync(Piece()))}/export?format=doc")).Pointers().ShouldBe(["?format"]);

    [Fact]
    public async Task All_workouts_go_out_a_line_each()
    {
        var rower = await Rowing.NewRowerAsync();
        foreach (var day in Enumerable.Range(1, 3))
        {
            var start = string.Create(CultureInfo.InvariantCulture, $"2026-11-{day:00}T06:30:00Z");
            await SentAsync(Piece(p => (p["start"], p["strokes"]) = (start, Steady(day))), rower);
        }

        var lines = (await GetAsync($"{Workouts}/export", rower))
            .Must(HttpStatusCode.OK)
            .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(line => JsonNode.Parse(line)!["strokes"]!.AsArray().Count).ShouldBe([1, 2, 3]);
    }
}

public sealed class ExportsOnSqlite(SqliteRowing rowing) : ExportTests(rowing), IClassFixture<SqliteRowing>;

public sealed class ExportsOnPostgres(PostgresRowing rowing) : ExportTests(rowing), IClassFixture<PostgresRowing>;
