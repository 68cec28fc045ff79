using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Redis.Tests;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// Two copies of messaging that share a PostgreSQL and a Redis, and Socket.IO's own client before them: by polling, by WebSocket, and
/// from one to the other.
/// </summary>
public sealed class LiveCopiesTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_chat_goes_through_a_gateway_to_the_copy_where_each_session_is()
    {
        await using var redis = new RedisServer();
        await redis.InitializeAsync();
        await using var all = await Deployment.StartAsync(
            new Dictionary<string, string>
            {
                ["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync(),
                ["SILLAGE_REDIS"] = redis.Configuration,
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            },
            ("accounts", 1),
            ("messaging", 2)
        );
        using var admin = await ApiClient.LogInAsync(all.Gateway);
        var room = (await admin.PostAsync("/api/v1/rooms", new { name = "The boathouse", slug = "boathouse" }))
            .GetProperty("id")
            .GetString();
        using var folder = new TemporaryFolder();
        var node = CommandRun.RunAsync(
            "node",
            folder.Path,
            [
                Path.Combine(Repository.Root, "tests/Sillage.EndToEnd.Tests/Processes/copies.mjs"),
                Path.Combine(Repository.Root, "tests/node"),
                all.Gateway.Address.ToString().TrimEnd('/'),
                room!,
                admin.Client.DefaultRequestHeaders.Authorization!.Parameter!,
                Path.Combine(folder.Path, "all-have-heard"),
            ],
            atMost: TimeSpan.FromMinutes(3)
        );

        await Task.WhenAny(node, Eventually.HoldsAsync(() => File.Exists(Path.Combine(folder.Path, "all-have-heard"))));
        await all["messaging"][0].KillAsync();

        var run = await node;
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        var tags = JsonSerializer.Deserialize<JsonElement>(run.Output.Trim().Split('\n')[^1]);
        tags.GetProperty("before").GetInt32().ShouldBe(2);
        tags.GetProperty("after").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_server_starts_while_Redis_is_away_and_finds_it_later()
    {
        await using var redis = new RedisServer();
        await redis.InitializeAsync();
        await redis.KillAsync();
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string> { ["SILLAGE_REDIS"] = redis.Configuration };
        await using var server = await SillageServer.StartAsync(folder.Path, settings);
        using var client = server.CreateClient();
        (await RedisAsync(client)).ShouldBe("degraded");

        await redis.StartAgainAsync();

        await Eventually.HoldsAsync(async () => await RedisAsync(client) == "healthy");
    }

    private static async Task<string?> RedisAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/health"))
            .GetProperty("checks")
            .GetProperty("redis")
            .GetProperty("status")
            .GetString();
}
