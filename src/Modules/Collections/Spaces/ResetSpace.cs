using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Collections.Declaring;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Spaces;

/// <summary>What was removed by a reset.</summary>
/// <param name="Collections">Of how many collections.</param>
/// <param name="Records">How many records.</param>
public sealed record SpaceReset(long Collections, long Records);

/// <summary>Empties all collections of a space: for the next class.</summary>
internal static class ResetSpace
{
    private const string Keys = "SELECT key FROM collection WHERE space = @Name ORDER BY key";

    public static void Map(RouteGroupBuilder space) =>
        space
            .MapPost("/reset", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .WithSummary("Reset a space")
            .WithDescription(
                "Removes all records of its collections with their history, for good; what was declared stays. Who follows them begins anew."
            )
            .WithQuery("confirm", "Whether records may go. Default false.", "true")
            .WithReplyExample(new SpaceReset(2, 40))
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<Results<Reply<SpaceReset>, Problem>> Handle(
        FoundSpace space,
        Caller caller,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        CancellationToken ct,
        bool confirm = false
    )
    {
        var removed = await database.WriteAsync(
            async unit =>
            {
                var (collections, records) = (0L, 0L);
                foreach (var key in await unit.QueryAsync<long>(Keys, space, ct))
                {
                    collections++;
                    records += await Declaration.EmptyAsync(unit, store, key, caller.Id, ct);
                }

                return records > 0 && !confirm
                    ? throw new ProblemException(
                        Problem.Conflict(
                            $"{records} records would be removed, for good. Ask with confirm=true.",
                            new FieldError("?confirm", "Is needed.")
                        )
                    )
                    : new SpaceReset(collections, records);
            },
            ct
        );
        return Reply.Ok(removed);
    }
}
