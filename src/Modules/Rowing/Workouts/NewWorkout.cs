using System.ComponentModel.DataAnnotations;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Workouts;

/// <summary>A workout to keep.</summary>
/// <param name="Machine">What it was rowed on.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; else start, work and rest say it. At most seven days later.</param>
/// <param name="TimeZone">The name of the zone it was rowed in (IANA), as <c>Europe/Zurich</c>.</param>
/// <param name="Type">What the monitor was set to.</param>
/// <param name="Totals">What the monitor says of the whole. Work and rest are apart.</param>
/// <param name="Splits">What the monitor says of the parts of a piece without rests.</param>
/// <param name="Intervals">What the monitor says of intervals; not together with splits.</param>
/// <param name="Strokes">The strokes, in their order. More than fit into a request are sent live.</param>
/// <param name="WeightClass">Heavy- or lightweight.</param>
/// <param name="Device">What it was recorded with.</param>
/// <param name="Privacy">Who may read it. Default: nobody else.</param>
/// <param name="Comments">What the rower says of it.</param>
/// <param name="Tags">Words to find it by, at most 20.</param>
/// <param name="Live">Whether strokes are still to come: it is open then, until it is finished or nothing has come for a while.</param>
public sealed record NewWorkout(
    Machine Machine,
    DateTimeOffset Start,
    DateTimeOffset? End = null,
    [property: StringLength(64, MinimumLength = 1)] string? TimeZone = null,
    WorkoutType Type = WorkoutType.Unknown,
    Measures? Totals = null,
    [property: MaxLength(1000)] IReadOnlyList<Measures>? Splits = null,
    [property: MaxLength(1000)] IReadOnlyList<Measures>? Intervals = null,
    [property: MaxLength(50_000)] IReadOnlyList<SentStroke>? Strokes = null,
    WeightClass? WeightClass = null,
    Device? Device = null,
    Privacy Privacy = Privacy.Private,
    [property: StringLength(10_000)] string? Comments = null,
    [property: MaxLength(20)] IReadOnlyList<string>? Tags = null,
    bool Live = false
) : IValidatableObject
{
    internal static NewWorkout Example { get; } =
        new(
            Machine.Rower,
            new DateTimeOffset(2026, 11, 20, 6, 30, 0, TimeSpan.Zero),
            TimeZone: "Europe/Zurich",
            Type: WorkoutType.FixedDistanceSplits,
            Totals: new Measures(2000, 432.1, StrokeCount: 230, StrokeRate: 32, Calories: 128, DragFactor: 120),
            Strokes: [new SentStroke(2.1, 9.4, 112.3, 34, 240, 131), new SentStroke(3.9, 18.2, 104.9, 35, 302, 134)],
            Tags: ["test"]
        );

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        [
            .. WorkoutRules.CheckTimes(Start, End),
            .. WorkoutRules.CheckZone(TimeZone),
            .. WorkoutRules.CheckTags(Tags),
            .. Splits is { Count: > 0 } && Intervals is { Count: > 0 }
                ? [new ValidationResult("A workout has splits or intervals, not both.", [nameof(Splits)])]
                : Array.Empty<ValidationResult>(),
        ];

    internal WorkoutDraft ToDraft(Guid account) =>
        new(account, Machine, Live ? Source.Live : Source.Sent, Start.ToUniversalTime())
        {
            IsLive = Live,
            End = End?.ToUniversalTime(),
            TimeZone = TimeZone,
            Type = Type,
            Totals = Totals ?? new Measures(),
            Splits = Splits,
            Intervals = Intervals,
            Strokes = [.. (Strokes ?? []).Select(Stroke.Of)],
            WeightClass = WeightClass,
            Device = Device,
            Privacy = Privacy,
            Comments = Comments,
            Tags = Tags,
        };
}
