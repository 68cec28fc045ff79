using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Collections.Spaces;

/// <summary>A space: the collections of a class, a team or an app.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Collections">How many collections stand in it.</param>
/// <param name="Records">How many records they have.</param>
/// <param name="Links">Its collections (<c>collections</c>) and who asked what of them (<c>requests</c>).</param>
public sealed record SpaceResource(string Name, long Collections, long Records, Links Links)
{
    internal static SpaceResource Of(SpaceRow row) =>
        new(
            row.Space,
            row.Collections,
            row.Records,
            new Links
            {
                ["collections"] = $"/api/v1/collections?space={row.Space}",
                ["requests"] = $"/api/v1/spaces/{row.Space}/requests",
            }
        );
}

/// <summary>Lists the spaces that the caller looks after.</summary>
internal static class ListSpaces
{
    public static void Map(RouteGroupBuilder spaces) =>
        spaces
            .MapGet("/", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .WithSummary("List spaces")
            .WithDescription(
                "Those that the caller looks after: who declared all collections in one, and who may look after everybody's (`collections.manage`)."
            )
            .WithReplyExample(new Page<SpaceResource>([SpaceResource.Of(new SpaceRow("class-3", 2, 40))], null));

    private static async Task<PageReply<SpaceResource>> Handle(
        PageRequest page,
        Caller caller,
        IDatabase<CollectionsData> database,
        CancellationToken ct
    )
    {
        var parameters = SpaceRow.Parameters(caller, "", page.After<Cursor>()?.Space ?? "", page.Limit + 1);
        var rows = await database.ReadAsync(r => r.QueryAsync<SpaceRow>(SpaceRow.Select, parameters, ct), ct);
        return PageReply<SpaceResource>.Of([.. rows.Select(SpaceResource.Of)], page, last => new Cursor(last.Name));
    }

    private sealed record Cursor(string Space);
}
