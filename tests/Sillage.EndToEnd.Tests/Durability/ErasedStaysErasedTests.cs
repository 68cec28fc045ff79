using System.Net;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>Who was erased after a backup does not come back with it, whatever happens on the way.</summary>
public sealed class ErasedStaysErasedTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Erasures_since_the_backup_are_applied_again_after_a_restore(bool onPostgres)
    {
        var environment = new Dictionary<string, string>(ApiClient.AdministratorSettings);
        if (onPostgres)
        {
            environment["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
        }

        IReadOnlyList<Player> players;
        var traces = new List<Guid>();
        var progress = new List<string>();
        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            players = await admin.MakeStudyAsync("game", 3);
            foreach (var player in players)
            {
                traces.Add(Guid.CreateVersion7());
                using var api = ApiClient.Basic(server, player.Username, player.Password);
                (await api.TrySendAsync("game", [traces[^1]])).ShouldBe(HttpStatusCode.Created);
            }

            await RunAsync(environment, "backup", "game.backup");
            progress.Add(await EraseAsync(server, players[0], "destroy"));
            progress.Add(await EraseAsync(server, players[1], "anonymise"));
            await AreDoneAsync(admin, progress);
            // Erased already, and in no file: they come from the backup only.
            await server.StopAsync();
        }

        await RunAsync(environment, "restore", "game.backup", "--yes");
        // Killed at any point of applying them, it goes on at the next start.
        for (var i = 1; i <= 4; i++)
        {
            await KillDuringStartAsync(environment, TimeSpan.FromMilliseconds(150 * i));
        }

        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            // From the first request on.
            foreach (var erased in players.Take(2))
            {
                (await LogInStatusAsync(server, erased)).ShouldBe(HttpStatusCode.Unauthorized);
            }

            (await LogInStatusAsync(server, players[2])).ShouldBe(HttpStatusCode.OK);
            using var admin = await ApiClient.LogInAsync(server);
            var participants = (await admin.GetAsync("/api/v1/studies/game/participants")).ToString();
            participants.ShouldNotContain($"\"{players[0].Username}\"");
            participants.ShouldNotContain($"\"{players[1].Username}\"");
            participants.ShouldContain($"\"{players[2].Username}\"");

            await AreDoneAsync(admin, progress);
            (await admin.TraceIdsAsync("game")).SetEquals(traces.Skip(1)).ShouldBeTrue();
            if (!onPostgres)
            {
                FilesWith(traces[0].ToByteArray(bigEndian: true)).ShouldBeEmpty();
                FilesWith(System.Text.Encoding.UTF8.GetBytes(players[1].Username)).ShouldBeEmpty();
            }
        }
    }

    [Fact]
    public async Task An_erasure_cut_off_by_a_crash_right_after_it_was_asked_for_is_done_at_the_next_start()
    {
        Player player;
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            player = (await admin.MakeStudyAsync("game", 1))[0];
            using var api = ApiClient.Basic(server, player.Username, player.Password);
            await api.TrySendAsync("game", Enumerable.Range(0, 500).Select(_ => Guid.CreateVersion7()));
            await EraseAsync(server, player, "destroy");
            await server.KillAsync();
        }

        await using var again = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings);
        using var researcher = await ApiClient.LogInAsync(again);
        await Eventually.HoldsAsync(async () => (await researcher.TraceIdsAsync("game")).Count == 0);
        (await LogInStatusAsync(again, player)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> EraseAsync(SillageServer server, Player player, string form)
    {
        using var api = ApiClient.Basic(server, player.Username, player.Password);
        using var reply = await api.Client.DeleteAsync($"/api/v1/me?form={form}");
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        var report = JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync());
        return report.GetProperty("links").GetProperty("progress").GetString()!;
    }

    private static Task AreDoneAsync(ApiClient api, IReadOnlyList<string> erasures) =>
        Eventually.HoldsAsync(async () =>
        {
            foreach (var erasure in erasures)
            {
                if ((await api.GetAsync(erasure)).GetProperty("state").GetString() != "done")
                {
                    return false;
                }
            }

            return true;
        });

    private static async Task<HttpStatusCode> LogInStatusAsync(SillageServer server, Player player)
    {
        using var api = ApiClient.Basic(server, player.Username, player.Password);
        using var reply = await api.Client.GetAsync("/api/v1/me");
        return reply.StatusCode;
    }

    private async Task KillDuringStartAsync(Dictionary<string, string> environment, TimeSpan after)
    {
        using var process = CommandRun.Start(
            Repository.Executable,
            _folder.Path,
            ["serve", "--urls", "http://127.0.0.1:0"],
            environment
        );
        await Task.Delay(after);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var run = await CommandRun.SillageAsync(_folder.Path, arguments, environment);
        run.ExitCode.ShouldBe(0, run.Error);
    }

    private string[] FilesWith(byte[] mark) =>
        [
            .. Directory
                .EnumerateFiles(_folder["data"])
                .Where(file => FileContent.Read(file).AsSpan().IndexOf(mark) >= 0)
                .Select(file => Path.GetFileName(file)),
        ];
}
