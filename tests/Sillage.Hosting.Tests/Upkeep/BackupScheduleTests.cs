using System.Text.Json;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Upkeep;

/// <summary>Backups that the server makes by itself.</summary>
public sealed class BackupScheduleTests : IDisposable
{
    private const string Old = "sillage-20260101-000000.backup";
    private const string Older = "sillage-20250101-000000.backup";
    private const string ByHand = "before-the-move.backup";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task One_that_is_due_is_made_checked_and_takes_the_place_of_the_oldest()
    {
        foreach (var name in new[] { Old, Older, ByHand })
        {
            await File.WriteAllTextAsync(_folder[name], "from before");
        }

        await using var server = await StartAsync(_folder);

        await Eventually.HoldsAsync(() => Task.FromResult(!File.Exists(_folder[Older])));
        File.Exists(_folder[Old]).ShouldBeTrue("two are kept");
        File.Exists(_folder[ByHand]).ShouldBeTrue("it is not called as the server calls its own");
        var made = Directory.GetFiles(_folder).Select(Path.GetFileName).Except([Old, ByHand]).ShouldHaveSingleItem()!;
        made.ShouldStartWith($"sillage-{DateTime.UtcNow.Year}");
        (await StateAsync(server)).ShouldBe("healthy");
    }

    [Fact]
    public async Task One_that_is_not_due_yet_is_waited_for_and_a_name_from_the_future_is_not()
    {
        var recent = $"sillage-{DateTime.UtcNow.AddMinutes(-5):yyyyMMdd-HHmmss}.backup";
        await File.WriteAllTextAsync(_folder[recent], "five minutes old");
        await using (await StartAsync(_folder))
        {
            await Task.Delay(500);
            Directory.GetFiles(_folder).Length.ShouldBe(1);
        }

        File.Move(_folder[recent], _folder["sillage-29990101-000000.backup"]);
        await using var server = await StartAsync(_folder);
        await Eventually.HoldsAsync(() => Task.FromResult(Directory.GetFiles(_folder).Length == 2));
    }

    [Fact]
    public async Task Where_none_can_be_written_the_health_says_so_and_nothing_is_deleted()
    {
        await File.WriteAllTextAsync(_folder["file"], "no folder");
        await using var server = await StartAsync(_folder["file"]);
        await Eventually.HoldsAsync(async () => await StateAsync(server) == "degraded");
        (await File.ReadAllTextAsync(_folder["file"])).ShouldBe("no folder");
    }

    public void Dispose() => _folder.Dispose();

    private static Task<SillageServer> StartAsync(string folder) =>
        SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?>
            {
                ["Backups:Folder"] = folder,
                ["Backups:Every"] = "1.00:00:00",
                ["Backups:Keep"] = "2",
            }
        );

    private static async Task<string?> StateAsync(SillageServer server) =>
        JsonDocument
            .Parse(await server.Client.GetStringAsync("/health"))
            .RootElement.GetProperty("checks")
            .GetProperty("backups")
            .GetProperty("status")
            .GetString();
}
