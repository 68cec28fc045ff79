using System.Text.Json;
using Sillage.Api.Replies;
using Sillage.Schema;

namespace Sillage.Traces.Codebooks;

/// <summary>What is in a study's export, column by column.</summary>
/// <param name="Study">The study's slug.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Traces">How many traces were counted.</param>
/// <param name="CountedAt">When.</param>
/// <param name="Columns">The columns of the CSV export, in its order.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record Codebook(
    string Study,
    string Title,
    long Traces,
    DateTimeOffset CountedAt,
    IReadOnlyList<CodebookColumn> Columns,
    Links Links
)
{
    internal static readonly Codebook Example = new(
        "java-quest",
        "Java quest",
        2,
        Examples.Time,
        [
            new CodebookColumn(
                "difficulty",
                "difficulty",
                "integer",
                Required: false,
                "How hard the room is.",
                null,
                [Examples.Number(1), Examples.Number(2), Examples.Number(3)],
                Masked: false,
                Present: 2,
                Missing: 0,
                Examples.Number(1),
                Examples.Number(3),
                null,
                null,
                2,
                [new CodebookValue(Examples.Number(1), 1), new CodebookValue(Examples.Number(3), 1)]
            ),
        ],
        new Links("/api/v1/studies/java-quest/codebook") { ["export"] = "/api/v1/studies/java-quest/traces/export" }
    );
}

/// <summary>A column of the export.</summary>
/// <param name="Column">Its name in the CSV's header.</param>
/// <param name="Field">The study's field that it holds; absent for what every trace has.</param>
/// <param name="Type">
/// <c>uuid</c>, or as for fields: <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, <c>timestamp</c>,
/// <c>json</c>.
/// </param>
/// <param name="Required">Whether every trace has to have it.</param>
/// <param name="Description">What it means.</param>
/// <param name="Unit">What its numbers count.</param>
/// <param name="Allowed">The values allowed; absent where any is.</param>
/// <param name="Masked">Whether it holds tokens in place of texts.</param>
/// <param name="Present">In how many traces it has a value. An empty text is one.</param>
/// <param name="Missing">In how many it has none.</param>
/// <param name="Minimum">The least number, or the earliest time, that was seen.</param>
/// <param name="Maximum">The greatest number, or the latest time, that was seen.</param>
/// <param name="Shortest">The length of the shortest text, in characters (Unicode code points).</param>
/// <param name="Longest">The length of the longest text.</param>
/// <param name="Distinct">How many different values were seen; absent where more than 20.</param>
/// <param name="Values">These values, the most frequent first.</param>
public sealed record CodebookColumn(
    string Column,
    string? Field,
    string Type,
    bool Required,
    string? Description,
    string? Unit,
    IReadOnlyList<JsonElement>? Allowed,
    bool Masked,
    long Present,
    long Missing,
    JsonElement? Minimum,
    JsonElement? Maximum,
    int? Shortest,
    int? Longest,
    int? Distinct,
    IReadOnlyList<CodebookValue>? Values
);

/// <summary>A value that a column was seen to hold.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">In how many traces.</param>
public sealed record CodebookValue(JsonElement Value, long Count);

/// <summary>What the codebook says of the columns that every export has.</summary>
internal static class FixedColumns
{
    public const string Extra = "extra";

    public static readonly FieldDefinition[] Before =
    [
        new("participant", FieldType.String, Description: "Who: a random pseudonym, the same throughout the study."),
        new(
            "timestamp",
            FieldType.Timestamp,
            true,
            Description: "When it happened, by the client's clock, as the client wrote it."
        ),
        new("received_at", FieldType.Timestamp, true, Description: "When it came in, by the server's clock."),
        new("session", FieldType.String, Description: "The client's session."),
        new("sequence", FieldType.Integer, Description: "Its place in the session, as the client counts."),
        new("name", FieldType.String, true, Description: "What happened."),
    ];

    public const string IdDescription = "The trace's id.";

    public const string ExtraDescription = "All members of the data that are no declared field, as a JSON object.";
}
