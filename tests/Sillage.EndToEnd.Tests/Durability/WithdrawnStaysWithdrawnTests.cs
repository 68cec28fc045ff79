using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>Consent that was withdrawn after a backup does not come back with it; consent given again does.</summary>
public sealed class WithdrawnStaysWithdrawnTests(PostgresServer postgres) : IDisposable
{
    private const string Consent = "/api/v1/studies/game/consent";

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(ApiClient.AdministratorSettings);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Withdrawals_since_the_backup_are_applied_again_after_a_restore(bool onPostgres)
    {
        if (onPostgres)
        {
            _environment["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
        }

        IReadOnlyList<Player> players;
        var traces = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        await using (var server = await SillageServer.StartAsync(_folder.Path, _environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            players = await admin.MakeStudyAsync("game", 4);
            await admin.PatchAsync(
                "/api/v1/studies/game",
                new
                {
                    consent = new
                    {
                        required = true,
                        version = 1,
                        text = "May we?",
                    },
                }
            );
            for (var i = 0; i < 4; i++)
            {
                using var api = ApiClient.Basic(server, players[i].Username, players[i].Password);
                await GiveAsync(api);
                (await api.TrySendAsync("game", [traces[i]])).ShouldBe(HttpStatusCode.Created);
            }

            await RunAsync("backup", "before.backup");
            await WithdrawAsync(server, players[0], "destroy");
            await WithdrawAsync(server, players[1], "anonymise");
            await WithdrawAsync(server, players[2], "keep");
            await server.StopAsync();
        }

        await RunAsync("restore", "before.backup", "--yes");
        await using (var server = await SillageServer.StartAsync(_folder.Path, _environment))
        {
            // From the first request on.
            (await SendAsync(server, players[2])).ShouldBe(HttpStatusCode.UnprocessableEntity);
            (await SendAsync(server, players[0])).ShouldBe(HttpStatusCode.NotFound);
            (await SendAsync(server, players[1])).ShouldBe(HttpStatusCode.NotFound);
            using var admin = await ApiClient.LogInAsync(server);
            await Eventually.HoldsAsync(async () => (await admin.TraceIdsAsync("game")).SetEquals(traces.Skip(1)));
            if (!onPostgres)
            {
                await Eventually.HoldsAsync(() => Task.FromResult(!IsInFiles(traces[0])));
            }

            (await SendAsync(server, players[3])).ShouldBe(HttpStatusCode.Created);

            // Who agrees anew, and is in a backup so, stays so.
            using (var api = ApiClient.Basic(server, players[2].Username, players[2].Password))
            {
                await GiveAsync(api);
            }

            await RunAsync("backup", "after.backup");
            await server.StopAsync();
        }

        await RunAsync("restore", "after.backup", "--yes");
        await using (var server = await SillageServer.StartAsync(_folder.Path, _environment))
        {
            (await SendAsync(server, players[2])).ShouldBe(HttpStatusCode.Created);
            (await SendAsync(server, players[0])).ShouldBe(HttpStatusCode.NotFound);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task GiveAsync(ApiClient api)
    {
        using var reply = await api.Client.PutAsJsonAsync(Consent, new { version = 1 });
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task WithdrawAsync(SillageServer server, Player player, string then)
    {
        using var api = ApiClient.Basic(server, player.Username, player.Password);
        using var reply = await api.Client.DeleteAsync($"{Consent}?then={then}");
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonSerializer
            .Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync())
            .GetProperty("traces")
            .GetInt64()
            .ShouldBe(1);
    }

    private static async Task<HttpStatusCode?> SendAsync(SillageServer server, Player player)
    {
        using var api = ApiClient.Basic(server, player.Username, player.Password);
        return await api.TrySendAsync("game", [Guid.CreateVersion7()]);
    }

    private async Task RunAsync(params string[] arguments)
    {
        var run = await CommandRun.SillageAsync(_folder.Path, arguments, _environment);
        run.ExitCode.ShouldBe(0, run.Error);
    }

    private bool IsInFiles(Guid trace) =>
        Directory
            .EnumerateFiles(_folder["data"])
            .Any(file => FileContent.Read(file).AsSpan().IndexOf(trace.ToByteArray(bigEndian: true)) >= 0);
}
