using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Shows one log.</summary>
internal static class ReadLog
{
    public static void Map(RouteGroupBuilder logs) =>
        logs.MapGet("/{id}", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .RequireRight(StudyRights.Manage, StudyRights.Identities)
            .WithSummary("Read a TSADK log")
            .WithDescription("By its id.")
            .Produces<TsadkLog>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(TsadkExamples.Log)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpContext http,
        Study study,
        string id,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database
    )
    {
        var ct = http.RequestAborted;
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            return Problem.NotFound();
        }

        await TsadkScan.AuditAsync(database, study, caller, purpose, ct);
        var position = await OldLogId.FindAsync(database, study, number, ct);
        await foreach (var log in TsadkScan.ReadAsync(database, study, caller, position - 1, position, ct))
        {
            // A log that was taken over is found by the id that it had, not by its place.
            if (log.Id != number)
            {
                break;
            }

            http.Response.Headers.CacheControl = "no-store";
            return TypedResults.Json(log, Json.Options);
        }

        return Problem.NotFound();
    }
}
