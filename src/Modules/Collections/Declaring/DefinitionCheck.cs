using System.Text.RegularExpressions;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;

namespace Sillage.Collections.Declaring;

/// <summary>Finds all that is wrong with a declaration.</summary>
internal static class DefinitionCheck
{
    private const int MostValues = 200;

    /// <summary>What is wrong with the fields one by one; the rest is not looked at before this is right.</summary>
    public static IEnumerable<FieldError> Check(CollectionText text)
    {
        if (Names.CheckCollection("/name", text.Name) is { } name)
        {
            yield return name;
        }

        if (Names.CheckCollection("/space", text.InSpace) is { } space)
        {
            yield return space;
        }

        if (text.Path is { } path && PathRules.Check(path) is { } noPath)
        {
            yield return noPath;
        }

        if (text is { Form: not null, Path: null })
        {
            yield return new FieldError("/form", "Goes with a path only.");
        }

        if (text.Fields.Count > Field.MaximumCount)
        {
            yield return new FieldError("/fields", $"At most {Field.MaximumCount} fields.");
            yield break;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        for (var i = 0; i < text.Fields.Count; i++)
        {
            var (field, at) = (text.Fields[i], $"/fields/{i}");
            if (field is null)
            {
                yield return new FieldError(at, "An object is expected.");
                continue;
            }

            if (Names.CheckField($"{at}/name", field.Name) is { } wrong)
            {
                yield return wrong;
            }
            else if (!names.Add(field.Name))
            {
                yield return new FieldError($"{at}/name", "Another field has this name.");
            }

            if (field.Id is { } id && !ids.Add(id))
            {
                yield return new FieldError($"{at}/id", "Another field has this id.");
            }

            foreach (var error in CheckType(field, at).Concat(CheckRules(field, at)))
            {
                yield return error;
            }
        }
    }

    /// <summary>What is wrong with what refers to other fields and collections.</summary>
    public static IEnumerable<FieldError> Check(CollectionPlan plan, IReadOnlyDictionary<string, CollectionPlan> all)
    {
        foreach (var field in plan.Fields)
        {
            var at = $"/fields/{field.Ordinal}";
            if (field.Field.To is { } to && !all.ContainsKey(to))
            {
                yield return new FieldError(
                    $"{at}/to",
                    $"There is no collection '{to}' in the space '{plan.Text.InSpace}'."
                );
            }

            foreach (var (member, value) in Values(field.Field))
            {
                var items =
                    field.Field.IsMany && value.ValueKind == System.Text.Json.JsonValueKind.Array
                        ? [.. value.EnumerateArray()]
                        : new[] { value };
                var limits = member is "default" or "example"
                    ? field.Field
                    : field.Field with
                    {
                        Minimum = null,
                        Maximum = null,
                    };
                foreach (var item in items)
                {
                    if (ValueReader.Read(new FieldPlan(limits, 0, 0), item, false, out var error) is null)
                    {
                        yield return new FieldError($"{at}/{member}", error!);
                    }
                }
            }
        }

        foreach (var (member, rule) in RulesOf(plan.Rules))
        {
            if (rule is not null && Checker.CheckRule(rule, plan, all, out var fault) is null)
            {
                yield return new FieldError($"/rules/{member}", fault!.ToString());
            }
        }
    }

    /// <summary>The rules by the names of their members.</summary>
    public static IEnumerable<(string Member, string? Rule)> RulesOf(Rules rules) =>
        [("read", rules.Read), ("create", rules.Create), ("update", rules.Update), ("delete", rules.Delete)];

    private static IEnumerable<FieldError> CheckType(Field field, string at)
    {
        if (!Enum.IsDefined(field.Type))
        {
            yield return new FieldError($"{at}/type", "There is no such type.");
            yield break;
        }

        if (field.MaxLength is { } length && (!field.IsText || length is < 1 or > 100_000))
        {
            yield return new FieldError(
                $"{at}/maxLength",
                "From 1 to 100000, and for string, text, email and url only."
            );
        }

        if (field.Index is true && Unindexable(field) is { } why)
        {
            yield return new FieldError($"{at}/index", why);
        }

        if (
            field.Search is true
            && (!(field.IsText || field.Type == FieldKind.Enum) || field.Hidden is true || field.See is not null)
        )
        {
            // What is found tells what is in it.
            yield return new FieldError(
                $"{at}/search",
                "For string, text, enum, email and url only, and for what everybody sees who may read the record."
            );
        }

        if (field.Unique is true && Unindexable(field) is { } whyNot)
        {
            yield return new FieldError($"{at}/unique", whyNot);
        }

        if (field.IsMany && field.Type is not (FieldKind.String or FieldKind.Enum or FieldKind.Relation))
        {
            yield return new FieldError($"{at}/many", "For string, enum and relation only.");
        }

        if (
            (field.Minimum ?? field.Maximum) is not null
            && field.Type
                is not (
                    FieldKind.Integer
                    or FieldKind.Number
                    or FieldKind.Decimal
                    or FieldKind.Date
                    or FieldKind.Timestamp
                )
        )
        {
            yield return new FieldError(
                $"{at}/{(field.Minimum is null ? "maximum" : "minimum")}",
                "For integer, number, decimal, date and timestamp only."
            );
        }

        if (field.Scale is { } scale && (field.Type != FieldKind.Decimal || scale is < 0 or > 9))
        {
            yield return new FieldError($"{at}/scale", "From 0 to 9, and for decimal only.");
        }

        if (
            field.Type == FieldKind.Enum != field.Values is not null
            || field.Values is { Count: 0 or > MostValues }
            || field.Values?.Any(v => v is null or { Length: 0 or > 100 }) == true
        )
        {
            yield return new FieldError(
                $"{at}/values",
                $"1 to {MostValues} words of 1 to 100 characters, for enum and nothing else."
            );
        }

        if (field.Type == FieldKind.Relation != field.To is not null)
        {
            yield return new FieldError($"{at}/to", "The name of a collection, for relation and nothing else.");
        }

        if (
            field.Pattern is not null
            && (field.Type is not (FieldKind.String or FieldKind.Text) || !IsPattern(field.Pattern))
        )
        {
            yield return new FieldError(
                $"{at}/pattern",
                "A regular expression of at most 500 characters without backreferences and lookaround, for string and text only."
            );
        }
    }

    private static IEnumerable<FieldError> CheckRules(Field field, string at)
    {
        foreach (var (member, rule) in new[] { ("see", field.See), ("set", field.Set) })
        {
            if (rule is not null && Checker.CheckAboutMe(rule, out var fault) is null)
            {
                yield return new FieldError($"{at}/{member}", fault!.ToString());
            }
        }
    }

    private static string? Unindexable(Field field) =>
        field.IsMany || field.Type is FieldKind.Json ? "A list and a JSON value have no index."
        : field.IsText && field.Longest > Field.LongestIndexed
            ? $"An index takes at most {Field.LongestIndexed} characters: set maxLength."
        : null;

    private static IEnumerable<(string Member, System.Text.Json.JsonElement Value)> Values(Field field)
    {
        if (field.Default is { } value)
        {
            yield return ("default", value);
        }

        if (field.Example is { } example)
        {
            yield return ("example", example);
        }

        if (field.Minimum is { } minimum)
        {
            yield return ("minimum", minimum);
        }

        if (field.Maximum is { } maximum)
        {
            yield return ("maximum", maximum);
        }
    }

    private static bool IsPattern(string pattern)
    {
        if (pattern.Length > 500)
        {
            return false;
        }

        try
        {
            _ = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
