using System.Text.Json;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Records;

/// <summary>A workout on its way in, by whichever road.</summary>
internal sealed record WorkoutDraft(Guid Account, Machine Machine, Source Source, DateTimeOffset Start)
{
    public bool IsLive { get; init; }

    public DateTimeOffset? End { get; init; }

    public string? TimeZone { get; init; }

    public WorkoutType Type { get; init; }

    public Measures Totals { get; init; } = new();

    public IReadOnlyList<Measures>? Splits { get; init; }

    public IReadOnlyList<Measures>? Intervals { get; init; }

    public List<Stroke> Strokes { get; init; } = [];

    public WeightClass? WeightClass { get; init; }

    public Device? Device { get; init; }

    public Privacy Privacy { get; init; }

    public string? Comments { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>What was noticed before the strokes were looked at.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What a client of the Logbook's API sent along, to be given back as it was.</summary>
    public JsonElement? Metadata { get; init; }
}
