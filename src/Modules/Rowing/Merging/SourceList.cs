using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Merging;

/// <summary>A record from another device that is a copy of this session.</summary>
/// <param name="Workout">Its id; as a workout of its own it stays as it came.</param>
/// <param name="Source">By which road it came.</param>
/// <param name="Device">What it was recorded with.</param>
/// <param name="Strokes">How many strokes it has.</param>
/// <param name="Reason">Why it was taken for the same session.</param>
/// <param name="MergedAt">When.</param>
/// <param name="Links">What one can do next: <c>undo</c> parts the two, and for good.</param>
public sealed record SourceResource(
    Guid Workout,
    Source Source,
    Device? Device,
    long Strokes,
    string Reason,
    DateTimeOffset MergedAt,
    Links Links
);

/// <summary>The records that one session has besides the one that is shown.</summary>
internal static class SourceList
{
    private static readonly Sql Select = new(
        Of("json_extract(w.detail, '$.device')"),
        Of("w.detail::json ->> 'device'")
    );

    private static string Of(string device) =>
        $"""
            SELECT w.id AS workout, w.number, w.source, {device} AS device, w.strokes, w.started_at, m.reason, m.merged_at
            FROM workout w JOIN merge m ON m.copy = w.id AND m.kept = @Id AND m.undone_at IS NULL
            WHERE w.copy_of = @Id ORDER BY w.number
            """;

    /// <summary>A copy as it is stored.</summary>
    internal sealed record Row(
        Guid Workout,
        long Number,
        string Source,
        string? Device,
        long Strokes,
        DateTimeOffset StartedAt,
        string Reason,
        DateTimeOffset MergedAt
    );

    public static Task<IReadOnlyList<Row>> ReadAsync(IReader reader, Guid kept, CancellationToken ct) =>
        reader.QueryAsync<Row>(Select, new { Id = kept }, ct);

    public static SourceResource Show(Guid kept, Row row) =>
        new(
            row.Workout,
            Word.Read<Source>(row.Source),
            row.Device is { } device ? JsonSerializer.Deserialize<Device>(device, Json.Options) : null,
            row.Strokes,
            row.Reason,
            row.MergedAt,
            new Links(WorkoutResource.AddressOf(row.Workout))
            {
                ["undo"] = $"{WorkoutResource.AddressOf(kept)}/sources/{row.Workout}",
            }
        );
}
