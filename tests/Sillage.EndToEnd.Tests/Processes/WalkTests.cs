using System.Net;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// The walk of a trace, an erasure and its events through two processes on one PostgreSQL. It needs two executables: the
/// walk goes from one to the other.
/// </summary>
public sealed class WalkTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_trace_an_event_and_an_erasure_go_from_one_process_to_the_other()
    {
        await using var both = await TwoProcesses.StartAsync(await postgres.CreateDatabaseAsync());
        using var admin = await RemoteAccountsTests.LogInAsync(both);
        var players = await admin.MakeStudyAsync("crew", 2);
        foreach (var player in players)
        {
            using var sender = ApiClient.Basic(both.Traces, player.Username, player.Password);
            (await sender.TrySendAsync("crew", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
        }

        (await admin.TraceIdsAsync("crew")).Count.ShouldBe(2);

        var progress = await EraseAsync(both, players[0]);
        var erasure = await DoneAsync(both.Accounts, progress);
        Names(erasure, "answered").ShouldBe(["accounts", "traces"]);
        Names(erasure, "waiting").ShouldBeEmpty();
        (await admin.TraceIdsAsync("crew")).Count.ShouldBe(1);
        // The other process tells the same of it.
        (await ReadAsync(both.Traces, progress))
            .GetProperty("state")
            .GetString()
            .ShouldBe("done");
    }

    [Fact]
    public async Task An_erasure_waits_for_a_silent_module_until_it_is_back()
    {
        await using var both = await TwoProcesses.StartAsync(await postgres.CreateDatabaseAsync());
        using var admin = await RemoteAccountsTests.LogInAsync(both);
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();
        using var sender = ApiClient.Basic(both.Traces, player.Username, player.Password);
        (await sender.TrySendAsync("crew", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);

        await both.Traces.KillAsync();
        var progress = await EraseAsync(both, player);
        await Eventually.HoldsAsync(async () =>
            Names(await ReadAsync(both.Accounts, progress), "answered").SequenceEqual(["accounts"])
        );
        var waiting = await ReadAsync(both.Accounts, progress);
        waiting.GetProperty("state").GetString().ShouldBe("removing");
        Names(waiting, "waiting").ShouldBe(["traces"]);

        await both.StartTracesAsync();
        Names(await DoneAsync(both.Accounts, progress), "answered").ShouldBe(["accounts", "traces"]);
    }

    [Fact]
    public async Task A_module_that_is_gone_for_good_is_retired()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var both = await TwoProcesses.StartAsync(database);
        using var admin = await RemoteAccountsTests.LogInAsync(both);
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();
        await both.Traces.KillAsync();
        var progress = await EraseAsync(both, player);
        // As if it had been silent for long.
        await using (var source = NpgsqlDataSource.Create(database))
        await using (
            var command = source.CreateCommand(
                "UPDATE sillage.module SET seen_at = now() - interval '1 hour' WHERE module = 'traces'"
            )
        )
        {
            await command.ExecuteNonQueryAsync();
        }

        await Eventually.HoldsAsync(async () => await TwoProcesses.HealthAsync(both.Accounts) == "degraded");
        both.Accounts.Errors.ShouldContain("sillage modules retire traces");

        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string> { ["SILLAGE_POSTGRES"] = database };
        var listed = await CommandRun.SillageAsync(folder.Path, ["modules"], settings);
        listed.ExitCode.ShouldBe(0, listed.Error);
        listed.Output.ShouldContain("traces");
        var unknown = await CommandRun.SillageAsync(folder.Path, ["modules", "retire", "boats"], settings);
        unknown.ExitCode.ShouldBe(2);
        var retired = await CommandRun.SillageAsync(folder.Path, ["modules", "retire", "traces"], settings);
        retired.ExitCode.ShouldBe(0, retired.Error);

        Names(await DoneAsync(both.Accounts, progress), "answered").ShouldBe(["accounts"]);
        await Eventually.HoldsAsync(async () => await TwoProcesses.HealthAsync(both.Accounts) == "healthy");
    }

    private static async Task<string> EraseAsync(TwoProcesses both, Player player)
    {
        using var self = ApiClient.Basic(both.Accounts, player.Username, player.Password);
        using var reply = await self.Client.DeleteAsync("/api/v1/me?form=destroy");
        var text = await reply.Content.ReadAsStringAsync();
        reply.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize<JsonElement>(text).GetProperty("links").GetProperty("progress").GetString()!;
    }

    private static async Task<JsonElement> DoneAsync(SillageServer server, string progress)
    {
        await Eventually.HoldsAsync(async () =>
            (await ReadAsync(server, progress)).GetProperty("state").GetString() == "done"
        );
        return await ReadAsync(server, progress);
    }

    private static async Task<JsonElement> ReadAsync(SillageServer server, string address)
    {
        using var api = new ApiClient(server.CreateClient());
        return await api.GetAsync(address);
    }

    private static IEnumerable<string> Names(JsonElement erasure, string property) =>
        erasure.GetProperty(property).EnumerateArray().Select(name => name.GetString()!);
}
