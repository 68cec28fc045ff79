using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary><c>./release</c>: what it makes for this machine is unpacked and run as by somebody without an SDK.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // No .NET to be found, no home to write into, as under a hardened service.
    private readonly Dictionary<string, string> _bare = new()
    {
        ["PATH"] = "/usr/bin:/bin",
        ["HOME"] = "/nonexistent",
        ["DOTNET_ROOT"] = "/nonexistent",
    };

    [Fact]
    public async Task What_is_released_runs_where_there_is_no_dotnet()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Its script is for Linux.");
        Assert.SkipUnless(LongRuns.AreWanted, "It builds the whole program anew, which takes minutes: ./test --long.");
        var kind = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var made = _folder["release"];
        var run = await CommandRun.RunAsync(
            Path.Combine(Repository.Root, "release"),
            Repository.Root,
            ["--to", made, kind],
            new Dictionary<string, string> { ["UseSharedCompilation"] = "false" },
            TimeSpan.FromMinutes(8)
        );
        run.ExitCode.ShouldBe(0, run.Output + run.Error);

        var archive = Directory.GetFiles(made, $"sillage-*-{kind}.tar.gz").Single();
        await SumsAreRightAsync(made);
        (await File.ReadAllTextAsync(Path.Combine(made, "NOTES.md"))).ShouldContain("\n- ");
        var materials = JsonDocument
            .Parse(await File.ReadAllBytesAsync(Directory.GetFiles(made, "*.cdx.json").Single()))
            .RootElement.GetProperty("components")
            .EnumerateArray()
            .Select(component => component.GetProperty("name").GetString())
            .ToList();
        materials.ShouldContain("Npgsql");
        materials.ShouldNotContain("xunit.v3.core");

        (
            await CommandRun.RunAsync("tar", _folder, ["--extract", "--file", archive, "--directory", _folder])
        ).ExitCode.ShouldBe(0);
        var unpacked = Path.Combine(_folder, Path.GetFileName(archive)[..^".tar.gz".Length]);
        var program = Path.Combine(unpacked, "sillage");
        var version = await CommandRun.RunAsync(program, _folder, ["--version"], _bare);
        version.ExitCode.ShouldBe(0, version.Error);
        // Its name says what is inside: sillage-VERSION-KIND, and VERSION+COMMIT.
        Path.GetFileName(archive).ShouldStartWith($"sillage-{version.Output.Trim().Split('+')[0]}-");

        await using var server = await SillageServer.StartProgramAsync(program, _folder["data"], _bare);
        using var client = server.CreateClient();
        (await client.GetAsync("/health/ready")).IsSuccessStatusCode.ShouldBeTrue();
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    [Fact]
    public async Task A_kind_of_machine_that_there_is_not_is_named()
    {
        var run = await CommandRun.RunAsync(Path.Combine(Repository.Root, "release"), Repository.Root, ["linux-x46"]);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("linux-x46");
        run.Error.ShouldContain("--help");
    }

    [Fact]
    public async Task Systemd_understands_the_service_and_finds_it_well_shut()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd here.");
        var file = Path.Combine(Repository.Root, "deploy/systemd/sillage.service");

        // The program is not where the service looks for it; that is the one thing to be said.
        var verify = await CommandRun.RunAsync("systemd-analyze", "/", ["verify", "--man=no", file]);
        verify
            .Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("is not executable", StringComparison.Ordinal))
            .ShouldBeEmpty();

        // 10 is wide open; 2 and less is "OK".
        var shut = await CommandRun.RunAsync(
            "systemd-analyze",
            "/",
            ["security", "--offline=true", "--no-pager", "--threshold=20", file]
        );
        shut.ExitCode.ShouldBe(0, shut.Output + shut.Error);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SumsAreRightAsync(string folder)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "SHA256SUMS"));
        lines.Length.ShouldBe(Directory.GetFiles(folder).Length - 1);
        foreach (var line in lines)
        {
            var parts = line.Split("  ");
            await using var file = File.OpenRead(Path.Combine(folder, parts[1]));
            Convert.ToHexStringLower(await SHA256.HashDataAsync(file)).ShouldBe(parts[0]);
        }
    }
}
