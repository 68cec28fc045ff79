using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>
/// Finds everything that keeps a well-formed text from being a request of some type. The serializer stops at the first
/// error and speaks of .NET types, so once it has refused a text this looks again.
/// </summary>
internal sealed class JsonDiagnosis
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Whether the reply has all the errors that it names: a body of a million costs no more than one of a hundred.</summary>
    private bool IsFull => _errors.Count >= Problem.MostErrors;

    /// <summary>The errors, in the order of the text; empty if this finds none.</summary>
    public static IReadOnlyList<FieldError> Of(ReadOnlyMemory<byte> json, JsonTypeInfo type)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Json.Options.MaxDepth });
        var diagnosis = new JsonDiagnosis();
        diagnosis.Walk(document.RootElement, type, nullable: false, JsonPointer.Root);
        return diagnosis._errors;
    }

    private void Walk(JsonElement value, JsonTypeInfo type, bool nullable, string pointer)
    {
        if (IsFull)
        {
            return;
        }

        if (value.ValueKind == JsonValueKind.Null && !Expectation.IsAnything(type.Type))
        {
            if (!nullable && Nullable.GetUnderlyingType(type.Type) is null)
            {
                Add(pointer, Expectation.Of(type) + " is expected, not null.");
            }
        }
        else if (Expectation.IsAnything(type.Type))
        {
            WalkAnything(value, pointer);
        }
        else if (type.Kind == JsonTypeInfoKind.None)
        {
            WalkLeaf(value, type, pointer);
        }
        else if (type.Kind == JsonTypeInfoKind.Enumerable)
        {
            WalkItems(value, type, pointer);
        }
        else if (value.ValueKind != JsonValueKind.Object)
        {
            Add(pointer, $"An object is expected, not {Found(value)}.");
        }
        else
        {
            WalkMembers(value, type, pointer);
        }
    }

    private void WalkMembers(JsonElement value, JsonTypeInfo type, string pointer)
    {
        var known = type.Kind == JsonTypeInfoKind.Object ? type.Properties.Where(IsRead).ToList() : [];
        var open =
            type.Kind == JsonTypeInfoKind.Dictionary
            || type.Properties.Any(p => p.IsExtensionData)
            || (type.UnmappedMemberHandling ?? type.Options.UnmappedMemberHandling) == JsonUnmappedMemberHandling.Skip;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (IsFull)
            {
                return;
            }

            var at = JsonPointer.Member(pointer, member.Name);
            if (!seen.Add(member.Name))
            {
                Add(at, $"'{NearestName.Shown(member.Name)}' is there twice.");
            }
            else if (known.Find(p => p.Name == member.Name) is { } property)
            {
                if (property.CustomConverter is null)
                {
                    Walk(member.Value, type.Options.GetTypeInfo(property.PropertyType), IsNullable(property), at);
                }
            }
            else if (type.Kind == JsonTypeInfoKind.Dictionary)
            {
                Walk(member.Value, type.Options.GetTypeInfo(type.ElementType!), nullable: true, at);
            }
            else if (!open)
            {
                Add(at, NearestName.Unknown(member.Name, [.. known.Select(p => p.Name)]));
            }
        }

        foreach (var missing in known.Where(p => p.IsRequired && !seen.Contains(p.Name)))
        {
            Add(
                JsonPointer.Member(pointer, missing.Name),
                $"'{missing.Name}' is missing. {Expectation.Of(type.Options.GetTypeInfo(missing.PropertyType))} is expected."
            );
        }
    }

    private void WalkItems(JsonElement value, JsonTypeInfo type, string pointer)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(pointer, $"An array is expected, not {Found(value)}.");
            return;
        }

        var elementType = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (IsFull)
            {
                return;
            }

            // Whether an item may be null is seen by the check of annotations.
            Walk(item, elementType, nullable: !elementType.Type.IsValueType, JsonPointer.Item(pointer, index++));
        }
    }

    private void WalkAnything(JsonElement value, string pointer)
    {
        if (IsFull)
        {
            return;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                WalkAnything(item, JsonPointer.Item(pointer, index++));
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in value.EnumerateObject())
            {
                var at = JsonPointer.Member(pointer, member.Name);
                if (!seen.Add(member.Name))
                {
                    Add(at, $"'{NearestName.Shown(member.Name)}' is there twice.");
                }

                WalkAnything(member.Value, at);
            }
        }
    }

    private void WalkLeaf(JsonElement value, JsonTypeInfo type, string pointer)
    {
        try
        {
            value.Deserialize(type);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            Add(pointer, $"{Expectation.Of(type)} is expected, not {Found(value)}.");
        }
    }

    private void Add(string pointer, string detail)
    {
        if (!IsFull)
        {
            _errors.Add(new FieldError(pointer, detail));
        }
    }

    private static string Found(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String when value.GetString() is { Length: <= 40 } text => $"\"{text}\"",
            JsonValueKind.String => "this string",
            JsonValueKind.Number when value.GetRawText() is { Length: <= 40 } number => number,
            JsonValueKind.Number => "this number",
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "null",
        };

    private static bool IsRead(JsonPropertyInfo property) =>
        !property.IsExtensionData && (property.Set is not null || property.AssociatedParameter is not null);

    private static bool IsNullable(JsonPropertyInfo property) =>
        property.AssociatedParameter?.IsNullable ?? property.IsSetNullable;
}
