using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Rowing.Export;
using Sillage.Rowing.Files;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Every real file: what is written of it is read alike by readers of others, of FIT by Garmin's, of TCX and CSV by Python's.</summary>
public sealed class EveryFileTests
{
    private static readonly FileHints Hints = new(
        Guid.Empty,
        new DateTimeOffset(2026, 11, 20, 6, 30, 0, TimeSpan.Zero),
        "Europe/Zurich",
        null,
        DateTimeOffset.UnixEpoch
    );

    public static TheoryData<string> Files =>
        ["3x250m.fit", "3x250m.tcx", "nk-oarlock.fit", "concept2-result.csv", "ergdata.csv"];

    private static (WorkoutRow Row, List<Stroke> Strokes) Read(string name)
    {
        var draft = FileReading.Read(RealFiles.Read(name), Hints).Workouts.ShouldHaveSingleItem();
        return (WorkoutIntake.Make(draft, DateTimeOffset.UnixEpoch), draft.Strokes);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Garmins_decoder_reads_each_stroke(string name)
    {
        Assert.SkipUnless(FitOracle.IsThere, "Garmin's decoder is not installed; ./test installs it.");
        var (row, strokes) = Read(name);
        var read = await FitOracle.ReadAsync(FitExport.Write(row, strokes));
        ((bool)read["integrity"]!).ShouldBeTrue();
        ((int)read["errors"]!).ShouldBe(0);
        var records = read["messages"]!["recordMesgs"]!.AsArray();
        records.Count.ShouldBe(strokes.Count);
        for (var i = 0; i < strokes.Count; i++)
        {
            ((int?)records[i]!["heartRate"]).ShouldBe(strokes[i].HeartRate, $"heart of record {i}");
            if (strokes[i].Distance is { } centimetres)
            {
                ((double)records[i]!["distance"]!).ShouldBe(centimetres / 100d, 0.01, $"distance of record {i}");
            }
        }

        var session = read["messages"]!["sessionMesgs"]![0]!;
        ((double?)session["totalDistance"]).ShouldBe(row.Distance / 100d);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Pythons_reader_of_XML_reads_each_point_of_the_TCX(string name)
    {
        const string Script = """
            import sys, json, datetime, xml.etree.ElementTree as x
            n = '{http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2}'
            points = list(x.parse(sys.argv[1]).iter(n + 'Trackpoint'))
            times = [datetime.datetime.fromisoformat(p.find(n + 'Time').text.replace('Z', '+00:00')) for p in points]
            hearts = [int(h.text) for p in points for h in p.iterfind(f'{n}HeartRateBpm/{n}Value')]
            metres = [float(d.text) for p in points for d in p.iterfind(n + 'DistanceMeters')]
            print(json.dumps({'points': len(points), 'begin': times[0].timestamp(), 'hearts': sum(hearts), 'metres': metres[-1] if metres else None}))
            """;
        var (row, strokes) = Read(name);
        var read = await PythonAsync(Script, TcxExport.Write(row, strokes));
        ((int)read["points"]!).ShouldBe(strokes.Count);
        ((int)read["hearts"]!).ShouldBe(strokes.Sum(stroke => stroke.HeartRate ?? 0));
        ((double?)read["metres"]).ShouldBe(strokes.LastOrDefault(s => s.Distance is not null).Distance / 100d);
        var first = row.StartedAt.AddMilliseconds(strokes[0].Time).ToUnixTimeMilliseconds() / 1000d;
        ((double)read["begin"]!).ShouldBe(first, 0.001);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Pythons_reader_of_CSV_reads_each_row(string name)
    {
        const string Script = """
            import sys, json, csv
            rows = list(csv.DictReader(open(sys.argv[1])))
            hearts = sum(int(r['Heart Rate']) for r in rows if r['Heart Rate'])
            rates = sum(float(r['Stroke Rate']) for r in rows if r['Stroke Rate'])
            print(json.dumps({'rows': len(rows), 'hearts': hearts, 'rates': round(rates, 1)}))
            """;
        var (row, strokes) = Read(name);
        var read = await PythonAsync(Script, CsvExport.Write(row, strokes));
        ((int)read["rows"]!).ShouldBe(strokes.Count);
        ((int)read["hearts"]!).ShouldBe(strokes.Sum(stroke => stroke.HeartRate ?? 0));
        ((double)read["rates"]!).ShouldBe(strokes.Sum(stroke => stroke.Rate ?? 0) / 10d, 0.05);
    }

    private static async Task<JsonNode> PythonAsync(string script, byte[] file)
    {
        var name = Path.Combine(
            Path.GetTempPath(),
            string.Create(CultureInfo.InvariantCulture, $"{Guid.CreateVersion7():N}")
        );
        await File.WriteAllBytesAsync(name, file);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("python3", ["-c", script, name])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                }
            )!;
            var text = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return JsonNode.Parse(text) ?? throw new InvalidDataException("Nothing was read.");
        }
        finally
        {
            File.Delete(name);
        }
    }
}
