using Shouldly;
using Sillage.Rowing.Files;
using Sillage.Rowing.Fit;
using Sillage.Rowing.Records;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>FIT read: as Garmin's own decoder reads it, and whatever is done to the bytes.</summary>
public sealed class FitDecoderTests
{
    private static readonly FileHints Hints = new(Guid.Empty, null, null, null, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("3x250m.fit")]
    [InlineData("nk-oarlock.fit")]
    public async Task It_reads_what_Garmins_decoder_reads(string name)
    {
        Assert.SkipUnless(FitOracle.IsThere, "Garmin's decoder is not installed; ./test installs it.");
        var bytes = RealFiles.Read(name);
        var oracle = (await FitOracle.ReadAsync(bytes))["messages"]!;
        var seen = new List<(uint? Time, double? Distance, long? Heart, long? Cadence, long? Power, long? Latitude)>();
        var outcome = FitDecoder.Read(
            bytes,
            (in FitMessage message) =>
            {
                if (message.Number == 20)
                {
                    seen.Add(
                        (
                            message.Time,
                            message.Scaled(5, 100),
                            message.Whole(3),
                            message.Whole(4),
                            message.Whole(7),
                            message.Whole(0)
                        )
                    );
                }
            }
        );
        outcome.Failure.ShouldBeNull();
        outcome.WrongSums.ShouldBe(0);
        var records = oracle["recordMesgs"]!.AsArray();
        seen.Count.ShouldBe(records.Count);
        for (var i = 0; i < seen.Count; i++)
        {
            double? Of(string member) => (double?)records[i]![member];
            ((double?)seen[i].Time).ShouldBe(Of("timestamp"), $"record {i}");
            seen[i].Distance.ShouldBe(Of("distance"));
            ((double?)seen[i].Heart).ShouldBe(Of("heartRate"));
            ((double?)seen[i].Cadence).ShouldBe(Of("cadence"));
            ((double?)seen[i].Power).ShouldBe(Of("power"));
            ((double?)seen[i].Latitude).ShouldBe(Of("positionLat"));
        }
    }

    [Fact]
    public void Laps_with_time_in_between_are_intervals()
    {
        var workout = FileReading.Read(RealFiles.Read("3x250m.fit"), Hints).Workouts.ShouldHaveSingleItem();
        workout.Machine.ShouldBe(Machine.Water);
        workout.Start.ShouldBe(new DateTimeOffset(2016, 7, 28, 9, 35, 28, TimeSpan.Zero));
        workout.Intervals!.Select(i => i.Distance).ShouldBe([250.39, 250.88, 250.38]);
        workout.Intervals!.Select(i => i.Time).ShouldBe([56.6, 59.2, 55.6]);
        workout.Intervals![0].RestTime!.Value.ShouldBe(156.4, 0.01);
        var row = WorkoutIntake.Make(workout, DateTimeOffset.UnixEpoch);
        row.Duration.ShouldBe(171_400);
        row.Distance.ShouldBe(75_165);
        workout.Strokes.Count.ShouldBe(94);
        workout.Strokes.ShouldContain(stroke => stroke.IsRest == false && stroke.HeartRate == 184);
        // The watch measures no power and writes none.
        workout.Strokes.ShouldAllBe(stroke => stroke.Power == null);
    }

    [Fact]
    public void What_an_app_describes_itself_is_read()
    {
        var content = FileReading.Read(RealFiles.Read("nk-oarlock.fit"), Hints);
        var workout = content.Workouts.ShouldHaveSingleItem();
        workout.Totals.Distance.ShouldBe(5293);
        workout.Totals.Time.ShouldBe(1655.238);
        workout.Totals.Calories.ShouldBeNull();
        workout.Splits!.Count.ShouldBe(11);
        workout.Strokes.Count.ShouldBe(795);
        workout.Strokes[1].DriveTime.ShouldBe(950);
        workout.Strokes[1].RecoveryTime.ShouldBe(320);
        workout.Strokes[1].Power.ShouldBe(10);
    }

    [Fact]
    public void A_file_that_is_cut_off_gives_what_there_is()
    {
        var whole = RealFiles.Read("3x250m.fit");
        var content = FileReading.Read(whole[..1500], Hints);
        content.Failure.ShouldBeNull();
        content.Findings.Select(finding => finding.Code).ShouldBe(["file-cut", "session-missing"]);
        content.Workouts[0].Strokes.Count.ShouldBeInRange(20, 93);
    }

    [Fact]
    public void A_field_of_no_bytes_is_no_field()
    {
        byte[] definition = [0x40, 0, 0, 20, 0, 3, 3, 0, 2, 4, 1, 2, 5, 0, 134];
        byte[] message = [0x00, 90];
        byte[] head = [12, 16, 0, 0, (byte)(definition.Length + message.Length), 0, 0, 0, .. ".FIT"u8];
        byte[] file = [.. head, .. definition, .. message, 0, 0];
        (long?, long?, double?) seen = default;

        var outcome = FitDecoder.Read(
            file,
            (in FitMessage read) => seen = (read.Whole(3), read.Whole(4), read.Scaled(5, 100))
        );

        outcome.Failure.ShouldBeNull();
        seen.ShouldBe((null, 90, null));
    }

    [Fact]
    public void Every_beginning_of_a_file_is_answered()
    {
        var whole = RealFiles.Read("3x250m.fit");
        for (var length = 0; length < whole.Length; length++)
        {
            var content = FileReading.Read(whole[..length], Hints);
            (content.Failure is not null || content.Findings.Count > 0).ShouldBeTrue($"{length} bytes");
        }
    }

    [Fact]
    public void Damaged_files_are_answered()
    {
        var random = new Random(20261129);
        var files = new[] { RealFiles.Read("3x250m.fit"), RealFiles.Read("nk-oarlock.fit") };
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])files[round % 10 == 0 ? 1 : 0].Clone();
            for (var i = random.Next(1, 20); i > 0; i--)
            {
                // The definitions at the beginning are where damage goes furthest.
                bytes[random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(200)] = (byte)random.Next(256);
            }

            foreach (var workout in FileReading.Read(bytes, Hints).Workouts)
            {
                WorkoutIntake.Make(workout, DateTimeOffset.UnixEpoch).Detail.ShouldNotBeEmpty();
            }
        }
    }

    [Fact]
    public void Noise_behind_a_head_is_answered()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[14 + random.Next(400)];
            random.NextBytes(bytes);
            new byte[]
            {
                14,
                0x20,
                0,
                0,
                (byte)random.Next(256),
                0,
                0,
                0,
                (byte)'.',
                (byte)'F',
                (byte)'I',
                (byte)'T',
            }.CopyTo(bytes, 0);
            FileReading.Read(bytes, Hints).Workouts.Count.ShouldBeLessThan(50);
        }
    }

    [Fact]
    public void Files_one_behind_the_other_come_to_an_end()
    {
        // Heads that announce nothing, again and again; and messages of no length at all.
        var heads = Enumerable.Repeat(RealFiles.Read("3x250m.fit")[..14], 5000).SelectMany(head => head).ToArray();
        FileReading.Read(heads, Hints).Failure.ShouldNotBeNull();
        byte[] define = [0x40, 0, 0, 20, 0, 0];
        byte[] empty = [14, 0x20, 0, 0, 0, 0, 0, 0, .. ".FIT"u8, 0, 0, .. define, .. new byte[3_000_000]];
        FileReading.Read(empty, Hints).Failure.ShouldNotBeNull().ShouldContain("more than 2000000 messages");
        var twice = RealFiles.Read("3x250m.fit").Concat(RealFiles.Read("3x250m.fit")).ToArray();
        FileReading.Read(twice, Hints).Failure.ShouldBeNull();
    }

    [Fact]
    public void A_wrong_check_sum_is_told_and_the_file_read()
    {
        var bytes = RealFiles.Read("3x250m.fit");
        bytes[^1] ^= 1;
        var content = FileReading.Read(bytes, Hints);
        content.Findings.Select(finding => finding.Code).ShouldBe(["check-sum"]);
        content.Workouts[0].Strokes.Count.ShouldBe(94);
    }
}
