using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Storage;

namespace Sillage.Hosting.SocketIO;

/// <summary>
/// The AsyncAPI 3 document of what is said live, made of what modules map: the types that are read and written, and their XML documentation.
/// An action is the server's: it receives what clients send.
/// </summary>
internal static class AsyncApi
{
    private const string About = """
        Live events over Socket.IO at /socket.io, or in plain JSON over a WebSocket at /api/v1/live; each channel is a namespace. Every event carries one object. An event that asks for an acknowledgement is answered by
        one object: what it asked for, or a refusal.
        """;

    private static readonly string[] Codes =
    [
        "invalid",
        "token_invalid",
        "token_expired",
        "forbidden",
        "not_found",
        "conflict",
        "gone",
        "too_many",
        "unavailable",
    ];

    public static JsonObject Write(IEnumerable<LiveDocument> namespaces)
    {
        var channels = new JsonObject();
        var operations = new JsonObject();
        foreach (var live in namespaces)
        {
            var key = KeyOf(live.Address.TrimStart('/'));
            var messages = new JsonObject();
            foreach (var request in live.Requests)
            {
                AddRequest(key, request, messages, operations);
            }

            foreach (var notice in live.Notices)
            {
                AddNotice(key, notice, messages, operations);
            }

            messages["refusal"] = new JsonObject
            {
                ["name"] = "refusal",
                ["summary"] = "Why an event was not done.",
                ["payload"] = Refusal(),
            };
            channels[key] = new JsonObject
            {
                ["address"] = live.Address,
                ["description"] = live.Summary,
                ["messages"] = messages,
            };
        }

        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Sillage, live",
                ["version"] = ProgramVersion.Current,
                ["description"] = About,
            },
            ["defaultContentType"] = "application/json",
            ["channels"] = channels,
            ["operations"] = operations,
        };
    }

    /// <summary>The JSON schema of what is read or written as a type.</summary>
    public static JsonObject SchemaOf(Type type)
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Describe,
        };
        var schema = Json.Options.GetJsonSchemaAsNode(type, options).AsObject();
        if (XmlDocs.Of(type) is { } about)
        {
            schema["description"] = about;
        }

        return schema;
    }

    private static void AddRequest(string channel, LiveRequestEvent request, JsonObject messages, JsonObject operations)
    {
        var key = KeyOf(request.Name);
        var argument = SchemaOf(request.Argument);
        if (request.More.Count > 0)
        {
            var properties = argument["properties"] as JsonObject ?? [];
            var required = argument["required"] as JsonArray ?? [];
            (argument["properties"], argument["required"]) = (properties, required);
            foreach (var (name, about) in request.More)
            {
                properties[name] = new JsonObject { ["type"] = "string", ["description"] = about };
                required.Add(name);
            }
        }

        messages[key] = Message(request.Name, request.Summary, argument);
        messages[$"{key}.ack"] = Message($"{request.Name} ack", "Acknowledges it.", SchemaOf(request.Ack));
        var needs = request.Permission is { } permission ? $" Needs the permission `{permission.Name}`." : "";
        operations[$"{channel}.{key}"] = new JsonObject
        {
            ["action"] = "receive",
            ["channel"] = Reference(channel),
            ["summary"] = request.Summary,
            ["description"] = request.Summary + needs,
            ["messages"] = new JsonArray(Reference(channel, key)),
            ["reply"] = new JsonObject
            {
                ["channel"] = Reference(channel),
                ["messages"] = new JsonArray(Reference(channel, $"{key}.ack"), Reference(channel, "refusal")),
            },
        };
    }

    private static void AddNotice(string channel, LiveNoticeEvent notice, JsonObject messages, JsonObject operations)
    {
        // Some have the name of what one may send.
        var key = $"{KeyOf(notice.Name)}.notice";
        messages[key] = Message(notice.Name, notice.Summary, SchemaOf(notice.Argument));
        operations[$"{channel}.{key}"] = new JsonObject
        {
            ["action"] = "send",
            ["channel"] = Reference(channel),
            ["summary"] = notice.Summary,
            ["messages"] = new JsonArray(Reference(channel, key)),
        };
    }

    private static JsonObject Message(string name, string summary, JsonObject payload) =>
        new()
        {
            ["name"] = name,
            ["summary"] = summary,
            ["payload"] = payload,
        };

    private static JsonObject Refusal()
    {
        var data = Object(
            ["code"],
            (
                "code",
                new JsonObject { ["enum"] = new JsonArray([.. Codes.Select(code => (JsonNode)code)]) },
                "For the program."
            ),
            ("status", Typed("integer"), "What the same request by HTTP is answered with."),
            ("errors", [], "What is wrong with which member, as in a problem document."),
            ("retryAfter", Typed("integer"), "In so many seconds it may be sent again.")
        );
        var error = Object(["message", "data"], ("message", Typed("string"), "For people."), ("data", data, null));
        return Object(["error"], ("error", error, null));
    }

    private static JsonObject Typed(string type) => new() { ["type"] = type };

    private static JsonObject Object(
        string[] required,
        params (string Name, JsonObject Schema, string? About)[] members
    )
    {
        var properties = new JsonObject();
        foreach (var (name, schema, about) in members)
        {
            if (about is not null)
            {
                schema["description"] = about;
            }

            properties[name] = schema;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray([.. required.Select(name => (JsonNode)name)]),
            ["properties"] = properties,
        };
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        // A converter of one's own says nothing of what it writes.
        var isTime =
            (Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type) == typeof(DateTimeOffset);
        var node = isTime ? new JsonObject { ["type"] = "string", ["format"] = "date-time" } : schema as JsonObject;
        if (node is null)
        {
            return schema;
        }

        // What is null is left out, and may be left out by clients.
        if (node["required"] is JsonArray required)
        {
            var optional = context.TypeInfo.Properties.Where(p => p.IsGetNullable).Select(p => p.Name).ToHashSet();
            node["required"] = new JsonArray([
                .. required
                    .Select(name => (string)name!)
                    .Where(name => !optional.Contains(name))
                    .Select(name => (JsonNode)name),
            ]);
        }

        if (
            context.PropertyInfo?.AttributeProvider is System.Reflection.PropertyInfo property
            && XmlDocs.Of(property) is { } about
        )
        {
            node["description"] = about;
        }

        return node;
    }

    private static JsonObject Reference(string channel, string? message = null) =>
        new() { ["$ref"] = message is null ? $"#/channels/{channel}" : $"#/channels/{channel}/messages/{message}" };

    private static string KeyOf(string name) => name.Replace(':', '.');
}
