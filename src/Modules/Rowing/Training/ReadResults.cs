using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>What a rower did of an assigned workout.</summary>
/// <param name="Rower">Who.</param>
/// <param name="Done">Whether he did it.</param>
/// <param name="Start">When.</param>
/// <param name="Name">What he rowed, as rowers call it.</param>
/// <param name="Distance">Metres of work.</param>
/// <param name="Time">Seconds of work.</param>
/// <param name="Pace">Seconds for 500 m.</param>
/// <param name="Power">Watts.</param>
/// <param name="StrokeRate">Strokes a minute.</param>
/// <param name="Against">By how much it is above the targets: seconds, watts, strokes a minute.</param>
/// <param name="Links">To the workout, where the caller may read it.</param>
public sealed record AssignmentResult(
    SquadPerson Rower,
    bool Done,
    DateTimeOffset? Start,
    string? Name,
    double? Distance,
    double? Time,
    double? Pace,
    double? Power,
    double? StrokeRate,
    Targets? Against,
    Links? Links
);

/// <summary>What a squad did of an assigned workout.</summary>
/// <param name="Assignment">What was assigned.</param>
/// <param name="Results">Of everybody who lets the squad see it, and of oneself: those who did it first, the fastest on top.</param>
/// <param name="Withheld">How many rowers keep to themselves whether they did it.</param>
public sealed record AssignmentResults(
    AssignmentResource Assignment,
    IReadOnlyList<AssignmentResult> Results,
    long Withheld
);

/// <summary>Shows what was done of an assigned workout.</summary>
internal static class ReadResults
{
    private const string Members = """
        SELECT account_id, role, shares_results, shares_workouts FROM squad_member
        WHERE squad_id = @Squad AND (role = 'rower' OR shares_results OR account_id = @Caller)
        """;

    // The piece itself, or with any rest: names are found in the index, and of each rower's the fastest alone is read.
    private const string Fastest = """
        FROM (
          SELECT w.number, ROW_NUMBER() OVER (
            PARTITION BY w.account_id
            ORDER BY CASE WHEN w.distance > 0 AND w.duration > 0 THEN w.duration * 1.0 / w.distance END NULLS LAST, w.number
          ) AS place
          FROM squad_member m JOIN workout w ON w.account_id = m.account_id
          WHERE m.squad_id = @Squad AND (m.shares_results OR m.account_id = @Caller) AND w.machine = @Machine
            AND w.name >= @Piece AND w.name < @Beyond AND (w.name = @Piece OR w.name >= @WithRest)
            AND w.started_at >= @Opens AND w.started_at < @Due AND w.state = 'closed' AND w.copy_of IS NULL
        ) AS rowed JOIN workout w ON w.number = rowed.number WHERE rowed.place = 1
        """;

    private const string Said = """
        FROM assignment_answer a JOIN workout w ON w.number = a.workout
        JOIN squad_member m ON m.squad_id = @Squad AND m.account_id = a.account_id
        WHERE a.assignment_id = @Assignment AND w.account_id = a.account_id AND (m.shares_results OR m.account_id = @Caller)
        """;

    private static readonly Sql Rowed = Measured(Fastest);

    private static readonly Sql Answered = Measured(Said);

    private sealed record Member(Guid AccountId, string Role, bool SharesResults, bool SharesWorkouts);

    private sealed record Row(
        Guid AccountId,
        Guid Id,
        DateTimeOffset StartedAt,
        string? Name,
        string Totals,
        string Derived
    );

    public static void Map(RouteGroupBuilder squad) =>
        squad
            .MapGet("/assignments/{assignment:guid}/results", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithSummary("Read what was done of an assigned workout")
            .WithDescription(
                "What a rower says that he did for it, or else his fastest workout of the assigned name in its time. Rowers who let the squad see no results are counted only. Those who are shown see who looked."
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<AssignmentResults>, Problem>> Handle(
        Squad squad,
        Guid assignment,
        Caller caller,
        SquadPeople people,
        Looks looks,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var read = await database.ReadAsync(
            async reader =>
            {
                if (await AssignmentRow.FindAsync(reader, squad.Id, assignment, ct) is not { } row)
                {
                    return null;
                }

                var parameters = new
                {
                    Squad = squad.Id,
                    Assignment = assignment,
                    Caller = caller.Id,
                    Opens = row.OpensAt,
                    Due = row.DueAt,
                    row.Machine,
                    Piece = row.Piece ?? "",
                    // Behind a slash comes the rest, and 0 comes behind a slash.
                    WithRest = $"{row.Piece}/",
                    Beyond = $"{row.Piece}0",
                };
                return new
                {
                    Assignment = row,
                    Members = await reader.QueryAsync<Member>(Members, parameters, ct),
                    Rowed = row.Piece is null ? [] : await reader.QueryAsync<Row>(Rowed, parameters, ct),
                    Answered = await reader.QueryAsync<Row>(Answered, parameters, ct),
                };
            },
            ct
        );
        if (read is null)
        {
            return Problem.NotFound();
        }

        // What the rower says; else the fastest of those whose name is the assigned one.
        var done = read.Rowed.ToDictionary(row => row.AccountId);
        foreach (var row in read.Answered)
        {
            done[row.AccountId] = row;
        }

        // A coach is not asked to row, and is shown if he did.
        var members = read.Members.Where(m => m.Role == Squad.Rower || done.ContainsKey(m.AccountId)).ToList();
        var shown = members.Where(m => m.SharesResults || m.AccountId == caller.Id).ToList();
        var names = await people.OfAsync(shown.Select(m => m.AccountId), ct);
        await looks.RecordAsync(caller, squad.Id, LookedAt.Results, null, shown.Select(m => m.AccountId), ct);
        var results = shown
            .Select(member =>
                Show(
                    names[member.AccountId],
                    done.GetValueOrDefault(member.AccountId),
                    read.Assignment.ReadTargets(),
                    member.AccountId == caller.Id || (squad.IsCoach && member.SharesWorkouts)
                )
            )
            .OrderBy(result => !result.Done)
            .ThenBy(result => result.Pace ?? double.MaxValue)
            .ThenBy(result => result.Rower.Username, StringComparer.OrdinalIgnoreCase);
        return Reply.Ok(
            new AssignmentResults(AssignmentResource.Of(read.Assignment), [.. results], members.Count - shown.Count)
        );
    }

    private static Sql Measured(string of)
    {
        string Select(string totals, string derived) =>
            $"SELECT w.account_id, w.id, w.started_at, w.name, {totals} AS totals, {derived} AS derived {of}";
        return new Sql(
            Select("json_extract(w.detail, '$.totals')", "json_extract(w.detail, '$.derived')"),
            Select("w.detail::json ->> 'totals'", "w.detail::json ->> 'derived'")
        );
    }

    private static AssignmentResult Show(SquadPerson rower, Row? done, Targets targets, bool isLinked)
    {
        if (done is null)
        {
            return new AssignmentResult(rower, false, null, null, null, null, null, null, null, null, null);
        }

        var totals = JsonSerializer.Deserialize<Measures>(done.Totals, Json.Options)!;
        var derived = JsonSerializer.Deserialize<Derived>(done.Derived, Json.Options)!;
        var (pace, power) = (derived.Pace, totals.Power ?? derived.Power);
        var rate = totals.StrokeRate ?? derived.StrokeRate;
        var against = new Targets(
            Difference(pace, targets.Pace),
            Difference(power, targets.Power),
            Difference(rate, targets.StrokeRate)
        );
        return new AssignmentResult(
            rower,
            true,
            done.StartedAt,
            done.Name is { Length: > 0 } name ? name : null,
            totals.Distance ?? derived.Distance,
            totals.Time ?? derived.Time,
            pace,
            power,
            rate,
            against == new Targets() ? null : against,
            isLinked ? new Links { ["workout"] = WorkoutResource.AddressOf(done.Id) } : null
        );
    }

    private static double? Difference(double? rowed, double? target) =>
        rowed is { } value && target is { } wanted ? Math.Round(value - wanted, 1) : null;
}
