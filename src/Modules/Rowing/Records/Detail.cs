using System.Text.Json;
using Sillage.Api.Formats;

namespace Sillage.Rowing.Records;

/// <summary>What of a workout is read with it, and looked for by nobody: one JSON text in its row.</summary>
internal sealed record Detail(
    WorkoutType Type,
    Measures Totals,
    Derived Derived,
    IReadOnlyList<Measures>? Splits = null,
    IReadOnlyList<Measures>? Intervals = null,
    WeightClass? WeightClass = null,
    Device? Device = null,
    string? Comments = null,
    IReadOnlyList<string>? Tags = null,
    IReadOnlyList<Finding>? Findings = null,
    JsonElement? Metadata = null,
    string? TimeZone = null
)
{
    public static Detail Read(string text) =>
        JsonSerializer.Deserialize<Detail>(text, Json.Options)
        ?? throw new InvalidDataException("A workout has no detail.");

    public string Write() => JsonSerializer.Serialize(this, Json.Options);
}
