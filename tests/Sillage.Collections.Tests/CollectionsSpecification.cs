using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>What every test of collections needs: requests, and collections to make them on.</summary>
public abstract class CollectionsSpecification(CollectionsUnderTest collections)
{
    private int _names;

    protected CollectionsUnderTest Collections => collections;

    protected SillageServer Server => collections.Server;

    protected Person Student => collections.Student;

    protected Person Other => collections.Other;

    protected Person Administrator => collections.Administrator;

    protected Task<Person> NewPersonAsync() => Server.RegisterAsync(collections.NewName());

    protected Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        object? body = null,
        Person? person = null,
        params (string Name, string Value)[] headers
    ) => Server.SendAsync(method, path, body, (person ?? Student).Token, headers);

    protected Task<Answer> GetAsync(string path, Person? person = null) =>
        SendAsync(HttpMethod.Get, path, null, person);

    protected Task<Answer> PostAsync(string path, object? body = null, Person? person = null) =>
        SendAsync(HttpMethod.Post, path, body, person);

    protected Task<Answer> PutAsync(string path, object? body = null, Person? person = null) =>
        SendAsync(HttpMethod.Put, path, body, person);

    protected Task<Answer> PatchAsync(string path, object? body = null, Person? person = null) =>
        SendAsync(HttpMethod.Patch, path, body, person);

    protected Task<Answer> DeleteAsync(string path, Person? person = null) =>
        SendAsync(HttpMethod.Delete, path, null, person);

    /// <summary>A name that no other collection of the test has.</summary>
    protected string NewName() => $"c{Interlocked.Increment(ref _names)}-{Guid.CreateVersion7():N}"[..20];

    /// <summary>Declares a collection under a name of its own.</summary>
    /// <returns>The address of its records.</returns>
    protected async Task<string> DeclareAsync(string json, string? name = null)
    {
        var body = JsonNode.Parse(json)!;
        body["name"] = name ?? NewName();
        var made = (await PostAsync("/api/v1/collections", body, Administrator)).Must(HttpStatusCode.Created);
        return (string)made.Json["links"]!["records"]!;
    }

    protected async Task<JsonNode> CreateAsync(string records, object record, Person? person = null) =>
        (await PostAsync(records, record, person)).Must(HttpStatusCode.Created).Json;

    protected static string Self(JsonNode resource) => (string)resource["links"]!["self"]!;

    protected static string Query(string filter, string more = "") => $"?filter={Uri.EscapeDataString(filter)}{more}";

    /// <summary>One member of each record of a list.</summary>
    protected static string?[] Each(Answer list, string member) =>
        [.. list.Must(HttpStatusCode.OK).Items.Select(item => item![member]?.ToString())];
}
