using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace GameStatements;

/// <summary>
/// An xAPI statement as a trace, and back. A play-through is a participant and a session; the verb's last word is what
/// happened; everything else is a field.
/// </summary>
public static class TraceMapping
{
    /// <summary>The fields of the study.</summary>
    public static JsonArray Fields { get; } =
    [
        Field("homePage", "string"),
        Field("account", "string"),
        Field("verb", "string", required: true),
        Field("object", "string", required: true),
        Field("definition", "json"),
        Field("success", "boolean"),
        Field("completion", "boolean"),
        Field("response", "string"),
        Field("value", "number"),
        Field("extensions", "json"),
    ];

    /// <summary>The trace of a statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="participant">The number of the participant that stands for the play-through.</param>
    /// <param name="sequence">The statement's place in the play-through.</param>
    public static JsonObject ToTrace(JsonObject statement, int participant, int sequence)
    {
        var verb = Text(statement["verb"]!["id"]);
        var result = statement["result"] as JsonObject;
        var data = new JsonObject
        {
            ["homePage"] = Text(statement["actor"]!["account"]!["homePage"]),
            ["account"] = Text(statement["actor"]!["account"]!["name"]),
            ["verb"] = verb,
            ["object"] = Text(statement["object"]!["id"]),
        };
        Copy(statement["object"]!["definition"], data, "definition");
        Copy(result?["success"], data, "success");
        Copy(result?["completion"], data, "completion");
        Copy(result?["response"], data, "response");
        Copy(result?["extensions"], data, "extensions");
        if (ValueOf(result) is { } value)
        {
            data["value"] = value;
        }

        return new JsonObject
        {
            ["id"] = IdOf(statement).ToString(),
            ["timestamp"] = Text(statement["timestamp"]),
            ["session"] = Text(statement["actor"]!["name"]),
            ["sequence"] = sequence,
            ["name"] = verb[(verb.LastIndexOf('/') + 1)..],
            ["participant"] = participant,
            ["data"] = data,
        };
    }

    /// <summary>The statement that an exported trace came from.</summary>
    public static JsonObject ToStatement(JsonObject trace)
    {
        var data = (JsonObject)trace["data"]!;
        var statement = new JsonObject
        {
            ["id"] = Text(trace["id"]),
            ["actor"] = new JsonObject
            {
                ["name"] = Text(trace["session"]),
                ["account"] = new JsonObject
                {
                    ["homePage"] = Text(data["homePage"]),
                    ["name"] = Text(data["account"]),
                },
            },
            ["verb"] = new JsonObject { ["id"] = Text(data["verb"]) },
            ["object"] = new JsonObject { ["id"] = Text(data["object"]) },
            ["timestamp"] = Text(trace["timestamp"]),
        };
        Copy(data["definition"], (JsonObject)statement["object"]!, "definition");
        var result = new JsonObject();
        foreach (var part in new[] { "success", "completion", "response", "extensions" })
        {
            Copy(data[part], result, part);
        }

        if (result.Count > 0)
        {
            statement["result"] = result;
        }

        return statement;
    }

    /// <summary>The statement's id; for one without, an id that is the same each time it is sent.</summary>
    public static Guid IdOf(JsonObject statement) =>
        statement["id"] is { } id
            ? Guid.Parse(Text(id))
            : new Guid(
                SHA256.HashData(Encoding.UTF8.GetBytes(statement.ToJsonString())).AsSpan(0, 16),
                bigEndian: true
            );

    // The game writes its counters as text, under the IRI of whichever profile it spoke at the time.
    private static double? ValueOf(JsonObject? result) =>
        (result?["extensions"] as JsonObject)
            ?.FirstOrDefault(e => e.Key.EndsWith("/extensions/value", StringComparison.Ordinal))
            .Value
            is { } value
        && double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static void Copy(JsonNode? value, JsonObject target, string name)
    {
        if (value is not null)
        {
            target[name] = value.DeepClone();
        }
    }

    private static JsonObject Field(string name, string type, bool required = false) =>
        new()
        {
            ["name"] = name,
            ["type"] = type,
            ["required"] = required,
        };
}
