using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;

namespace Sillage.Rowing.Files;

/// <summary>What was understood of a file, and what was not.</summary>
/// <param name="Form">What it is: <c>fit</c>, <c>tcx</c>, <c>gpx</c>, <c>concept2-result</c>, <c>concept2-season</c> or <c>ergdata</c>.</param>
/// <param name="Workouts">The workouts that were made of it.</param>
/// <param name="Strokes">How many strokes or points there are in all of them.</param>
/// <param name="Findings">What is not as it should be, each with what was done about it.</param>
/// <param name="Failure">Why nothing was made of it.</param>
/// <param name="SameAs">The file that was sent before and has the same bytes; then nothing is made twice.</param>
public sealed record FileReport(
    string Form,
    IReadOnlyList<Guid> Workouts,
    long Strokes,
    IReadOnlyList<Finding> Findings,
    string? Failure = null,
    Guid? SameAs = null
);

/// <summary>What was said of a file with it.</summary>
internal sealed record StoredHints(DateTimeOffset? Start = null, string? TimeZone = null, Machine? Machine = null)
{
    public static StoredHints Read(string text) =>
        JsonSerializer.Deserialize<StoredHints>(text, Json.Options) ?? new StoredHints();
}

/// <summary>A file that was sent.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it was called.</param>
/// <param name="Size">Bytes.</param>
/// <param name="State"><c>waiting</c> until it is read, then <c>read</c> or <c>failed</c>.</param>
/// <param name="UploadedAt">When it came.</param>
/// <param name="Report">What was understood of it, once it is read.</param>
/// <param name="Links">What one can do next.</param>
public sealed record FileResource(
    Guid Id,
    string? Name,
    long Size,
    string State,
    DateTimeOffset UploadedAt,
    FileReport? Report,
    Links Links
)
{
    internal static FileResource Example { get; } =
        Of(
            new FileRow(
                Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59"),
                Guid.Empty,
                "3x250m.fit",
                3014,
                FileRow.Done,
                "{}",
                JsonSerializer.Serialize(
                    new FileReport("fit", [Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58")], 94, []),
                    Json.Options
                ),
                DateTimeOffset.UnixEpoch
            )
        );

    internal static string AddressOf(Guid id) => $"/api/v1/workouts/files/{id}";

    internal static FileResource Of(FileRow row) =>
        new(
            row.Id,
            row.Name,
            row.Size,
            row.State,
            row.UploadedAt,
            row.Report is { } report ? JsonSerializer.Deserialize<FileReport>(report, Json.Options) : null,
            new Links(AddressOf(row.Id))
        );
}

/// <summary>A file as it is stored, without its bytes.</summary>
internal sealed record FileRow(
    Guid Id,
    Guid AccountId,
    string? Name,
    long Size,
    string State,
    string Hints,
    string? Report,
    DateTimeOffset UploadedAt
)
{
    public const string Columns = "id, account_id, name, size, state, hints, report, uploaded_at";

    public const string Waiting = "waiting";
    public const string Done = "read";
    public const string Failed = "failed";
}
