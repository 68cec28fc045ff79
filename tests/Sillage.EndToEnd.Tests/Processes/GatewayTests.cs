using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>Accounts and traces behind a gateway, each process with a data folder of its own: what is asked at the one address.</summary>
public sealed class GatewayTests
{
    [Fact]
    public async Task One_address_answers_for_all_services()
    {
        await using var all = await Deployment.StartAsync(null, ("accounts", 1), ("traces", 1));
        using var admin = await ApiClient.LogInAsync(all.Gateway);
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();

        using var bearer = await ApiClient.LogInAsync(all.Gateway, player.Username, player.Password);
        var key = await bearer.PostAsync(
            "/api/v1/api-keys",
            new { name = "game", permissions = new[] { "traces.write" } }
        );
        using var basic = ApiClient.Basic(all.Gateway, player.Username, player.Password);
        using var byCookie = await WithCookieAsync(all.Gateway, player);
        using var byKey = new ApiClient(all.Gateway.CreateClient());
        byKey.Client.DefaultRequestHeaders.Add("X-API-Key", key.GetProperty("key").GetString());
        foreach (var api in new[] { bearer, basic, byKey, byCookie })
        {
            (await api.TrySendAsync("crew", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
        }

        (await admin.TraceIdsAsync("crew")).Count.ShouldBe(4);

        // Who is not known is told so here, in the words of the address.
        using var stranger = new ApiClient(all.Gateway.CreateClient());
        using var refused = await stranger.Client.GetAsync("/api/v1/studies");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.Count.ShouldBe(2);
        using var older = await stranger.Client.GetAsync("/crew/api/v1/users");
        older.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await older.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("title", out _).ShouldBeFalse();
        // What nobody answers is at no address, and no address of another process is one here.
        foreach (var nothing in new[] { "/api/v1/boats", "/internal/v1/accounts/directory/by-name/admin" })
        {
            (await admin.Client.GetAsync(nothing)).StatusCode.ShouldBe(HttpStatusCode.NotFound, nothing);
        }

        using var wrongMethod = await admin.Client.DeleteAsync("/api/v1/studies");
        wrongMethod.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task An_address_that_a_collection_declares_is_there_and_goes_again()
    {
        await using var all = await Deployment.StartAsync(null, ("accounts", 1), ("collections", 1));
        using var admin = await ApiClient.LogInAsync(all.Gateway);
        using var anybody = all.Gateway.CreateClient();
        (await anybody.GetAsync("/items/")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await admin.PostAsync("/api/v1/collections", new { template = "items", open = true });
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await anybody.GetAsync("/items/");
            return reply.StatusCode == HttpStatusCode.OK;
        });
        using var made = await anybody.PostAsJsonAsync("/items/", new { name = "Foo", price = 1 });
        made.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var bad = await anybody.PostAsJsonAsync("/items/", new { price = 1 });
        bad.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        using var gone = await admin.Client.DeleteAsync("/api/v1/collections/items?confirm=true");
        gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await anybody.GetAsync("/items/");
            return reply.StatusCode == HttpStatusCode.NotFound;
        });
    }

    [Fact]
    public async Task Health_and_documents_are_those_of_all_services()
    {
        await using var all = await Deployment.StartAsync(null, ("accounts", 1), ("traces", 1));
        using var client = all.Gateway.CreateClient();

        JsonElement document = default;
        List<string> paths = [];
        await Eventually.HoldsAsync(async () =>
        {
            document = await client.GetFromJsonAsync<JsonElement>("/openapi.json");
            paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
            return paths.Contains("/api/v1/auth/login") && paths.Contains("/api/v1/studies");
        });
        paths.ShouldContain("/health");
        paths.ShouldNotContain(path => path.StartsWith("/internal", StringComparison.Ordinal));
        (await client.GetAsync("/docs/index.html")).StatusCode.ShouldBe(HttpStatusCode.OK);
        // Nothing is referred to that is not there.
        var text = document.ToString();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var part in text.Split("\"#/components/schemas/").Skip(1))
        {
            schemas.TryGetProperty(part[..part.IndexOf('"', StringComparison.Ordinal)], out _).ShouldBeTrue(part[..40]);
        }

        var health = await HealthAsync(client, HttpStatusCode.OK);
        health.GetProperty("status").GetString().ShouldBe("healthy");
        health
            .GetProperty("checks")
            .GetProperty("service traces")
            .GetProperty("durationMilliseconds")
            .GetDouble()
            .ShouldBeGreaterThan(0);

        using var admin = await ApiClient.LogInAsync(all.Gateway);
        await all["traces"][0].KillAsync();
        using var away = await admin.Client.GetAsync("/api/v1/studies");
        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        away.Headers.RetryAfter.ShouldNotBeNull();
        (await away.Content.ReadAsStringAsync()).ShouldContain("traces");
        await Eventually.HoldsAsync(async () =>
            State(await HealthAsync(client, HttpStatusCode.ServiceUnavailable), "traces") == "unhealthy"
        );
        // What is known of it stays: its routes are not forgotten, and the other service is not touched.
        (await client.GetFromJsonAsync<JsonElement>("/openapi.json"))
            .GetProperty("paths")
            .ToString()
            .ShouldContain("/api/v1/studies");
        (await admin.Client.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await all.RestartAsync("traces", 0);
        await Eventually.HoldsAsync(async () =>
        {
            using var back = await admin.Client.GetAsync("/api/v1/studies");
            return back.StatusCode == HttpStatusCode.OK;
        });
        (await HealthAsync(client, HttpStatusCode.OK)).GetProperty("status").GetString().ShouldBe("healthy");
    }

    private static async Task<JsonElement> HealthAsync(HttpClient client, HttpStatusCode expected)
    {
        JsonElement health = default;
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await client.GetAsync("/health");
            health = await reply.Content.ReadFromJsonAsync<JsonElement>();
            return reply.StatusCode == expected;
        });
        return health;
    }

    private static string? State(JsonElement health, string service) =>
        health.GetProperty("checks").GetProperty($"service {service}").GetProperty("status").GetString();

    private static async Task<ApiClient> WithCookieAsync(SillageServer server, Player player)
    {
        using var login = new ApiClient(server.CreateClient());
        var tokens = await login.PostAsync(
            "/api/v1/auth/login",
            new { username = player.Username, password = player.Password }
        );
        using var kept = await login.Client.PostAsJsonAsync(
            "/api/v1/auth/cookies",
            new { refresh_token = tokens.GetProperty("refresh_token").GetString() }
        );
        var api = new ApiClient(server.CreateClient());
        api.Client.DefaultRequestHeaders.Add(
            "Cookie",
            kept.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])
        );
        return api;
    }
}
