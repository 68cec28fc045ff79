using Sillage.Rowing.Fit;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Files;

/// <summary>A session or a lap of a FIT file.</summary>
internal sealed record FitLap
{
    /// <summary>Seconds since the FIT epoch.</summary>
    public long? Start { get; init; }

    public long? End { get; init; }

    public double? Elapsed { get; init; }

    public double? Timer { get; init; }

    public double? Distance { get; init; }

    public long? Strokes { get; init; }

    public long? Calories { get; init; }

    public long? Cadence { get; init; }

    public long? Power { get; init; }

    public HeartRates? HeartRate { get; init; }

    public long Sport { get; init; }

    public long SubSport { get; init; }

    public bool IsRest { get; init; }

    /// <summary>Seconds without pauses. Devices disagree which of the two numbers that is, but not that it is the smaller one.</summary>
    public double? Seconds =>
        (Elapsed, Timer) switch
        {
            // One of them is rounded to whole seconds by some.
            ({ } elapsed, { } timer) when Math.Abs(elapsed - timer) < 1 => elapsed,
            ({ } elapsed, { } timer) => Math.Min(elapsed, timer),
            _ => Elapsed ?? Timer,
        };

    /// <summary>When it ended, in seconds since the FIT epoch.</summary>
    public double? Ends => Start + Seconds;

    public static FitLap OfSession(in FitMessage message) =>
        Of(message) with
        {
            Sport = message.Whole(5) ?? 0,
            SubSport = message.Whole(6) ?? 0,
            Strokes = message.Whole(10),
            HeartRate = Beats(message, 16, 17, 64),
            Cadence = message.Whole(18),
            Power = message.Whole(20),
        };

    public static FitLap OfLap(in FitMessage message) =>
        Of(message) with
        {
            Strokes = message.Whole(10),
            HeartRate = Beats(message, 15, 16, 63),
            Cadence = message.Whole(17),
            Power = message.Whole(19),
            // Rest and recovery; warming up and down is work.
            IsRest = message.Whole(23) is 1 or 4,
        };

    /// <summary>What the device says of it; a session with rests says of its time that rest is in it.</summary>
    public Measures ToMeasures(bool hasRest) =>
        new(
            hasRest ? null : Distance,
            hasRest ? null : Seconds,
            StrokeCount: (int?)Strokes is > 0 and < 10_000_000 and var count ? count : null,
            StrokeRate: Cadence is > 0 and < 255 ? Cadence : null,
            Power: Power is > 0 and < 10_000 ? Power : null,
            // Devices that count none say 0 or 1.
            Calories: Calories is > 1 and < 100_000 ? (int)Calories : null,
            HeartRate: HeartRate
        );

    private static FitLap Of(in FitMessage message) =>
        new()
        {
            Start = message.Whole(2) ?? message.Time,
            End = message.Time,
            Elapsed = Sane(message.Scaled(7, 1000)),
            Timer = Sane(message.Scaled(8, 1000)),
            Distance = message.Scaled(9, 100) is >= 0 and < 10_000_000 and var metres ? metres : null,
            Calories = message.Whole(11),
        };

    private static double? Sane(double? seconds) => seconds is >= 0 and <= 604_800 ? seconds : null;

    private static HeartRates? Beats(in FitMessage message, byte average, byte maximum, byte minimum) =>
        HeartRates.Clean(
            new HeartRates(
                Stroke.Beats((int?)message.Whole(average)),
                Stroke.Beats((int?)message.Whole(minimum)),
                Stroke.Beats((int?)message.Whole(maximum))
            )
        );
}
