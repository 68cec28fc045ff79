using System.Reflection;
using Microsoft.OpenApi;
using Sillage.Api.Formats;

namespace Sillage.Api.Documentation;

/// <summary>Tells the schemas that clients write from those that they only read: a reply leaves out what is null.</summary>
internal static class RequestSchemas
{
    /// <summary>The names of the schemas that request bodies are made of, merge patches aside or alone.</summary>
    public static HashSet<string> Of(OpenApiDocument document, bool patches)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var bodies = document
            .Paths.Values.SelectMany(path => path.Operations?.Values.ToArray() ?? [])
            .Select(operation => operation.RequestBody?.Content)
            .Where(content => content?.ContainsKey("application/merge-patch+json") == patches)
            .SelectMany(content => content!.Values);
        foreach (var media in bodies)
        {
            if (!patches)
            {
                Collect(media.Schema, names);
            }
            else if (media.Schema is OpenApiSchemaReference { Reference.Id: { } id })
            {
                // What stands inside a patch replaces something whole, and is required like anywhere.
                names.Add(id);
            }
        }

        return names;
    }

    /// <summary>Members that may be null are not required in what is only read.</summary>
    public static void LeaveOutNulls(OpenApiSchema schema, Type type)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var property in Json.Options.GetTypeInfo(type).Properties)
        {
            if (
                property.AttributeProvider is PropertyInfo info
                && nullability.Create(info).ReadState == NullabilityState.Nullable
            )
            {
                schema.Required?.Remove(property.Name);
            }
        }
    }

    private static void Collect(IOpenApiSchema? schema, HashSet<string> names)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id } && !names.Add(id))
        {
            return;
        }

        IEnumerable<IOpenApiSchema?> parts =
        [
            .. schema?.Properties?.Values ?? [],
            .. schema?.OneOf ?? [],
            .. schema?.AnyOf ?? [],
            .. schema?.AllOf ?? [],
            schema?.Items,
            schema?.AdditionalProperties,
        ];
        foreach (var part in parts.Where(part => part is not null))
        {
            Collect(part, names);
        }
    }
}
