using System.Globalization;
using System.Text;
using Shouldly;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Formulas on real rows, names of workouts, bests.</summary>
public sealed class FormulaTests
{
    [Fact]
    public void Watts_and_calories_of_a_real_result_follow_from_its_paces()
    {
        var rows = Encoding
            .UTF8.GetString(RealFiles.Read("concept2-result.csv"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        rows.Length.ShouldBe(689);
        foreach (var row in rows)
        {
            double Cell(int i) => double.Parse(row.Split(',')[i], CultureInfo.InvariantCulture);
            // The pace in the file is cut off to tenths: what the monitor reckoned with lies between it and the next.
            var (most, least) = (Formulas.Watts(Cell(3) - 0.05)!.Value, Formulas.Watts(Cell(3) + 0.1)!.Value);
            Cell(4).ShouldBeInRange(Math.Floor(least), Math.Ceiling(most), row);
            Cell(5).ShouldBeInRange(Formulas.CaloriesAnHour(least), Formulas.CaloriesAnHour(most), row);
        }
    }

    [Fact]
    public void A_pace_is_cut_off_and_never_infinite()
    {
        Formulas.Shown(Formulas.Pace(3000, 752.65)!.Value).ShouldBe(125.4);
        Formulas.Pace(0, 10).ShouldBeNull();
        Formulas.Pace(10, 0).ShouldBeNull();
        Formulas.Watts(0).ShouldBeNull();
        Formulas.PaceOf(Formulas.Watts(120)!.Value)!.Value.ShouldBe(120, 1e-9);
        Formulas.Predicted(432, 2000, 4000).ShouldBe(432 * Math.Pow(2, 1.07), 1e-9);
        Formulas.PaulsPace(108, 2000, 8000).ShouldBe(118);
    }

    [Theory]
    [InlineData("2000m", WorkoutType.FixedDistanceSplits, 2000, 432.1, "")]
    [InlineData("30:00", WorkoutType.FixedTimeSplits, 7584, 1800d, "")]
    [InlineData("8x500m/1:00r", WorkoutType.FixedDistanceInterval, null, null, "8 x 500 m 100 s 60 r")]
    [InlineData("4x4:00/3:00r", WorkoutType.FixedTimeInterval, null, null, "4 x 1003 m 240 s 180 r")]
    [InlineData("v500m/1:00r...3", WorkoutType.VariableInterval, null, null, "500 100 60;1000 210 90;250 48 60")]
    public void A_workout_is_recognised(string name, WorkoutType type, int? metres, double? seconds, string intervals)
    {
        List<Measures> parts = [];
        if (intervals.Contains('x', StringComparison.Ordinal))
        {
            var words = intervals.Split(' ');
            for (var i = 0; i < int.Parse(words[0], CultureInfo.InvariantCulture); i++)
            {
                var distance =
                    double.Parse(words[2], CultureInfo.InvariantCulture)
                    + (type == WorkoutType.FixedTimeInterval ? i * 7 : 0);
                var time =
                    double.Parse(words[4], CultureInfo.InvariantCulture)
                    + (type == WorkoutType.FixedTimeInterval ? 0 : i);
                parts.Add(new Measures(distance, time, double.Parse(words[6], CultureInfo.InvariantCulture)));
            }
        }
        else
        {
            parts.AddRange(
                intervals
                    .Split(';', StringSplitOptions.RemoveEmptyEntries)
                    .Select(part =>
                        part.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()
                    )
                    .Select(n => new Measures(n[0], n[1], n[2]))
            );
        }

        var detail = new Detail(
            type,
            new Measures(metres, seconds),
            new Derived(),
            Intervals: parts.Count > 0 ? parts : null
        );
        Recognition.NameOf(detail).ShouldBe(name);
    }

    [Fact]
    public void The_best_stretch_begins_anywhere_and_reaches_over_no_rest()
    {
        // 1000 m at 2:00, 1000 m at 1:40, 1000 m at 2:00; ten metres a stroke.
        var strokes = new List<Stroke>();
        var time = 0d;
        for (var metres = 10; metres <= 3000; metres += 10)
        {
            time += metres is > 1000 and <= 2000 ? 2 : 2.4;
            strokes.Add(new Stroke { Time = (int)Math.Round(time * 1000), Distance = metres * 100 });
        }

        var bests = Bests.Rolling(strokes).ToDictionary(best => best.Piece, best => best.Value);
        bests["d1000"].ShouldBeInRange(199_990, 200_010);
        bests["d2000"].ShouldBeInRange(439_990, 440_010);
        bests.ShouldNotContainKey("d5000");
        bests["t60"].ShouldBe(-30_000);

        var parted = strokes.Select((s, i) => s with { Interval = i / 75, Time = s.Time + (i / 75 * 60_000) }).ToList();
        Bests.Rolling(parted).Select(best => best.Piece).ShouldNotContain("d1000");
    }
}
