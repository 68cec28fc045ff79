using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Declared;
using Sillage.Collections.Paths;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Declaring;

/// <summary>A collection to declare: of its own, or by a template.</summary>
/// <param name="Template">A template: <c>books</c>, <c>items</c> or <c>todo</c>. What stands beside it takes the place of what it has.</param>
/// <param name="Open">With a template, whether everybody may do everything with the records, also without an account.</param>
/// <param name="Name">Its name in its space: 1 to 64 letters a to z, digits, <c>-</c> and <c>_</c>, the first a letter.</param>
/// <param name="Space">The space that it stands in, named by the same rules; <c>main</c> if left out.</param>
/// <param name="Description">What it is for, at most 500 characters.</param>
/// <param name="Fields">What its records hold, 1 to 100 fields.</param>
/// <param name="Rules">Who may do what; nobody but those who look after it, if left out.</param>
/// <param name="History">Whether every version of each record is kept; false if left out.</param>
/// <param name="Path">An address of its own for its records: <c>/books</c> or <c>/api/books</c>, which nothing else has. None if left out; the template's, for its own name in <c>main</c>.</param>
/// <param name="Form">How its records are answered at that address; <c>page</c> if left out.</param>
public sealed record NewCollection(
    string? Template = null,
    bool? Open = null,
    string? Name = null,
    string? Space = null,
    [property: StringLength(500)] string? Description = null,
    [property: MinLength(1)] IReadOnlyList<Field>? Fields = null,
    Rules? Rules = null,
    bool? History = null,
    string? Path = null,
    CollectionForm? Form = null
)
{
    // There is one of an address: the books of a class, or under another name, have none unless they ask for it.
    private bool IsAsInTemplate(CollectionText? template) =>
        template is not null
        && (Name is null || Name == template.Name)
        && (Space ?? CollectionText.MainSpace) == CollectionText.MainSpace;

    /// <summary>The declaration; with a template, with what it has.</summary>
    /// <exception cref="ProblemException">400: something is missing.</exception>
    internal CollectionText ToText()
    {
        var errors = new List<FieldError>();
        var template = Template is null ? null : Templates.Find(Template, Open is true);
        if (Template is not null && template is null)
        {
            errors.Add(new FieldError("/template", $"One of {string.Join(", ", Templates.Known)} is expected."));
        }
        else if (Template is null)
        {
            if (Open is not null)
            {
                errors.Add(new FieldError("/open", "Goes with a template only; without one, write the rules."));
            }

            if (Name is null)
            {
                errors.Add(new FieldError("/name", "Is missing."));
            }

            if (Fields is null)
            {
                errors.Add(new FieldError("/fields", "Is missing."));
            }
        }

        return errors.Count > 0
            ? throw new ProblemException(
                Problem.BadRequest("The declaration is not valid; 'errors' names each part.", errors)
            )
            : new CollectionText(
                Name ?? template!.Name,
                Fields ?? template!.Fields,
                Space,
                Description ?? template?.Description,
                Rules ?? template?.Rules,
                History ?? template?.History,
                Path ?? (IsAsInTemplate(template) ? template!.Path : null),
                Form ?? (IsAsInTemplate(template) ? template!.Form : null)
            );
    }
}

/// <summary>Declares a collection in the caller's name.</summary>
internal static class DeclareCollection
{
    public static void Map(RouteGroupBuilder collections) =>
        collections
            .MapPost("/", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .WithSummary("Declare a collection")
            .WithDescription(
                "Its address is at once there, with records to create, and in this document with its fields."
            )
            .WithRequestExample(
                new NewCollection(
                    Name: "films",
                    Fields:
                    [
                        new Field("title", FieldKind.String, Required: true, Index: true),
                        new Field("year", FieldKind.Integer, Index: true),
                    ],
                    Rules: new Rules("true", "@me.id != null", "owner = @me.id", "owner = @me.id")
                )
            )
            .WithReplyExample(CollectionResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<CollectionResource>, Problem>> Handle(
        Body<NewCollection> body,
        IdempotencyKey key,
        Caller caller,
        Declaration declaration,
        DeclaredPaths paths,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var text = body.Value.ToText();
        var reply = await key.RunAsync<CollectionResource>(
            database,
            async unit =>
            {
                await Declaration.DemandRoomAsync(unit, caller.Id, options.Value.PerPerson, ct);
                var row = await declaration.CreateAsync(unit, text, caller.Id, clock.GetUtcNow(), ct);
                var resource = CollectionResource.Of(row, row.Plan(), FoundCollection.ViewerOf(caller));
                return Reply.Created(resource.Links["self"], resource);
            },
            ct
        );
        await paths.RefreshAsync(ct);
        return reply;
    }
}
