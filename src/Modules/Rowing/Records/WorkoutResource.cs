using Sillage.Api.Replies;

namespace Sillage.Rowing.Records;

/// <summary>A workout.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">Its number, by which clients of the Logbook's API know it.</param>
/// <param name="Rower">Whose it is.</param>
/// <param name="Name">What rowers call it, as <c>8x500m/1:00r</c>; derived.</param>
/// <param name="Machine">What it was rowed on.</param>
/// <param name="Type">What the monitor was set to.</param>
/// <param name="State"><c>live</c> while strokes may come, else <c>closed</c>.</param>
/// <param name="Source">By which road it came.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; not there while it is live.</param>
/// <param name="TimeZone">The name of the zone it was rowed in.</param>
/// <param name="LocalStart">The wall clock's time there when it began.</param>
/// <param name="Totals">What the monitor says of the whole, and nothing else.</param>
/// <param name="Derived">What follows from other measures.</param>
/// <param name="Splits">What the monitor says of the parts of a piece.</param>
/// <param name="Intervals">What the monitor says of the intervals.</param>
/// <param name="Strokes">How many strokes are kept; of a live one, the number that the next stroke has.</param>
/// <param name="WeightClass">Heavy- or lightweight.</param>
/// <param name="Device">What it was recorded with.</param>
/// <param name="Privacy">Who may read it.</param>
/// <param name="Comments">What the rower says of it.</param>
/// <param name="Tags">Words to find it by.</param>
/// <param name="Findings">What is not as it should be, each with what was done about it.</param>
/// <param name="CopyOf">The richer record of the same session, where there is one.</param>
/// <param name="Links">What one can do next.</param>
public sealed record WorkoutResource(
    Guid Id,
    long Number,
    Guid Rower,
    string? Name,
    Machine Machine,
    WorkoutType Type,
    string State,
    Source Source,
    DateTimeOffset Start,
    DateTimeOffset? End,
    string? TimeZone,
    string? LocalStart,
    Measures Totals,
    Derived Derived,
    IReadOnlyList<Measures>? Splits,
    IReadOnlyList<Measures>? Intervals,
    long Strokes,
    WeightClass? WeightClass,
    Device? Device,
    Privacy Privacy,
    string? Comments,
    IReadOnlyList<string>? Tags,
    IReadOnlyList<Finding>? Findings,
    Guid? CopyOf,
    Links Links
)
{
    internal static WorkoutResource Example { get; } =
        Of(
            new WorkoutRow(
                1,
                Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
                Guid.Parse("5b3c2f1e-0d4b-4a61-9a5b-7c4d01935a2e"),
                "rower",
                WorkoutRow.Closed,
                "sent",
                new DateTimeOffset(2026, 11, 20, 6, 30, 0, TimeSpan.Zero),
                new DateTimeOffset(2026, 11, 20, 6, 37, 12, TimeSpan.Zero),
                200_000,
                432_100,
                "private",
                new Detail(
                    WorkoutType.FixedDistanceSplits,
                    new Measures(2000, 432.1, StrokeCount: 230),
                    new Derived(Pace: 108, Power: 278, StrokeRate: 31.9, DistancePerStroke: 8.7),
                    TimeZone: "Europe/Zurich"
                ).Write(),
                230,
                null,
                DateTimeOffset.UnixEpoch,
                DateTimeOffset.UnixEpoch,
                "2000m"
            )
        );

    internal static string AddressOf(Guid id) => $"/api/v1/workouts/{id}";

    internal static WorkoutResource Of(WorkoutRow row)
    {
        var detail = row.ReadDetail();
        var self = AddressOf(row.Id);
        var links = new Links(self)
        {
            ["strokes"] = $"{self}/strokes",
            ["analysis"] = $"{self}/analysis",
            ["sources"] = $"{self}/sources",
        };
        if (row.IsLive)
        {
            links["finish"] = $"{self}/finish";
        }

        return new WorkoutResource(
            row.Id,
            row.Number,
            row.AccountId,
            Recognition.NameOf(detail),
            Word.Read<Machine>(row.Machine),
            detail.Type,
            row.State,
            Word.Read<Source>(row.Source),
            row.StartedAt,
            row.EndedAt,
            detail.TimeZone,
            LocalTime(row.StartedAt, detail.TimeZone),
            detail.Totals,
            detail.Derived,
            detail.Splits,
            detail.Intervals,
            row.Strokes,
            detail.WeightClass,
            detail.Device,
            Word.Read<Privacy>(row.Privacy),
            detail.Comments,
            detail.Tags,
            detail.Findings,
            row.CopyOf,
            links
        );
    }

    private static string? LocalTime(DateTimeOffset time, string? zone) =>
        zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? TimeZoneInfo
                .ConvertTime(time, found)
                .ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
