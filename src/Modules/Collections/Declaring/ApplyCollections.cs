using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Paths;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Declaring;

/// <summary>Declarations to apply.</summary>
/// <param name="Collections">1 to 100 of them, whole or by a template, in an order in which relations lead to what is there.</param>
public sealed record CollectionsToApply([property: Required, Length(1, 100)] IReadOnlyList<NewCollection> Collections);

/// <summary>What applying came to.</summary>
/// <param name="Items">The collections that are different, or would be; none where all were so already.</param>
public sealed record AppliedCollections(IReadOnlyList<AppliedCollection> Items);

/// <summary>A collection that is different.</summary>
/// <param name="Collection">The collection, as addresses call it.</param>
/// <param name="Differences">What is different.</param>
/// <param name="Lost">How many values are destroyed by it.</param>
public sealed record AppliedCollection(string Collection, IReadOnlyList<Difference> Differences, long Lost);

/// <summary>Makes collections what declarations say: all of it or nothing.</summary>
internal static class ApplyCollections
{
    public static void Map(RouteGroupBuilder collections) =>
        collections
            .MapPost("/apply", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .WithSummary("Apply declarations")
            .WithDescription(
                """
                Makes collections what the declarations say, all of it or nothing: what there is not is declared in the caller's name, what there is becomes another. Applied twice, nothing is different the
                second time; a collection that is not named stays as it is. `sillage collections apply --server` sends files here.
                """
            )
            .WithQuery("confirm", "Whether values may be destroyed by it. Default false.", "false")
            .WithQuery("dryRun", "Whether to say only what would be different. Default false.", "true")
            .WithRequestExample(new CollectionsToApply([new NewCollection(Template: "todo")]))
            .WithReplyExample(
                new AppliedCollections([
                    new AppliedCollection("todo", [new Difference(DifferenceKind.CollectionAdded, null, null)], 0),
                ])
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    private static async Task<Results<Reply<AppliedCollections>, Problem>> Handle(
        Body<CollectionsToApply> body,
        Caller caller,
        Declaration declaration,
        CollectionStore store,
        DeclaredPaths paths,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        TimeProvider clock,
        CancellationToken ct,
        bool confirm = false,
        bool dryRun = false
    )
    {
        var (viewer, now) = (FoundCollection.ViewerOf(caller), clock.GetUtcNow());
        var applied = new List<AppliedCollection>();
        try
        {
            await database.WriteAsync<bool>(
                async unit =>
                {
                    applied.Clear();
                    for (var i = 0; i < body.Value.Collections.Count; i++)
                    {
                        try
                        {
                            var text = body.Value.Collections[i].ToText();
                            await DemandAsync(unit, store, text, viewer, options.Value.PerPerson, ct);
                            applied.AddRange(
                                await declaration.ApplyAsync(unit, text, confirm || dryRun, caller.Id, now, ct)
                            );
                        }
                        catch (ProblemException e)
                        {
                            throw new ProblemException(At(i, e.Problem));
                        }
                    }

                    return dryRun ? throw new GivenUpException() : true;
                },
                ct
            );
        }
        catch (GivenUpException)
        {
            // Rolled back, as it was meant to be.
        }

        await paths.RefreshAsync(ct);
        return Reply.Ok(new AppliedCollections(applied));
    }

    private static async Task DemandAsync(
        IUnitOfWork unit,
        CollectionStore store,
        CollectionText text,
        Viewer viewer,
        int perPerson,
        CancellationToken ct
    )
    {
        var known = await store.FindAsync(unit, text.InSpace, text.Name, ct);
        if (known is null)
        {
            await Declaration.DemandRoomAsync(unit, viewer.Id, perPerson, ct);
        }
        else if (!viewer.Manages(known.Main))
        {
            throw new ProblemException(
                Problem.Forbidden($"Somebody else looks after the collection '{known.Main.Address}'.")
            );
        }
    }

    private static Problem At(int index, Problem problem)
    {
        var at = JsonPointer.Item("/collections", index);
        var errors = (problem.Errors ?? [new FieldError("", problem.Detail ?? problem.Title)]).Select(error =>
            error.Pointer.StartsWith('?') ? error : error with { Pointer = at + error.Pointer }
        );
        return Problem.Of(problem.Status, problem.Title, problem.Detail, [.. errors]);
    }
}
