using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sillage.Api.Formats;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>What a workout is to be rowed at. What is left out is left to the rower.</summary>
/// <param name="Pace">Seconds for 500 m.</param>
/// <param name="Power">Watts.</param>
/// <param name="StrokeRate">Strokes a minute.</param>
/// <param name="HeartRateZone">The zone of heart rate, 0 to 5; said to rowers, and compared by nobody.</param>
public sealed record Targets(
    [property: Range(1d, 36_000d)] double? Pace = null,
    [property: Range(0d, 10_000d)] double? Power = null,
    [property: Range(1d, 255d)] double? StrokeRate = null,
    [property: Range(0, 5)] int? HeartRateZone = null
);

/// <summary>A workout to assign to a squad.</summary>
/// <param name="Title">What it is called, 1 to 200 characters.</param>
/// <param name="DueAt">Until when it is to be rowed.</param>
/// <param name="OpensAt">From when what is rowed counts for it. Default: now.</param>
/// <param name="Machine">On what. Default a rowing machine.</param>
/// <param name="Piece">What, as workouts are called (<c>2000m</c>, <c>30:00</c>, <c>8x500m/1:00r</c>, or without the rest): a workout of this name counts by itself.</param>
/// <param name="Targets">What it is to be rowed at.</param>
/// <param name="Note">More about it, at most 2000 characters.</param>
public sealed partial record NewAssignment(
    [property: Required, StringLength(200, MinimumLength = 1)] string Title,
    DateTimeOffset DueAt,
    DateTimeOffset? OpensAt = null,
    Machine Machine = Machine.Rower,
    [property: StringLength(40, MinimumLength = 1)] string? Piece = null,
    Targets? Targets = null,
    [property: StringLength(2000)] string? Note = null
) : IValidatableObject
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    internal static NewAssignment Example { get; } =
        new(
            "Saturday's test",
            new DateTimeOffset(2026, 12, 6, 20, 0, 0, TimeSpan.Zero),
            Piece: "8x500m/1:00r",
            Targets: new Targets(105, StrokeRate: 28)
        );

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Piece is not null && !Pieces().IsMatch(Piece))
        {
            yield return new ValidationResult("As 2000m, 30:00, 8x500m or 8x500m/1:00r.", [nameof(Piece)]);
        }

        foreach (var fault in CheckTimes(OpensAt, DueAt))
        {
            yield return fault;
        }
    }

    internal static IEnumerable<ValidationResult> CheckTimes(DateTimeOffset? opensAt, DateTimeOffset dueAt)
    {
        if (dueAt.Year is < 2000 or > 2200)
        {
            yield return new ValidationResult("A time from 2000 to 2200.", [nameof(DueAt)]);
        }
        else if (opensAt is { } opens && (opens >= dueAt || dueAt - opens > Longest))
        {
            yield return new ValidationResult("At most 400 days before it is due.", [nameof(OpensAt)]);
        }
    }

    [GeneratedRegex(
        @"^([1-9]\d{0,2}x)?([1-9]\d{0,5}(m|cal|wm)|(\d{1,2}:)?\d{1,2}:\d\d)(/(\d{1,2}:)?\d{1,2}:\d\dr)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Pieces();
}

/// <summary>A workout that is assigned to a squad, as it is stored.</summary>
internal sealed record AssignmentRow(
    Guid Id,
    Guid SquadId,
    string Title,
    string Machine,
    string? Piece,
    string Targets,
    string? Note,
    DateTimeOffset OpensAt,
    DateTimeOffset DueAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ChangedAt
)
{
    public const string Columns =
        "id, squad_id, title, machine, piece, targets, note, opens_at, due_at, created_at, changed_at";

    private const string SelectOne = $"SELECT {Columns} FROM assignment WHERE id = @Id AND squad_id = @Squad";

    public static Task<AssignmentRow?> FindAsync(IReader reader, Guid squad, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<AssignmentRow>(SelectOne, new { Id = id, Squad = squad }, ct);

    public Targets ReadTargets() => JsonSerializer.Deserialize<Targets>(Targets, Json.Options) ?? new Targets();
}

/// <summary>A workout that is assigned to a squad.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Machine">On what.</param>
/// <param name="Piece">What, as workouts are called.</param>
/// <param name="Targets">What it is to be rowed at.</param>
/// <param name="Note">More about it.</param>
/// <param name="OpensAt">From when what is rowed counts.</param>
/// <param name="DueAt">Until when it is to be rowed.</param>
/// <param name="CreatedAt">When it was assigned.</param>
/// <param name="ChangedAt">When it was last changed; left out while it is as it was assigned.</param>
/// <param name="Links">Where it is, and what was done of it.</param>
public sealed record AssignmentResource(
    Guid Id,
    string Title,
    Machine Machine,
    string? Piece,
    Targets Targets,
    string? Note,
    DateTimeOffset OpensAt,
    DateTimeOffset DueAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ChangedAt,
    Links Links
)
{
    internal static AssignmentResource Example { get; } =
        Of(
            new AssignmentRow(
                Guid.Empty,
                Guid.Empty,
                NewAssignment.Example.Title,
                "rower",
                NewAssignment.Example.Piece,
                """{"pace":105,"strokeRate":28}""",
                null,
                DateTimeOffset.UnixEpoch,
                NewAssignment.Example.DueAt,
                DateTimeOffset.UnixEpoch,
                null
            )
        );

    internal static string AddressOf(Guid squad, Guid id) => $"{SquadResource.AddressOf(squad)}/assignments/{id}";

    internal static AssignmentResource Of(AssignmentRow row)
    {
        var self = AddressOf(row.SquadId, row.Id);
        return new AssignmentResource(
            row.Id,
            row.Title,
            Word.Read<Machine>(row.Machine),
            row.Piece,
            row.ReadTargets(),
            row.Note,
            row.OpensAt,
            row.DueAt,
            row.CreatedAt,
            row.ChangedAt,
            new Links(self) { ["results"] = $"{self}/results", ["answer"] = $"{self}/answer" }
        );
    }
}
