using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_kill_9()
    {
        IReadOnlyCollection<Guid> acknowledged;
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            var players = await admin.MakeStudyAsync("game", 3);
            await using var traffic = new Traffic(server, "game", players);
            await traffic.ReachAsync(200);
            await server.KillAsync();
            acknowledged = traffic.Acknowledged;
        }

        await using var again = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings);
        using var researcher = await ApiClient.LogInAsync(again);
        var stored = await researcher.TraceIdsAsync("game");

        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(200);
        acknowledged.Where(id => !stored.Contains(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_was_ended_stays_ended_and_an_open_one_open_across_a_restart()
    {
        string ended;
        string refresh;
        string open;
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var client = server.CreateClient();
            var first = await LogInAsync(client);
            ended = first.GetProperty("access_token").GetString()!;
            refresh = first.GetProperty("refresh_token").GetString()!;
            open = (await LogInAsync(client)).GetProperty("access_token").GetString()!;
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/logout");
            request.Headers.Authorization = new("Bearer", ended);
            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
            await server.KillAsync();
        }

        await using var again = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings);
        using var after = again.CreateClient();
        (await StatusOfMeAsync(after, ended)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusOfMeAsync(after, open)).ShouldBe(HttpStatusCode.OK);
        (await after.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = refresh })).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<JsonElement> LogInAsync(HttpClient client)
    {
        using var reply = await client.PostAsJsonAsync(
            "/api/v1/auth/login",
            new { username = ApiClient.Administrator, password = ApiClient.Password }
        );
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await reply.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<HttpStatusCode> StatusOfMeAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.Authorization = new("Bearer", token);
        using var reply = await client.SendAsync(request);
        return reply.StatusCode;
    }
}
