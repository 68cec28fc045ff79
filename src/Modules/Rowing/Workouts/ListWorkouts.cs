using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Lists the caller's workouts, the newest first.</summary>
internal static class ListWorkouts
{
    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("List one's workouts")
            .WithDescription(
                "The newest first, one record of each session; copies from other devices only with `copies=true`."
            )
            .WithQuery("from", "Those that began at this time or later (RFC 3339).", "2026-05-01T00:00:00Z")
            .WithQuery("to", "Those that began before this time (RFC 3339).", "2027-05-01T00:00:00Z")
            .WithQuery("machine", "Those rowed on this machine.", "rower")
            .WithQuery(
                "copies",
                "Whether to list copies from other devices too, `true` or `false`. Default false.",
                "true"
            );

    private static async Task<PageReply<WorkoutResource>> Handle(
        HttpRequest request,
        PageRequest page,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var keys = new WorkoutLog(
            caller.Id,
            TimeQuery.Read(request, "from"),
            TimeQuery.Read(request, "to"),
            WordQuery.Read<Machine>(request, "machine"),
            Truth(request, "copies")
        ).KeysOf(page);
        return WorkoutLog.Show(await database.ReadAsync(reader => WorkoutLog.ReadAsync(reader, keys, ct), ct), page);
    }

    private static bool Truth(HttpRequest request, string name) =>
        request.Query[name].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw new ProblemException(
                Problem.BadRequest("A query parameter is not valid.", new FieldError("?" + name, "true or false."))
            ),
        };
}
