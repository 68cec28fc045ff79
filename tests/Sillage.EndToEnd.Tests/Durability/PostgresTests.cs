using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

public sealed class PostgresTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_same_program_keeps_its_data_in_PostgreSQL_and_backs_it_up()
    {
        var connection = await postgres.CreateDatabaseAsync();
        var environment = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_POSTGRES"] = connection,
        };
        await using (var server = await SillageServer.StartAsync(_folder.Path, environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            var players = await admin.MakeStudyAsync("game", 2);
            await using var traffic = new Traffic(server, "game", players);
            await traffic.ReachAsync(50);
            var backup = await RunAsync(environment, "backup", "game.backup");
            backup.ExitCode.ShouldBe(0, backup.Error);
            await traffic.ReachAsync(traffic.Acknowledged.Count + 50);

            server.Output.ShouldContain("PostgreSQL");
            server.Output.ShouldNotContain("Password=");
            Directory.Exists(_folder["data"]).ShouldBeFalse("nothing is kept there");
            await server.KillAsync();
        }

        var verify = await RunAsync(environment, "restore", "game.backup", "--verify-only");
        verify.ExitCode.ShouldBe(0, verify.Error);
        var restore = await RunAsync(environment, "restore", "game.backup", "--yes");
        restore.ExitCode.ShouldBe(0, restore.Error);

        await using var again = await SillageServer.StartAsync(_folder.Path, environment);
        using var researcher = await ApiClient.LogInAsync(again);
        (await researcher.TraceIdsAsync("game")).Count.ShouldBeGreaterThanOrEqualTo(50);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(Dictionary<string, string> environment, params string[] arguments) =>
        CommandRun.SillageAsync(_folder.Path, arguments, environment);
}
