using System.Net;
using System.Net.Sockets;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.CommandLine;

/// <summary><c>sillage status</c> of a server that is there, of one that is not, and of what is none.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_each_server_checks_is_listed_and_one_that_works_less_well_works()
    {
        await using var whole = await SillageServer.StartAsync(_folder["whole"]);
        // It knows of no accounts: degraded.
        await using var alone = await SillageServer.StartAsync(_folder["alone"], null, "--modules", "posts");

        var run = await RunAsync(whole.Address.ToString(), alone.Address.ToString());

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldMatch(@"(?m)^  all together +healthy +\d+\.\d ms$");
        run.Output.ShouldMatch(@"(?m)^  posts +healthy ");
        run.Output.ShouldMatch(@"(?m)^  all together +degraded ");
    }

    [Fact]
    public async Task One_that_does_not_answer_fails_and_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}";
        listener.Stop();

        var run = await RunAsync(address);

        run.ExitCode.ShouldBe(2);
        run.Output.ShouldContain(address);
        run.Output.ShouldContain("does not answer");
    }

    [Fact]
    public async Task What_is_no_address_is_said_to_be_none()
    {
        var run = await RunAsync("localhost:8000");
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("localhost:8000 is no address of a server");
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(params string[] addresses) =>
        CommandRun.SillageAsync(_folder, ["status", .. addresses]);
}
