using System.Text;
using Shouldly;
using Sillage.Rowing.Files;
using Sillage.Rowing.Fit;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>TCX, GPX and CSV, real and bad.</summary>
public sealed class FileReadingTests
{
    private static readonly DateTimeOffset Uploaded = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
    private static readonly FileHints Hints = new(Guid.Empty, null, null, null, Uploaded);

    private static FileContent Read(string text, FileHints? hints = null) =>
        FileReading.Read(Encoding.UTF8.GetBytes(text), hints ?? Hints);

    private static string Tcx(
        string points,
        string lap = "<TotalTimeSeconds>60</TotalTimeSeconds><DistanceMeters>250</DistanceMeters>"
    ) =>
        $"""
            <TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Other">
            <Id>2026-11-20T06:30:00Z</Id><Lap StartTime="2026-11-20T06:30:00Z">{lap}<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>
            """;

    private static string Point(string time, string heart = "140", string distance = "10") =>
        $"<Trackpoint><Time>{time}</Time><DistanceMeters>{distance}</DistanceMeters><HeartRateBpm><Value>{heart}</Value></HeartRateBpm><Cadence>30</Cadence></Trackpoint>";

    [Fact]
    public void A_real_TCX_is_read()
    {
        var content = FileReading.Read(RealFiles.Read("3x250m.tcx"), Hints);
        content.Form.ShouldBe("tcx");
        content.Findings.ShouldBeEmpty();
        var workout = content.Workouts.ShouldHaveSingleItem();
        workout.Machine.ShouldBe(Machine.Water);
        workout.Start.ShouldBe(new DateTimeOffset(2016, 7, 28, 9, 35, 29, TimeSpan.Zero));
        workout.Totals.Distance.ShouldBe(750);
        workout.Totals.Time.ShouldBe(487);
        workout.Totals.HeartRate.ShouldBe(new HeartRates(Average: 168, Maximum: 184));
        workout.Totals.Calories.ShouldBeNull();
        workout.Strokes.Count.ShouldBe(94);
        workout.Strokes[1].Distance.ShouldBe(855);
        workout.Strokes[1].Rate.ShouldBe(380);
        // Zero watts all the way are none.
        workout.Strokes.ShouldAllBe(stroke => stroke.Power == null);
        workout.Device!.Name.ShouldBe("rowsandall.com/rowingdata");
    }

    [Fact]
    public void A_real_result_of_the_Logbook_is_read()
    {
        var workout = FileReading.Read(RealFiles.Read("concept2-result.csv"), Hints).Workouts.ShouldHaveSingleItem();
        workout.Strokes.Count.ShouldBe(689);
        workout.Strokes[0].Rate.ShouldBeNull();
        workout.Strokes[^1].Time.ShouldBe(1_798_600);
        workout.Strokes[^1].Distance.ShouldBe(758_410);
        workout.Strokes[1].Power.ShouldBe(1030);
        workout.Start.ShouldBe(Uploaded.AddMilliseconds(-1_798_600));
    }

    [Fact]
    public void A_real_CSV_of_ErgData_is_read()
    {
        var start = new DateTimeOffset(2026, 11, 20, 6, 30, 0, TimeSpan.Zero);
        var content = FileReading.Read(RealFiles.Read("ergdata.csv"), Hints with { Start = start });
        content.Form.ShouldBe("ergdata");
        content.Findings.ShouldBeEmpty();
        var workout = content.Workouts.ShouldHaveSingleItem();
        workout.Start.ShouldBe(start);
        workout.Strokes.Count.ShouldBe(180);
        workout.Strokes[0].Rate.ShouldBeNull();
        workout.Strokes[0].HeartRate.ShouldBe(80);
        workout.Strokes[0].Pace.ShouldBe(172_100);
    }

    [Fact]
    public void A_season_is_read_with_its_tripled_quotes_and_local_times()
    {
        const string season = """"
            "Log ID","Date","Description","Work Time (Formatted)","Work Time (Seconds)","Rest Time (Formatted)","Rest Time (Seconds)","Work Distance","Rest Distance","Stroke Rate/Cadence","Stroke Count","Pace","Avg Watts","Cal/Hour","Total Cal","Avg Heart Rate","Drag Factor","Age","Weight","Type","Ranked","Comments","Date Entered"
            "1","2026-03-29 03:10:00","3000m row","""12:32.6""","","","","3000","","24","301","2:05.4","177","910","190","255","118","30","Hwt","RowErg","No","early","2026-03-29"
            "2","2026-11-20 07:40:00","8x500m/1:00r row","","800","","480","4000","612","30","420","1:40","350","1500","333","171","120","30","Lwt","SkiErg","No","","2026-11-20"
            "3","yesterday","x","1:00","","","","100","","","","","","","","","","","","RowErg","No","",""
            """";
        var content = Read(season, Hints with { TimeZone = "Europe/Zurich" });
        content.Form.ShouldBe("concept2-season");
        content.Workouts.Count.ShouldBe(2);
        content.Findings.ShouldHaveSingleItem().Code.ShouldBe("row-not-valid");
        var (first, second) = (content.Workouts[0], content.Workouts[1]);
        first.Totals.Time.ShouldBe(752.6);
        first.Totals.HeartRate.ShouldBeNull();
        // Ten past three in the night when two o'clock was skipped.
        first.End.ShouldBe(new DateTimeOffset(2026, 3, 29, 1, 10, 0, TimeSpan.Zero));
        first.WeightClass.ShouldBe(WeightClass.H);
        second.Machine.ShouldBe(Machine.Skierg);
        second.Type.ShouldBe(WorkoutType.FixedDistanceInterval);
        // What is written down is the end: it began before work and rest.
        second.Start.ShouldBe(new DateTimeOffset(2026, 11, 20, 6, 18, 40, TimeSpan.Zero));
        second.Totals.RestDistance.ShouldBe(612);
    }

    [Fact]
    public void What_is_not_XML_says_so()
    {
        FileReading.Read(RealFiles.Read("not-xml.tcx"), Hints).Failure.ShouldNotBeNull();
        Read("<html><body/></html>").Failure!.ShouldContain("neither TCX nor GPX");
        Read("<gpx").Failure.ShouldNotBeNull();
        Read("").Failure.ShouldBe("The file is empty.");
        FileReading.Read([0, 1, 2, 3], Hints).Failure.ShouldNotBeNull();
    }

    [Fact]
    public void Years_that_are_none_and_hearts_that_are_undefined_are_told()
    {
        var content = Read(
            Tcx(
                Point("+052870-01-01T00:00:00Z")
                    + Point("2026-11-20T06:30:10Z", "undefined")
                    + Point("2026-11-20T06:30:20Z", "255", "40")
                    + Point("2026-11-20T06:30:30Z", "150", "80")
            )
        );
        content.Findings.Select(f => f.Code).ShouldBe(["time-not-valid", "number-not-valid"]);
        content.Workouts[0].Strokes.Select(s => s.HeartRate).ShouldBe([null, null, 150]);
    }

    [Fact]
    public void Bombs_of_XML_do_not_go_off()
    {
        var bomb = """
            <?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
            <gpx><trk><name>&b;</name></trk></gpx>
            """;
        Read(bomb).Failure!.ShouldContain("document type");
        var deep = "<gpx>" + string.Concat(Enumerable.Repeat("<trk>", 100_000));
        Read(deep).Failure.ShouldNotBeNull();
        Read(bomb.Replace("\"aaaaaaaaaa\"", "SYSTEM \"file:///etc/passwd\"")).Failure.ShouldNotBeNull();
    }

    [Fact]
    public void A_TCX_that_breaks_off_gives_what_there_is()
    {
        var whole = Encoding.UTF8.GetString(RealFiles.Read("3x250m.tcx"));
        var content = Read(whole[..(whole.Length / 2)]);
        content.Failure.ShouldBeNull();
        content.Findings.Select(f => f.Code).ShouldContain("file-cut");
        content.Workouts[0].Strokes.Count.ShouldBeInRange(30, 93);
    }

    [Fact]
    public void A_GPX_has_its_distance_from_its_places()
    {
        var points = string.Concat(
            Enumerable
                .Range(0, 11)
                .Select(i =>
                    FormattableString.Invariant(
                        $"<trkpt lat=\"{46.2 + (i * 0.0001)}\" lon=\"6.15\"><time>2026-11-20T06:30:{i * 2:00}Z</time><extensions><hr>{140 + i}</hr></extensions></trkpt>"
                    )
                )
        );
        var content = Read(
            $"<gpx creator=\"watch\"><trk><type>rowing</type><trkseg>{points}<trkpt lat=\"200\" lon=\"x\"/></trkseg></trk></gpx>"
        );
        var workout = content.Workouts.ShouldHaveSingleItem();
        workout.Machine.ShouldBe(Machine.Water);
        (workout.Strokes[^1].Distance!.Value / 100d).ShouldBe(111.2, 0.5);
        workout.Strokes[^1].HeartRate.ShouldBe(150);
        content.Findings.Select(f => f.Code).ShouldContain("point-without-time");
    }

    [Fact]
    public void A_GPX_of_25_MB_is_read()
    {
        var text = new StringBuilder("<gpx><trk><trkseg>");
        var time = new DateTimeOffset(2026, 11, 20, 6, 30, 0, TimeSpan.Zero);
        var count = 0;
        while (text.Length < 25 * 1024 * 1024)
        {
            text.Append("<trkpt lat=\"46.2\" lon=\"6.15\"><ele>372.123456789</ele><time>")
                .Append(
                    time.AddSeconds(count++)
                        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)
                )
                .Append("</time></trkpt>\n");
        }

        text.Append("</trkseg></trk></gpx>");
        Read(text.ToString()).Workouts[0].Strokes.Count.ShouldBe(count);
    }

    [Fact]
    public void Decimals_with_a_comma_are_read_and_told()
    {
        var content = Read(
            "Number;\"Time (seconds)\";\"Distance (meters)\";Watts\n1;2,5;10,2;100\n2;4,7;20,4;abc\n3;x;1;1\n"
        );
        content
            .Workouts[0]
            .Strokes.Select(s => (s.Time, s.Distance, s.Power))
            .ShouldBe([(2500, 1020, 1000), (4700, 2040, null)]);
        content
            .Findings.Select(f => f.Code)
            .ShouldBe(["decimal-comma", "number-not-valid", "row-not-valid", "start-not-known"]);
    }

    [Fact]
    public void Time_and_distance_start_again_at_each_interval()
    {
        var content = Read("Number,\"Time (seconds)\",\"Distance (meters)\"\n1,2,10\n2,60,250\n3,2,10\n4,61,251\n");
        content
            .Workouts[0]
            .Strokes.Select(s => (s.Time, s.Distance, s.Interval))
            .ShouldBe([(2000, 1000, 0), (60_000, 25_000, 0), (62_000, 26_000, 1), (121_000, 50_100, 1)]);
    }

    [Fact]
    public void The_pace_of_a_bike_is_for_1000_m()
    {
        const string rows = "Number,\"Time (seconds)\",\"Distance (meters)\",\"Pace (seconds)\"\n1,2,20,100\n";
        Read(rows, Hints with { Machine = Machine.Bike }).Workouts[0].Strokes[0].Pace.ShouldBe(50_000);
        Read(rows).Workouts[0].Strokes[0].Pace.ShouldBe(100_000);
    }

    [Fact]
    public void Each_record_of_a_file_belongs_to_one_session()
    {
        const int Sessions = 300;
        const int Records = 2000;
        var writer = new FitWriter();
        for (var i = 0; i < Sessions; i++)
        {
            // Two thirds begin together.
            writer.Write(18, new FitValue(2, FitType.UInt32, 1000 + (i < 200 ? 0 : i)));
        }

        for (var i = 0; i < Records; i++)
        {
            writer.Write(20, new FitValue(253, FitType.UInt32, 900 + i), new FitValue(3, FitType.Byte8, 120));
        }

        var content = FileReading.Read(writer.ToArray(), Hints);
        content.Workouts.Count.ShouldBe(Sessions);
        content.Workouts.Sum(workout => workout.Strokes.Count).ShouldBe(Records);
        // What was recorded before all of them is the first one's.
        content.Workouts[0].Strokes.Count.ShouldBe(100 + 200);
        content.Workouts[^1].Strokes.Count.ShouldBe(900 + Records - 1299);
        var doubled = content.Findings.ShouldHaveSingleItem();
        (doubled.Code, doubled.Count).ShouldBe(("sessions-doubled", 199));
    }

    [Fact]
    public void What_of_a_file_would_take_much_room_is_left_out_and_told()
    {
        var many = new StringBuilder("<TrainingCenterDatabase>");
        for (var i = 0; i <= FileRoom.Sessions; i++)
        {
            many.Append("<Activity><Lap StartTime='2026-11-20T06:30:00Z'/></Activity>");
        }

        var sessions = Read(many.Append("</TrainingCenterDatabase>").ToString());
        sessions.Workouts.Count.ShouldBe(FileRoom.Sessions);
        sessions.Findings.ShouldContain(finding => finding.Code == "too-many-sessions" && finding.Count == 1);

        many.Clear().Append("<gpx><trk>");
        for (var i = 0; i <= FileRoom.Points; i++)
        {
            many.Append("<trkpt><time>2026-11-20</time></trkpt>");
        }

        var points = Read(many.Append("</trk></gpx>").ToString());
        points.Workouts.ShouldHaveSingleItem().Strokes.Count.ShouldBe(FileRoom.Points);
        points.Findings.ShouldContain(finding => finding.Code == "too-many-points" && finding.Count == 1);

        var laps = string.Concat(Enumerable.Repeat("<Lap StartTime='2026-11-20T06:30:00Z'/>", FileRoom.Parts + 1));
        var parts = Read($"<TrainingCenterDatabase><Activity>{laps}</Activity></TrainingCenterDatabase>");
        parts.Workouts.ShouldHaveSingleItem().Splits.ShouldBeNull();
        parts.Findings.ShouldHaveSingleItem().Code.ShouldBe("too-many-parts");

        Read("Date,Work Distance" + new string(',', 1000) + "\n2026-11-20,2000\n").Failure.ShouldNotBeNull();
    }

    [Fact]
    public void A_stroke_is_in_the_first_interval_whose_end_it_does_not_come_after()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            // Some last no time, and what a file says may go back.
            List<Measures> intervals =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 12))
                    .Select(_ => new Measures(Time: random.Next(-2, 6), RestTime: random.Next(0, 3))),
            ];
            List<Stroke> strokes = [.. Enumerable.Range(0, 40).Select(_ => new Stroke { Time = random.Next(40_000) })];
            Derivation.Place(strokes, intervals);
            foreach (var stroke in strokes)
            {
                var (at, start) = (0, 0d);
                double EndOf(int i) => start + ((intervals[i].Time!.Value + intervals[i].RestTime!.Value) * 1000);
                while (at < intervals.Count - 1 && stroke.Time > EndOf(at))
                {
                    (start, at) = (EndOf(at), at + 1);
                }

                stroke.Interval.ShouldBe(at);
                stroke.IsRest.ShouldBe(stroke.Time > start + (intervals[at].Time!.Value * 1000) + 100);
            }
        }
    }

    [Fact]
    public void Noise_is_answered()
    {
        var random = new Random(3);
        var real = new[] { "3x250m.tcx", "ergdata.csv", "concept2-result.csv" }.Select(RealFiles.Read).ToArray();
        for (var round = 0; round < 600; round++)
        {
            var bytes = (byte[])real[round % 3].Clone();
            for (var i = random.Next(1, 30); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            foreach (var workout in FileReading.Read(bytes, Hints).Workouts)
            {
                WorkoutIntake.Make(workout, Uploaded).Detail.ShouldNotBeEmpty();
            }
        }
    }
}
