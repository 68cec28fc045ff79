using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace GameStatements;

/// <summary>As much of the API as this needs, with nothing but an HTTP client.</summary>
public sealed class Api
{
    private readonly HttpClient _client;

    private Api(HttpClient client) => _client = client;

    /// <summary>Logs in; the client carries the token from then on.</summary>
    public static async Task<Api> LogInAsync(HttpClient client, string username, string password)
    {
        ArgumentNullException.ThrowIfNull(client);
        var answer = await client.PostAsJsonAsync("api/v1/auth/login", new { username, password });
        var token = (await ReadAsync(answer))["access_token"]!.GetValue<string>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new Api(client);
    }

    /// <summary>Makes the study unless it is there.</summary>
    public async Task EnsureStudyAsync(string study, string title, JsonArray fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        using var found = await _client.GetAsync(new Uri($"api/v1/studies/{study}", UriKind.Relative));
        if (found.StatusCode == HttpStatusCode.NotFound)
        {
            await ReadAsync(
                await _client.PostAsJsonAsync(
                    "api/v1/studies",
                    new
                    {
                        slug = study,
                        title,
                        fields,
                        unknownFields = "refuse",
                    }
                )
            );
        }
        else
        {
            await ReadAsync(found);
        }
    }

    /// <summary>Sees to it that the study has this many participants, numbered from 1.</summary>
    public async Task EnsureParticipantsAsync(string study, int count)
    {
        var there = 0;
        string? next = $"api/v1/studies/{study}/participants?limit=1000";
        while (next is not null)
        {
            using var answer = await _client.GetAsync(new Uri(next, UriKind.Relative));
            var page = await ReadAsync(answer);
            there += page["items"]!.AsArray().Count;
            next = page["next"]?.GetValue<string>();
        }

        for (var missing = count - there; missing > 0; missing -= 1000)
        {
            await ReadAsync(
                await _client.PostAsJsonAsync(
                    $"api/v1/studies/{study}/participants",
                    new { count = Math.Min(missing, 1000) }
                )
            );
        }
    }

    /// <summary>Sends a batch; safe to repeat.</summary>
    public async Task<JsonObject> SendAsync(string study, IEnumerable<JsonObject> traces)
    {
        var lines = string.Join('\n', traces.Select(t => t.ToJsonString()));
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using var answer = await _client.PostAsync(
            new Uri($"api/v1/studies/{study}/traces", UriKind.Relative),
            content
        );
        return await ReadAsync(answer);
    }

    /// <summary>The study's export as text.</summary>
    public async Task<string> ExportAsync(string study, string format) =>
        await _client.GetStringAsync(
            new Uri($"api/v1/studies/{study}/traces/export?format={format}", UriKind.Relative)
        );

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? (JsonObject)JsonNode.Parse(text)!
            : throw new HttpRequestException($"{(int)answer.StatusCode}: {text}", null, answer.StatusCode);
    }
}
