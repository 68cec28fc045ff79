using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>
/// The routes of the TSADK API, so that games and scripts written for it move over by changing the base URL. They store and
/// read what all other routes do; see <c>docs/adr/0038-the-tsadk-routes-are-an-adapter.md</c>.
/// </summary>
internal static class TsadkRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var directory = routes.ServiceProvider.GetRequiredService<StudyDirectory>();
        var study = routes
            .MapGroup("/{study}/api/v1")
            .WithMetadata(new TsadkGate(directory))
            .WithTags("TSADK")
            .WithProblemForm(TsadkErrors.Form);
        var users = study.MapGroup("/users");
        ListUsers.Map(users);
        ReadUser.Map(users);
        AddUser.Map(users);

        var logs = study.MapGroup("/logs");
        ListLogs.Map(logs);
        ReadLog.Map(logs);
        AddLog.Map(logs);

        var utilities = study.MapGroup("/utils");
        GiveToken.Map(utilities);
        ExportLogs.Map(utilities);
    }
}

/// <summary>Errors as that API writes them.</summary>
internal static class TsadkErrors
{
    private static readonly string? PlainNotFound = Problem.NotFound().Detail;

    public static readonly ProblemForm Form = new(
        path => path.Value?.Split('/', 5) is ["", not "", "api", "v1", ..],
        status => status == StatusCodes.Status403Forbidden ? "message" : "error",
        TextOf
    );

    private static string TextOf(Problem problem)
    {
        switch (problem.Status)
        {
            // Else nobody would find out why a right password is refused.
            case StatusCodes.Status401Unauthorized when problem.Detail != IdentityAuthority.FactorRefusal:
                return "Unauthorized access";
            case StatusCodes.Status403Forbidden:
                return "Access forbidden";
            case StatusCodes.Status404NotFound when problem.Detail == PlainNotFound:
                return "Not Found";
            default:
                var detail = problem.Detail ?? problem.Title;
                return problem.Errors is null
                    ? detail
                    : $"{detail} {string.Join(' ', problem.Errors.Select(e => $"{e.Pointer}: {e.Detail}"))}";
        }
    }
}
