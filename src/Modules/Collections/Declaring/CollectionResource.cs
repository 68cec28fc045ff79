using System.Text.Json.Serialization;
using Sillage.Api.Replies;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;

namespace Sillage.Collections.Declaring;

/// <summary>A collection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Space">The space that it stands in.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Fields">What its records hold, as far as the reader may know.</param>
/// <param name="Rules">Who may do what; shown to those who look after it.</param>
/// <param name="History">Whether every version of each record is kept.</param>
/// <param name="Path">Its own address; null if it has none.</param>
/// <param name="Form">How its records are answered there.</param>
/// <param name="Revision">How often it was declared: 1 at first.</param>
/// <param name="Owner">Who declared it; null once that person was erased.</param>
/// <param name="CreatedAt">When it was declared first.</param>
/// <param name="UpdatedAt">When it was declared last.</param>
/// <param name="Links">Itself (<c>self</c>), and its records (<c>records</c>).</param>
public sealed record CollectionResource(
    string Name,
    string Space,
    string? Description,
    IReadOnlyList<Field> Fields,
    Rules? Rules,
    bool History,
    string? Path,
    CollectionForm? Form,
    long Revision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? Owner,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    Links Links
)
{
    internal static CollectionResource Example { get; } = MakeExample();

    internal static CollectionResource Of(CollectionRow row, CollectionPlan plan, Viewer viewer)
    {
        var (text, manages) = (plan.Text, viewer.Manages(plan));
        var self = $"/api/v1/collections/{plan.Address}";
        return new CollectionResource(
            text.Name,
            text.InSpace,
            text.Description,
            manages
                ? text.Fields
                :
                [
                    .. plan
                        .Fields.Where(field => viewer.Sees(plan, field))
                        .Select(field => field.Field with { See = null, Set = null }),
                ],
            manages ? text.Rules ?? new Rules() : null,
            text.History is true,
            text.Path,
            text.Form,
            plan.Revision,
            plan.Owner,
            row.CreatedAt,
            row.UpdatedAt,
            new Links(self) { ["records"] = self + "/records" }
        );
    }

    private static CollectionResource MakeExample()
    {
        var text = Templates.Find("books", false)!;
        var self = "/api/v1/collections/books";
        return new CollectionResource(
            text.Name,
            text.InSpace,
            text.Description,
            [.. text.Fields.Select((field, i) => field with { Id = i + 1 })],
            text.Rules,
            false,
            text.Path,
            text.Form,
            1,
            new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            new Links(self) { ["records"] = self + "/records" }
        );
    }
}
