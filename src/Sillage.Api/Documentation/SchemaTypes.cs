using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;

namespace Sillage.Api.Documentation;

/// <summary>Names the document's schemas, and remembers which type is behind each.</summary>
internal sealed class SchemaTypes
{
    private readonly ConcurrentDictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <summary>
    /// The framework's name; where another type has it already (slices call many a record <c>Request</c>), with the
    /// enclosing type's before it.
    /// </summary>
    public string? NameOf(JsonTypeInfo type)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } name)
        {
            return null;
        }

        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        foreach (var candidate in Candidates(name, plain))
        {
            if (_types.GetOrAdd(candidate, plain) == plain)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>The type behind a schema, if one of ours is.</summary>
    public Type? Find(string name) => _types.GetValueOrDefault(name);

    private static IEnumerable<string> Candidates(string name, Type type)
    {
        // What is called so in one slice is called so in the next.
        if (type.DeclaringType is { } slice && name is ("Request" or "Response"))
        {
            yield return slice.Name + name;
        }

        yield return name;
        if (type.DeclaringType is { } enclosing)
        {
            yield return enclosing.Name + name;
        }

        yield return (type.Namespace ?? "").Split('.')[^1] + name;
        yield return (type.FullName ?? name).Replace('.', '_').Replace('+', '_');
    }
}
