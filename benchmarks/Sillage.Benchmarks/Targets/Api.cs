using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sillage.Benchmarks.Targets;

/// <summary>Calls that set a server up; costs do not matter here.</summary>
internal sealed class Api(Uri root) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = root, Timeout = TimeSpan.FromMinutes(10) };

    public string? Authorization { get; set; }

    public static string Basic(string name, string password) =>
        $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}";

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path, body: null);

    public Task<JsonNode> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    public Task<JsonNode> PatchAsync(string path, JsonNode body) => SendAsync(HttpMethod.Patch, path, body);

    public void Dispose() => _client.Dispose();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (Authorization is not null)
        {
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(Authorization);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var reply = await _client.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        if (!reply.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {path}: {(int)reply.StatusCode} {text}");
        }

        return (text.Length == 0 ? null : JsonNode.Parse(text)) ?? JsonValue.Create(JsonValueKind.Null.ToString());
    }
}
