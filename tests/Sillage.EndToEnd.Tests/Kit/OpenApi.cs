using System.Text.Json;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>One operation of the API as its document describes it.</summary>
internal sealed record Operation(HttpMethod Method, string Path, JsonElement Description)
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    /// <summary><c>GET /api/v1/studies/{study}</c></summary>
    public string Name => $"{Method} {Path}";

    /// <summary>The names of its parameters that are in <paramref name="place"/> (path, query, header).</summary>
    public IEnumerable<string> Parameters(string place) =>
        Description.TryGetProperty("parameters", out var parameters)
            ? parameters
                .EnumerateArray()
                .Where(parameter => parameter.GetProperty("in").GetString() == place)
                .Select(parameter => parameter.GetProperty("name").GetString()!)
            : [];

    /// <summary>The sets of rights of which it needs one each; null if it needs none.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Rights =>
        Description.TryGetProperty("x-rights", out var rights)
            ? rights.Deserialize<IReadOnlyList<IReadOnlyList<string>>>()
            : null;

    /// <summary>Whether it is for everybody, without a credential.</summary>
    public bool IsOpen => !Description.TryGetProperty("security", out var kinds) || kinds.GetArrayLength() == 0;

    /// <summary>The media types that its body may have; none if it takes no body.</summary>
    public IEnumerable<string> BodyTypes =>
        Description.TryGetProperty("requestBody", out var body)
            ? body.GetProperty("content").EnumerateObject().Select(type => type.Name)
            : [];

    /// <summary>The media types in which it tells an error of this status; RFC 9457's where the document has no such status.</summary>
    public IEnumerable<string> ErrorTypes(int status) =>
        Description.GetProperty("responses").TryGetProperty($"{status}", out var error)
        && error.TryGetProperty("content", out var content)
            ? content.EnumerateObject().Select(type => type.Name)
            : ["application/problem+json"];

    /// <summary>The example of its JSON body.</summary>
    public JsonElement? BodyExample
    {
        get
        {
            if (
                !Description.TryGetProperty("requestBody", out var body)
                || !body.GetProperty("content").TryGetProperty("application/json", out var json)
            )
            {
                return null;
            }

            if (json.TryGetProperty("example", out var example))
            {
                return example;
            }

            return json.TryGetProperty("examples", out var examples)
                ? examples.EnumerateObject().First().Value.GetProperty("value")
                : null;
        }
    }

    /// <summary>
    /// Every operation of the server's document. Those of one collection, which somebody declared, are the same routes as those of all collections, told once more.
    /// </summary>
    public static async Task<IReadOnlyList<Operation>> AllAsync(HttpClient client)
    {
        var document = JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync("/openapi.json"));
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where Methods.Contains(operation.Name) && !operation.Value.TryGetProperty("x-collection", out _)
            select new Operation(HttpMethod.Parse(operation.Name), path.Name, operation.Value),
        ];
    }

    /// <summary>Its address with the path's parameters filled in; a number is 1, as nothing else is an address of the operation.</summary>
    public string Address(Func<string, string> value) =>
        Parameters("path")
            .Aggregate(Path, (path, name) => path.Replace($"{{{name}}}", IsNumber(name) ? "1" : value(name)));

    private bool IsNumber(string parameter) =>
        Description
            .GetProperty("parameters")
            .EnumerateArray()
            .First(p => p.GetProperty("name").GetString() == parameter)
            .GetProperty("schema")
            .GetRawText()
            .Contains("integer", StringComparison.Ordinal);
}
