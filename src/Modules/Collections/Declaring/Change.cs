using Sillage.Collections.Declared;

namespace Sillage.Collections.Declaring;

/// <summary>How a declaration differs from the one before, field by field.</summary>
/// <param name="Definition">The new declaration, every field with its id.</param>
/// <param name="Differences">What is different, in words of their own kind.</param>
/// <param name="UnknownIds">The places of fields that name an id which is not there.</param>
internal sealed record Change(
    StoredDefinition Definition,
    IReadOnlyList<Difference> Differences,
    IReadOnlyList<int> UnknownIds
)
{
    /// <summary>The declaration after another one; of the first declaration, after none.</summary>
    public static Change Of(StoredDefinition? before, CollectionText text)
    {
        var (nextId, nextSlot) = (before?.NextId ?? 1, before?.NextSlot ?? 1);
        var old = before?.Text.Fields.ToDictionary(field => field.Id!.Value) ?? [];
        var claimed = text.Fields.Select(field => field.Id).OfType<int>().ToHashSet();
        var slots = new Dictionary<int, int>();
        var fields = new List<Field>();
        var differences = new List<Difference>();
        var unknown = new List<int>();
        for (var i = 0; i < text.Fields.Count; i++)
        {
            var field = text.Fields[i];
            var was = field.Id is { } id
                ? old.GetValueOrDefault(id)
                : old.Values.FirstOrDefault(o => o.Name == field.Name && !claimed.Contains(o.Id!.Value));
            if (was is null && field.Id is not null)
            {
                unknown.Add(i);
            }

            field = field with { Id = was?.Id ?? nextId++ };
            fields.Add(field);
            slots[field.Id!.Value] =
                was is not null && SameForm(was, field) ? before!.Slots[was.Id!.Value] : nextSlot++;
            differences.AddRange(Of(was, field));
        }

        foreach (var gone in old.Values.Where(o => fields.TrueForAll(field => field.Id != o.Id)))
        {
            differences.Add(new Difference(DifferenceKind.FieldRemoved, gone.Name, "Its values are destroyed."));
        }

        if (before is not null && before.Text.Rules != text.Rules)
        {
            differences.Add(new Difference(DifferenceKind.RulesChanged, null, null));
        }

        if (
            before is not null
            && (
                before.Text.Description != text.Description
                || before.Text.History is true != text.History is true
                || before.Text.Path != text.Path
                || before.Text.Form != text.Form
            )
        )
        {
            differences.Add(new Difference(DifferenceKind.CollectionChanged, null, null));
        }

        return new Change(
            new StoredDefinition(text with { Fields = fields }, slots, nextId, nextSlot),
            differences,
            unknown
        );
    }

    /// <summary>Whether the values of a field are stored alike before and after.</summary>
    public static bool SameForm(Field before, Field after) =>
        before.Type == after.Type
        && before.IsMany == after.IsMany
        && before.Decimals == after.Decimals
        && before.To == after.To;

    private static IEnumerable<Difference> Of(Field? was, Field field)
    {
        if (was is null)
        {
            yield return new Difference(DifferenceKind.FieldAdded, field.Name, null);
            yield break;
        }

        if (was.Name != field.Name)
        {
            yield return new Difference(DifferenceKind.FieldRenamed, field.Name, $"Was '{was.Name}'. Its values stay.");
        }

        if (!SameForm(was, field))
        {
            yield return new Difference(DifferenceKind.TypeChanged, field.Name, "Its values are converted.");
        }

        if (!Plain(was).Equals(Plain(field)))
        {
            yield return new Difference(DifferenceKind.FieldChanged, field.Name, null);
        }
    }

    // All but what is told apart above, as text: lists and JSON compare by what they hold.
    private static string Plain(Field field) =>
        System.Text.Json.JsonSerializer.Serialize(
            field with
            {
                Name = "",
                Type = FieldKind.String,
                Many = null,
                Scale = null,
                To = null,
                Required = Set(field.Required),
                Unique = Set(field.Unique),
                Index = Set(field.Index),
                Search = Set(field.Search),
                Hidden = Set(field.Hidden),
            },
            Api.Formats.Json.Options
        );

    private static bool? Set(bool? flag) => flag is true ? true : null;
}

/// <summary>What kind of difference it is.</summary>
public enum DifferenceKind
{
    /// <summary>The collection is new.</summary>
    CollectionAdded,

    /// <summary>Its description, its history or its own address are others.</summary>
    CollectionChanged,

    /// <summary>Its rules are others.</summary>
    RulesChanged,

    /// <summary>A field is new.</summary>
    FieldAdded,

    /// <summary>A field has another name, and its values.</summary>
    FieldRenamed,

    /// <summary>A field holds something else; its values are converted.</summary>
    TypeChanged,

    /// <summary>What a field takes is different.</summary>
    FieldChanged,

    /// <summary>A field is gone, with its values.</summary>
    FieldRemoved,
}

/// <summary>One difference between a declaration and the one before.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="Field">The field, if it is about one.</param>
/// <param name="Detail">What becomes of its values.</param>
public sealed record Difference(DifferenceKind Kind, string? Field = null, string? Detail = null);
