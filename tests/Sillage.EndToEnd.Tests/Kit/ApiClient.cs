using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>The API as a client of it sees it: what the tests need again and again, and nothing of the server's own types.</summary>
internal sealed class ApiClient(HttpClient client) : IDisposable
{
    public const string Administrator = "admin";
    public const string Password = "a wake that stays";

    /// <summary>Settings that make the first administrator.</summary>
    public static IReadOnlyDictionary<string, string> AdministratorSettings { get; } =
        new Dictionary<string, string>
        {
            ["SILLAGE_ADMIN__USERNAME"] = Administrator,
            ["SILLAGE_ADMIN__PASSWORD"] = Password,
        };

    public HttpClient Client { get; } = client;

    /// <summary>A client of <paramref name="server"/> that is logged in.</summary>
    public static async Task<ApiClient> LogInAsync(
        SillageServer server,
        string username = Administrator,
        string password = Password
    )
    {
        var api = new ApiClient(server.CreateClient());
        var session = await api.PostAsync("/api/v1/auth/login", new { username, password });
        api.Use(session.GetProperty("access_token").GetString()!);
        return api;
    }

    /// <summary>A client of <paramref name="server"/> that sends a user name and password with each request.</summary>
    public static ApiClient Basic(SillageServer server, string username, string password)
    {
        var api = new ApiClient(server.CreateClient());
        api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"))
        );
        return api;
    }

    public void Use(string token) =>
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var reply = await Client.GetAsync(path);
        return await ReadAsync(reply);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var reply = await Client.PostAsJsonAsync(path, body);
        return await ReadAsync(reply);
    }

    public async Task<JsonElement> PatchAsync(string path, object body)
    {
        using var reply = await Client.PatchAsJsonAsync(path, body);
        return await ReadAsync(reply);
    }

    /// <summary>Makes a study and <paramref name="players"/> participants; their credentials are given.</summary>
    public async Task<IReadOnlyList<Player>> MakeStudyAsync(string slug, int players, string title = "A study")
    {
        await PostAsync(
            "/api/v1/studies",
            new
            {
                slug,
                title,
                // With those of a TSADK study, so that it answers on its routes as well.
                fields = new[] { "room", "roomName", "actionNature", "actionType", "userAnswer", "userError" }.Select(
                    name => new { name, type = "string" }
                ),
                unknownFields = "keep",
            }
        );
        var made = await PostAsync($"/api/v1/studies/{slug}/participants", new { count = players });
        return
        [
            .. made.GetProperty("items")
                .EnumerateArray()
                .Select(item => new Player(
                    item.GetProperty("username").GetString()!,
                    item.GetProperty("password").GetString()!
                )),
        ];
    }

    /// <summary>Sends traces and gives the status; a connection that breaks is null.</summary>
    public async Task<HttpStatusCode?> TrySendAsync(string slug, IEnumerable<Guid> ids)
    {
        var traces = ids.Select(id => new
        {
            id,
            timestamp = "2026-03-02T10:00:00Z",
            name = "moved",
            data = new { room = "loops" },
        });
        try
        {
            using var reply = await Client.PostAsJsonAsync($"/api/v1/studies/{slug}/traces", traces);
            return reply.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The ids of every trace of a study, page by page.</summary>
    public async Task<HashSet<Guid>> TraceIdsAsync(string slug)
    {
        var ids = new HashSet<Guid>();
        var next = $"/api/v1/studies/{slug}/traces?limit=1000";
        while (next is not null)
        {
            var page = await GetAsync(next);
            ids.UnionWith(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return ids;
    }

    public void Dispose() => Client.Dispose();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage reply)
    {
        var text = await reply.Content.ReadAsStringAsync();
        reply.IsSuccessStatusCode.ShouldBeTrue($"{reply.RequestMessage} {(int)reply.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}

/// <summary>A participant's credentials as handed out.</summary>
internal sealed record Player(string Username, string Password);
