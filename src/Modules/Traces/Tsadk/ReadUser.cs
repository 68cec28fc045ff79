using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Shows one participant by number.</summary>
internal static class ReadUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapGet("/{id}", HandleAsync)
            .RequirePermission(Permission.ReadIdentities)
            .WithSummary("Read a TSADK user")
            .WithDescription("By the participant's number. Needs the right 'identities', and is audited.")
            .Produces<TsadkUser>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(TsadkExamples.User)
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
        var known = await TsadkStudy.GetAsync(directory, study, caller, StudyRights.Identities, ct);
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return Problem.NotFound();
        }

        await Names.AuditAsync(database, known, caller, "tsadk", ct);
        var names = await Names.OfAsync(database, known, [number], ct);
        http.Response.Headers.CacheControl = "no-store";
        return names.TryGetValue(number, out var username)
            ? TypedResults.Json(new TsadkUser(null, number, username), Json.Options)
            : Problem.NotFound();
    }
}
