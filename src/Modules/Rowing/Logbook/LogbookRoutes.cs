using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>The routes of the Concept2 Logbook's API, for clients whose base URL can be set to <c>/concept2</c>.</summary>
internal static class LogbookRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        GiveTokens.Map(routes);
        var services = routes.ServiceProvider;
        var gate = new LogbookGate(
            services.GetRequiredService<IDatabase<RowingData>>(),
            services.GetRequiredService<TimeProvider>()
        );
        var user = routes
            .MapGroup("/concept2/api/users/{user}")
            .WithMetadata(gate)
            .WithTags("Concept2 Logbook")
            .WithProblemForm(LogbookReply.Form);
        ReadUser.Map(user);
        ChangeUser.Map(user);
        var results = user.MapGroup("/results");
        AddResult.Map(results);
        ListResults.Map(results);
        OneResult.Map(results.MapGroup("/{id:long}"));
    }
}
