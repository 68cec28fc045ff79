using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Declaring;

/// <summary>Lists the collections that there are.</summary>
internal static class ListCollections
{
    private const string Select = """
        SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection
        WHERE (space > @Space OR (space = @Space AND name > @Name)) AND (@In = '' OR space = @In)
        ORDER BY space, name LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder collections) =>
        collections
            .MapGet("/", Handle)
            .RequirePermission(CollectionsPermission.Use)
            .WithSummary("List collections")
            .WithDescription(
                "With the fields that the caller may know of; rules are shown to those who look after a collection."
            )
            .WithQuery("space", "The space that they stand in. Default all.", "main")
            .WithReplyExample(new Page<CollectionResource>([CollectionResource.Example], null));

    private static async Task<PageReply<CollectionResource>> Handle(
        PageRequest page,
        Caller caller,
        IDatabase<CollectionsData> database,
        CancellationToken ct,
        string? space = null
    )
    {
        var after = page.After<Cursor>();
        var parameters = new
        {
            Space = after?.Space ?? "",
            Name = after?.Name ?? "",
            In = space ?? "",
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<CollectionRow>(Select, parameters, ct), ct);
        var viewer = FoundCollection.ViewerOf(caller);
        return PageReply<CollectionResource>.Of(
            [.. rows.Select(row => CollectionResource.Of(row, row.Plan(), viewer))],
            page,
            last => new Cursor(last.Space, last.Name)
        );
    }

    private sealed record Cursor(string Space, string Name);
}
