using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;

namespace Sillage.Collections.Records;

/// <summary>Makes a record of what was sent, and finds all that is wrong with it.</summary>
internal sealed class RecordReader(CollectionPlan plan, Viewer viewer, bool isXml)
{
    private readonly List<FieldError> _errors = [];

    // Who is used to FastAPI may send a number as text there.
    private readonly bool _isLax = isXml || viewer.Form == CollectionForm.FastApi;

    /// <summary>A new record; what is not said is as the declaration has it.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public RecordData New(JsonElement body)
    {
        var data = new RecordData(plan);
        foreach (var field in plan.Fields)
        {
            if (field.Field.Default is { } value)
            {
                data[field] = Value(field, value, JsonPointer.Member(JsonPointer.Root, field.Name));
            }
        }

        return Apply(data, body, isPatch: false);
    }

    /// <summary>The record that takes the place of another; what is not said has no value. What the sender may not set stays.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public RecordData Replacement(RecordData before, JsonElement body)
    {
        var data = before.Copy();
        foreach (var field in plan.Fields)
        {
            if (viewer.Sets(plan, field))
            {
                data[field] = null;
            }
        }

        return Apply(data, body, isPatch: false, before);
    }

    /// <summary>The record after a merge patch (RFC 7396).</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public RecordData Patched(RecordData before, JsonElement patch) =>
        Apply(before.Copy(), patch, isPatch: true, before);

    /// <summary>The record with these members in place of those that it had.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public RecordData Changed(RecordData before, JsonElement members) =>
        Apply(before.Copy(), members, isPatch: false, before);

    /// <summary>The value of a field that a sent record has; null where it has none.</summary>
    /// <exception cref="ProblemException">400: it is not valid.</exception>
    public object? Key(FieldPlan field, JsonElement body)
    {
        if (
            body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty(field.Name, out var sent)
            || sent.ValueKind == JsonValueKind.Null
        )
        {
            return null;
        }

        var value = Value(field, sent, JsonPointer.Member(JsonPointer.Root, field.Name));
        return _errors.Count == 0 ? value : throw Bad(_errors);
    }

    private RecordData Apply(RecordData data, JsonElement body, bool isPatch, RecordData? before = null)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw Bad([new FieldError(JsonPointer.Root, "An object is expected.")]);
        }

        foreach (var member in body.EnumerateObject())
        {
            Take(data, member, isPatch, before);
        }

        foreach (var field in plan.Fields)
        {
            var at = JsonPointer.Member(JsonPointer.Root, field.Name);
            if (
                field.Field.Required is true
                && data[field] is null
                && !_errors.Exists(e => e.Pointer.StartsWith(at, StringComparison.Ordinal))
            )
            {
                _errors.Add(new FieldError(at, "Is missing."));
            }
        }

        return _errors.Count == 0 ? data : throw Bad(_errors);
    }

    private void Take(RecordData data, JsonProperty member, bool isPatch, RecordData? before)
    {
        // What the server shows may come back as it was shown.
        if (Names.System.Contains(member.Name))
        {
            return;
        }

        var at = JsonPointer.Member(JsonPointer.Root, member.Name);
        if (plan.Find(member.Name) is not { } field || !viewer.Sees(plan, field))
        {
            if (viewer.Form == CollectionForm.FastApi)
            {
                return;
            }

            _errors.Add(new FieldError(at, "There is no field of this name."));
            return;
        }

        var value = member.Value;
        if (isPatch && field.Field.Type == FieldKind.Json && data[field] is string json)
        {
            value = Merge(json, value);
        }

        var read =
            value.ValueKind == JsonValueKind.Null ? null
            : field.Field.IsMany ? List(field, value, at)
            : Value(field, value, at);
        if (!viewer.Sets(plan, field) && !RecordData.Same(read, (before ?? data)[field]))
        {
            _errors.Add(new FieldError(at, "You may not set this field."));
        }

        data[field] = read;
    }

    private List<object>? List(FieldPlan field, JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > ValueReader.MostItems)
        {
            _errors.Add(new FieldError(at, $"A list of at most {ValueReader.MostItems} items is expected."));
            return null;
        }

        var items = new List<object>();
        foreach (var item in value.EnumerateArray())
        {
            if (Value(field, item, JsonPointer.Item(at, items.Count)) is not { } read)
            {
                return null;
            }

            items.Add(read);
        }

        return items;
    }

    private object? Value(FieldPlan field, JsonElement value, string at)
    {
        if (field.Field.IsMany && value.ValueKind == JsonValueKind.Array)
        {
            return List(field, value, at);
        }

        var read = ValueReader.Read(field, value, _isLax, out var error);
        if (error is not null)
        {
            _errors.Add(new FieldError(at, error));
        }

        return read;
    }

    private static JsonElement Merge(string json, JsonElement patch)
    {
        var target = JsonNode.Parse(json);
        if (target is not JsonObject into || patch.ValueKind != JsonValueKind.Object)
        {
            return patch;
        }

        MergeInto(into, patch);
        return JsonSerializer.SerializeToElement(into);
    }

    private static void MergeInto(JsonObject target, JsonElement patch)
    {
        foreach (var member in patch.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    target.Remove(member.Name);
                    break;
                case JsonValueKind.Object:
                    if (target[member.Name] is not JsonObject inner)
                    {
                        target[member.Name] = inner = [];
                    }

                    MergeInto(inner, member.Value);
                    break;
                default:
                    target[member.Name] = JsonSerializer.SerializeToNode(member.Value);
                    break;
            }
        }
    }

    private static ProblemException Bad(IReadOnlyList<FieldError> errors) =>
        new(Problem.BadRequest("The record is not valid; 'errors' names each field.", errors));
}
