using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>Lists the workouts of a rower who lets the coaches of a squad read them.</summary>
internal static class ListRowerWorkouts
{
    private const string Shares =
        "SELECT COUNT(*) FROM squad_member WHERE squad_id = @Squad AND account_id = @Account AND shares_workouts";

    public static void Map(RouteGroupBuilder squad) =>
        squad
            .MapGet("/members/{account:guid}/workouts", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Coach)
            .WithSummary("List the workouts of a rower")
            .WithDescription(
                "Those of a rower who lets the squad's coaches read them; else 404. He sees that it was done."
            )
            .WithQuery("from", "Those that began at this time or later (RFC 3339).", "2026-05-01T00:00:00Z")
            .WithQuery("to", "Those that began before this time (RFC 3339).", "2027-05-01T00:00:00Z")
            .WithQuery("machine", "Those rowed on this machine.", "rower")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<PageReply<WorkoutResource>, Problem>> Handle(
        HttpRequest request,
        Squad squad,
        Guid account,
        PageRequest page,
        Caller caller,
        Looks looks,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var keys = new WorkoutLog(
            account,
            TimeQuery.Read(request, "from"),
            TimeQuery.Read(request, "to"),
            WordQuery.Read<Machine>(request, "machine")
        ).KeysOf(page);
        var rows = await database.ReadAsync<(IReadOnlyList<WorkoutRow> Rows, bool IsCut)?>(
            async reader =>
                await reader.ScalarAsync<long>(Shares, new { Squad = squad.Id, Account = account }, ct) > 0
                    ? await WorkoutLog.ReadAsync(reader, keys, ct)
                    : null,
            ct
        );
        if (rows is not { } read)
        {
            return Problem.NotFound("There is no such rower, or he lets coaches read nothing.");
        }

        await looks.RecordAsync(caller, squad.Id, LookedAt.Workouts, null, [account], ct);
        return WorkoutLog.Show(read, page);
    }
}
