using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;

namespace Sillage.Hosting.Settings;

/// <summary>Lists the settings of this process, as <c>sillage settings</c> does.</summary>
internal static class ListSettings
{
    public static void MapSettings(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/server/settings", Handle)
            .RequirePermission(ServerPermission.ReadServer)
            .WithTags("Server")
            .WithSummary("List the settings")
            .WithDescription(
                "Every setting that this process reads, all at once: its value, what it would be without, and where it was given. "
                    + "Secrets are dots. They are changed where they were given, and read at the start."
            )
            .WithReplyExample(
                new Page<SettingState>(
                    [new SettingState("Traces:MaxLiveStreams", "1000", "50", "sillage.json")],
                    Next: null
                )
            );

    // They do not change while the process runs, and where files and variables are is nothing for a cache.
    private static Reply<Page<SettingState>> Handle(IServiceProvider services) =>
        new(new Page<SettingState>(SettingsListing.Of(services), Next: null)) { NoStore = true };
}
