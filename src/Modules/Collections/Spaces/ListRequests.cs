using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Spaces;

/// <summary>A request to a collection of a space.</summary>
/// <param name="At">When it came.</param>
/// <param name="Account">Who sent it; null for somebody without an account.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its address with the query, at most 500 characters.</param>
/// <param name="Status">The status that it was answered with.</param>
public sealed record RequestResource(
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? Account,
    string Method,
    string Path,
    long Status
);

/// <summary>Lists who asked what of the collections of a space.</summary>
internal static class ListRequests
{
    private const string Select = $"""
        SELECT {SpaceRequest.Columns} FROM space_request
        WHERE space = @Space AND key < @Before AND (@Any = 1 OR account = @Account) ORDER BY key DESC LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder space) =>
        space
            .MapGet("/requests", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .WithSummary("List requests to a space")
            .WithDescription(
                "Who asked what of its collections, the newest first, without bodies; kept for `Collections:KeepRequestsDays`. Requests are there about a second after they were answered."
            )
            .WithQuery("account", "Whose. Default everybody's.")
            .WithReplyExample(
                new Page<RequestResource>(
                    [
                        new RequestResource(
                            DateTimeOffset.UnixEpoch,
                            null,
                            "GET",
                            "/api/v1/collections/class-3.books/records?limit=20",
                            200
                        ),
                    ],
                    null
                )
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<RequestResource>> Handle(
        FoundSpace space,
        PageRequest page,
        IDatabase<CollectionsData> database,
        CancellationToken ct,
        Guid? account = null
    )
    {
        var parameters = new
        {
            Space = space.Name,
            Before = page.After<Cursor>()?.Key ?? long.MaxValue,
            Any = account is null ? 1L : 0L,
            Account = account ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<SpaceRequest>(Select, parameters, ct), ct);
        return PageReply<SpaceRequest>
            .Of(rows, page, last => new Cursor(last.Key))
            .Select(row => new RequestResource(row.At, row.Account, row.Method, row.Path, row.Status));
    }

    private sealed record Cursor(long Key);
}
