using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Shows one participant by number.</summary>
internal static class ReadUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapGet("/{id}", Handle)
            .RequirePermission(TracesPermission.ReadIdentities)
            .RequireRight(StudyRights.Identities)
            .WithSummary("Read a TSADK user")
            .WithDescription("By the participant's number. Audited.")
            .Produces<TsadkUser>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(TsadkExamples.User)
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
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return Problem.NotFound();
        }

        await Names.AuditAsync(database, study, caller, purpose, "tsadk", ct);
        var names = await Names.OfAsync(database, study, [number], ct);
        http.Response.Headers.CacheControl = "no-store";
        return names.TryGetValue(number, out var username)
            ? TypedResults.Json(new TsadkUser(null, number, username), Json.Options)
            : Problem.NotFound();
    }
}
