using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Shows one log.</summary>
internal static class ReadLog
{
    public static void Map(RouteGroupBuilder logs) =>
        logs.MapGet("/{id}", HandleAsync)
            .RequirePermission(Permission.ReadTraces)
            .WithSummary("Read a TSADK log")
            .WithDescription("By its id. Needs the right 'read', and 'manage' or 'identities'.")
            .Produces<TsadkLog>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(TsadkExamples.Log)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        string study,
        string id,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database
    )
    {
        var ct = http.RequestAborted;
        var known = await TsadkStudy.GetForLogsAsync(directory, study, caller, ct);
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            return Problem.NotFound();
        }

        await TsadkScan.AuditAsync(database, known, caller, ct);
        var position = await OldLogId.FindAsync(database, known, number, ct);
        await foreach (var log in TsadkScan.ReadAsync(database, known, caller, position - 1, position, ct))
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
