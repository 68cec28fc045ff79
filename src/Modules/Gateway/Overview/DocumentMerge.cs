using System.Text.Json.Nodes;

namespace Sillage.Gateway.Overview;

/// <summary>
/// Adds one OpenAPI document to another: paths, tags and components that the other has not. A component that has a name of the
/// other's and says something else gets the service's name in front of its own.
/// </summary>
internal static class DocumentMerge
{
    private const string Components = "components";
    private const string Reference = "$ref";

    public static void Add(JsonObject all, JsonObject told, string service)
    {
        var more = (JsonObject)told.DeepClone();
        // Until nothing changes: what refers to something that was renamed says something else by that.
        while (Conflicts(all, more, service) is { Count: > 0 } renamed)
        {
            Rename(more, renamed);
        }

        AddAbsent(all, more, Components, "schemas");
        var paths = Part(all, "paths");
        foreach (var (path, item) in Part(more, "paths").ToList())
        {
            var operations = Part(paths, path);
            foreach (var (method, operation) in ((JsonObject)item!).ToList())
            {
                if (!operations.ContainsKey(method))
                {
                    operations[method] = operation!.DeepClone();
                }
            }
        }

        AddTags(all, more);
    }

    // Gives other names to what cannot be added under its own.
    private static Dictionary<string, string> Conflicts(JsonObject all, JsonObject more, string service)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var have = Part(Part(all, Components), "schemas");
        var schemas = Part(Part(more, Components), "schemas");
        foreach (var (name, schema) in schemas.ToList())
        {
            if (have.TryGetPropertyValue(name, out var same) && !JsonNode.DeepEquals(schema, same))
            {
                var own = char.ToUpperInvariant(service[0]) + service[1..] + name;
                schemas.Remove(name);
                schemas[own] = schema;
                renamed[$"#/{Components}/schemas/{name}"] = $"#/{Components}/schemas/{own}";
            }
        }

        return renamed;
    }

    private static void Rename(JsonNode? node, Dictionary<string, string> renamed)
    {
        switch (node)
        {
            case JsonObject fields:
                if (
                    fields[Reference] is JsonValue value
                    && value.TryGetValue<string>(out var reference)
                    && renamed.TryGetValue(reference, out var other)
                )
                {
                    fields[Reference] = other;
                }

                foreach (var (_, field) in fields)
                {
                    Rename(field, renamed);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Rename(item, renamed);
                }

                break;
        }
    }

    private static void AddAbsent(JsonObject all, JsonObject more, string group, string part)
    {
        var have = Part(Part(all, group), part);
        foreach (var (name, value) in Part(Part(more, group), part).ToList())
        {
            if (!have.ContainsKey(name))
            {
                have[name] = value!.DeepClone();
            }
        }
    }

    private static void AddTags(JsonObject all, JsonObject more)
    {
        var tags = all["tags"] as JsonArray ?? [];
        all["tags"] = tags.Parent is null ? tags : tags.DeepClone();
        var have = (JsonArray)all["tags"]!;
        foreach (var tag in more["tags"] as JsonArray ?? [])
        {
            if (!have.Any(other => (string?)other!["name"] == (string?)tag!["name"]))
            {
                have.Add(tag!.DeepClone());
            }
        }
    }

    private static JsonObject Part(JsonObject node, string name)
    {
        if (node[name] is JsonObject part)
        {
            return part;
        }

        var made = new JsonObject();
        node[name] = made;
        return made;
    }
}
