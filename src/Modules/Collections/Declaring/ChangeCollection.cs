using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Declared;
using Sillage.Collections.Paths;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Declaring;

/// <summary>Shows a collection, changes and deletes it.</summary>
internal static class ChangeCollection
{
    public static void Map(RouteGroupBuilder collection)
    {
        collection
            .MapGet("/", Read)
            .RequirePermission(CollectionsPermission.Use)
            .RequireRight(CollectionRights.Read)
            .WithSummary("Read a collection")
            .WithReplyExample(CollectionResource.Example)
            .Fails(StatusCodes.Status404NotFound);
        collection
            .MapPatch("/", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .RequireRight(CollectionRights.Change)
            .WithSummary("Change a collection")
            .WithDescription(
                """
                A JSON Merge Patch of the declaration; `fields` is replaced as a whole. A field that keeps its `id` keeps its values, also under another name. Of another
                type, its values are converted; what cannot be, and what a field that is gone holds, is destroyed only with `confirm`.
                """
            )
            .WithQuery("confirm", "Whether values may be destroyed by it. Default false.", "false")
            .WithQuery("dryRun", "Whether to say only what would change. Default false.", "true")
            .WithRequestExample(new { description = "Books of the library." })
            .WithReplyExample(
                new ChangedCollection(
                    CollectionResource.Example,
                    [new Difference(DifferenceKind.CollectionChanged, null, null)],
                    0,
                    0,
                    []
                )
            )
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );
        collection
            .MapDelete("/", Delete)
            .RequirePermission(CollectionsPermission.Declare)
            .RequireRight(CollectionRights.Change)
            .WithSummary("Delete a collection")
            .WithDescription("With all its records, for good.")
            .WithQuery("confirm", "Whether it may go although it has records. Default false.", "true")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Reply<CollectionResource>, Problem>> Read(
        FoundCollection found,
        IDatabase<CollectionsData> database,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(r => CollectionStore.RowAsync(r, found.Plan.Key, ct), ct);
        return row is null ? Problem.NotFound() : Reply.Ok(CollectionResource.Of(row, row.Plan(), found.Viewer));
    }

    private static async Task<Results<Reply<ChangedCollection>, Problem>> Handle(
        FoundCollection found,
        Caller caller,
        MergePatch<CollectionText> patch,
        Precondition precondition,
        Declaration declaration,
        DeclaredPaths paths,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct,
        bool confirm = false,
        bool dryRun = false
    )
    {
        ChangedCollection? result = null;
        try
        {
            result = await database.WriteAsync(
                async unit =>
                {
                    var applied = await declaration.ChangeAsync(
                        unit,
                        found.Plan.Key,
                        row =>
                        {
                            precondition.Check(CollectionResource.Of(row, row.Plan(), found.Viewer));
                            return patch.Apply(row.Plan().Text);
                        },
                        confirm || dryRun,
                        caller.Id,
                        clock.GetUtcNow(),
                        ct
                    );
                    result = ChangedCollection.Of(applied, found);
                    return dryRun ? throw new GivenUpException() : result;
                },
                ct
            );
        }
        catch (GivenUpException)
        {
            // Rolled back, as it was meant to be.
        }

        await paths.RefreshAsync(ct);
        return Reply.Ok(result!);
    }

    private static async Task<NoContent> Delete(
        FoundCollection found,
        Caller caller,
        DeclaredPaths paths,
        IDatabase<CollectionsData> database,
        CancellationToken ct,
        bool confirm = false
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await Declaration.DeleteAsync(unit, found.Plan.Key, confirm, caller.Id, ct);
                return true;
            },
            ct
        );
        await paths.RefreshAsync(ct);
        return TypedResults.NoContent();
    }
}

/// <summary>A collection after a change.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Differences">What is different; none where it was so already.</param>
/// <param name="Records">How many records were rewritten.</param>
/// <param name="Lost">How many values were destroyed by it.</param>
/// <param name="Unconverted">The first values that could not be converted.</param>
public sealed record ChangedCollection(
    CollectionResource Collection,
    IReadOnlyList<Difference> Differences,
    long Records,
    long Lost,
    IReadOnlyList<RecordFault> Unconverted
)
{
    internal static ChangedCollection Of(Applied applied, FoundCollection found) =>
        new(
            CollectionResource.Of(applied.Row, applied.Row.Plan(), found.Viewer),
            applied.Differences,
            applied.Records?.Records ?? 0,
            applied.Records?.Lost ?? 0,
            applied.Records?.Unconverted ?? []
        );
}
