using System.ComponentModel.DataAnnotations;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Records;

/// <summary>Heart rates, beats a minute; 0 and 255 mean none.</summary>
/// <param name="Average">Over the work.</param>
/// <param name="Minimum">The lowest.</param>
/// <param name="Maximum">The highest.</param>
/// <param name="Ending">At the end.</param>
/// <param name="Rest">In the rest.</param>
/// <param name="Recovery">After the rest.</param>
public sealed record HeartRates(
    [property: Range(0, 255)] int? Average = null,
    [property: Range(0, 255)] int? Minimum = null,
    [property: Range(0, 255)] int? Maximum = null,
    [property: Range(0, 255)] int? Ending = null,
    [property: Range(0, 255)] int? Rest = null,
    [property: Range(0, 255)] int? Recovery = null
)
{
    internal static HeartRates? Clean(HeartRates? sent)
    {
        if (sent is null)
        {
            return null;
        }

        var clean = new HeartRates(
            Stroke.Beats(sent.Average),
            Stroke.Beats(sent.Minimum),
            Stroke.Beats(sent.Maximum),
            Stroke.Beats(sent.Ending),
            Stroke.Beats(sent.Rest),
            Stroke.Beats(sent.Recovery)
        );
        return clean == new HeartRates() ? null : clean;
    }
}

/// <summary>What the monitor says of the whole session, or of a split or an interval of it. Work and rest are apart.</summary>
/// <param name="Distance">Metres of work.</param>
/// <param name="Time">Seconds of work.</param>
/// <param name="RestTime">Seconds of rest.</param>
/// <param name="RestDistance">Metres rowed in the rest.</param>
/// <param name="StrokeCount">Strokes.</param>
/// <param name="StrokeRate">Strokes a minute; 0 means none.</param>
/// <param name="Power">Watts.</param>
/// <param name="Calories">Kilocalories.</param>
/// <param name="WattMinutes">Watt-minutes.</param>
/// <param name="DragFactor">The drag factor; 0 means none.</param>
/// <param name="HeartRate">Heart rates.</param>
/// <param name="Type">What an interval is measured by.</param>
/// <param name="Machine">The machine, where it changes from one interval to the next.</param>
public sealed record Measures(
    [property: Range(0d, 10_000_000d)] double? Distance = null,
    [property: Range(0d, 604_800d)] double? Time = null,
    [property: Range(0d, 604_800d)] double? RestTime = null,
    [property: Range(0d, 10_000_000d)] double? RestDistance = null,
    [property: Range(0, 10_000_000)] int? StrokeCount = null,
    [property: Range(0d, 255d)] double? StrokeRate = null,
    [property: Range(0d, 10_000d)] double? Power = null,
    [property: Range(0, 1_000_000)] int? Calories = null,
    [property: Range(0, 10_000_000)] int? WattMinutes = null,
    [property: Range(0, 1000)] int? DragFactor = null,
    HeartRates? HeartRate = null,
    IntervalType? Type = null,
    Machine? Machine = null
)
{
    internal static Measures Clean(Measures? sent) =>
        (sent ?? new Measures()) with
        {
            StrokeRate = sent?.StrokeRate is > 0 ? sent.StrokeRate : null,
            DragFactor = Stroke.Some(sent?.DragFactor),
            HeartRate = HeartRates.Clean(sent?.HeartRate),
        };

    internal static IReadOnlyList<Measures>? Clean(IReadOnlyList<Measures>? sent) =>
        sent is { Count: > 0 } ? [.. sent.Select(part => Clean(part))] : null;
}

/// <summary>What follows from other measures, never said by a monitor.</summary>
/// <param name="Distance">Metres of work, from the strokes; only where the monitor gave none.</param>
/// <param name="Time">Seconds of work, from the strokes; only where the monitor gave none.</param>
/// <param name="Pace">Seconds for 500 m, from distance and time, as a monitor shows it.</param>
/// <param name="Power">Watts, from the pace; null for machines whose pace says nothing of power.</param>
/// <param name="StrokeCount">Strokes of work that are kept; only where the monitor gave no count.</param>
/// <param name="StrokeRate">Strokes a minute, from count and time.</param>
/// <param name="DistancePerStroke">Metres a stroke.</param>
/// <param name="HeartRate">Average heart rate over the strokes of work; only where the monitor gave none.</param>
public sealed record Derived(
    double? Distance = null,
    double? Time = null,
    double? Pace = null,
    double? Power = null,
    int? StrokeCount = null,
    double? StrokeRate = null,
    double? DistancePerStroke = null,
    int? HeartRate = null
);

/// <summary>What a session was recorded with.</summary>
/// <param name="Name">The device.</param>
/// <param name="Serial">Its serial number.</param>
/// <param name="Firmware">Its firmware.</param>
/// <param name="Monitor">The monitor's version.</param>
/// <param name="Client">The app that sent it.</param>
/// <param name="HeartRateMonitor">What measured the heart.</param>
public sealed record Device(
    [property: StringLength(200)] string? Name = null,
    [property: StringLength(100)] string? Serial = null,
    [property: StringLength(100)] string? Firmware = null,
    [property: StringLength(100)] string? Monitor = null,
    [property: StringLength(100)] string? Client = null,
    [property: StringLength(100)] string? HeartRateMonitor = null
);

/// <summary>Something about a session that is not as it should be. Nothing is thrown away for it.</summary>
/// <param name="Code">What, as one word.</param>
/// <param name="Count">How often.</param>
/// <param name="Detail">The same in words, and what was done.</param>
public sealed record Finding(string Code, long Count, string Detail);
