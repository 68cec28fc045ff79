using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The README's first five minutes, run as they are written. Only the port is ours, by the way that the README names.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_first_five_minutes_work_as_written()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var serve = Blocks(readme, "walk-through: server").ShouldHaveSingleItem();
        var steps = Blocks(readme, "walk-through");
        steps.Count.ShouldBeGreaterThan(5);

        // A user's own folder: ./sillage is there, and ./data is made there.
        File.CreateSymbolicLink(_folder["sillage"], Path.Combine(Repository.Root, "sillage"));
        var environment = new Dictionary<string, string> { ["SILLAGE_URLS"] = $"http://localhost:{FreePort()}" };

        // bash becomes the last command that it is given, so a signal to it reaches the server.
        using var server = CommandRun.Start("bash", _folder.Path, ["-c", serve], environment);
        server.StandardInput.Close();
        var errors = server.StandardError.ReadToEndAsync();
        try
        {
            var banner = await ReadBannerAsync(server.StandardOutput);
            var walk = await CommandRun.RunAsync(
                "bash",
                _folder.Path,
                ["-euo", "pipefail", "-c", string.Join("\n", steps)],
                environment
            );
            walk.ExitCode.ShouldBe(0, walk.Output + walk.Error);

            banner.ShouldContain("/docs");
            banner.ShouldContain("token=", Case.Sensitive, "the one-time link");
            ShouldHaveShownTracesLive(walk.Output);
            walk.Output.ShouldContain("\"complete\":true", Case.Sensitive, "the summary");
            await ShouldHaveExportedAsync();
        }
        finally
        {
            server.Send(Signals.Interrupt);
            await server.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        server.ExitCode.ShouldBe(0);
        (await errors).ShouldNotContain("   at ");
    }

    public void Dispose() => _folder.Dispose();

    private static void ShouldHaveShownTracesLive(string output)
    {
        output.Split('\n').Count(line => line.StartsWith("data:", StringComparison.Ordinal)).ShouldBe(3, output);
    }

    private async Task ShouldHaveExportedAsync()
    {
        var lines = await File.ReadAllLinesAsync(_folder["traces.csv"]);
        lines.Length.ShouldBe(4);
        lines[0].ShouldContain("room");
        lines[3].ShouldContain("for (int i = 0; i < 3; i++)");

        var player = (await File.ReadAllLinesAsync(_folder["players.csv"]))[1].Split(',')[1];
        string.Concat(lines).ShouldNotContain(player);
        File.Exists(_folder["data/setup-token"]).ShouldBeFalse("it works once");
    }

    private static async Task<string> ReadBannerAsync(StreamReader output)
    {
        // The first start may build; the banner's last line says how to stop.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var banner = "";
        while (await output.ReadLineAsync(patience.Token) is { } line)
        {
            banner += line + "\n";
            if (line.Contains("Ctrl+C", StringComparison.Ordinal))
            {
                break;
            }
        }

        return banner;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static List<string> Blocks(string markdown, string marker) =>
        [
            .. Block()
                .Matches(markdown)
                .Where(match => match.Groups["marker"].Value == marker)
                .Select(match => match.Groups["code"].Value),
        ];

    [GeneratedRegex(
        @"<!-- (?<marker>walk-through[^>]*?) -->\s*```sh\n(?<code>.*?)```",
        RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Block();
}
