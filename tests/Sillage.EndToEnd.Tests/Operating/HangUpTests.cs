using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>How a server goes on, and how it ends.</summary>
public sealed class HangUpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_hang_up_does_not_end_the_server()
    {
        await using var server = await SillageServer.StartAsync(_folder);
        using var client = server.CreateClient();

        for (var time = 0; time < 3; time++)
        {
            server.Send(Signals.HangUp);
            await Task.Delay(100);
            (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        server.HasExited.ShouldBeFalse();
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    [Fact]
    public async Task A_clean_stop_and_a_backup_after_it_leave_the_databases_and_no_logs()
    {
        await using (var server = await SillageServer.StartAsync(_folder, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            await admin.MakeStudyAsync("game", 1);
            (await admin.TrySendAsync("game", [Guid.CreateVersion7()])).ShouldNotBeNull();
            await admin.TraceIdsAsync("game");
            (await server.StopAsync()).ShouldBe(0, server.Errors);
        }

        ShouldHaveNoLogs();
        (await CommandRun.SillageAsync(_folder, ["backup", "it.backup"])).ExitCode.ShouldBe(0);
        ShouldHaveNoLogs();
        (await CommandRun.SillageAsync(_folder, ["restore", "it.backup", "--yes"])).ExitCode.ShouldBe(0);
        ShouldHaveNoLogs();
    }

    public void Dispose() => _folder.Dispose();

    private void ShouldHaveNoLogs()
    {
        Directory.GetFiles(_folder["data"], "*.db").ShouldNotBeEmpty();
        Directory.GetFiles(_folder["data"], "*.db-*").ShouldBeEmpty();
    }
}
