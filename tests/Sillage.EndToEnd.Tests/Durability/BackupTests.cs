using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_backup_made_under_load_holds_what_was_acknowledged_before_and_restores()
    {
        IReadOnlyCollection<Guid> before;
        IReadOnlyCollection<Guid> after;
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            var players = await admin.MakeStudyAsync("game", 3);
            await using var traffic = new Traffic(server, "game", players);
            await traffic.ReachAsync(100);
            before = traffic.Acknowledged;
            ShouldSucceed(await RunAsync("backup", "game.backup"));
            await traffic.ReachAsync(traffic.Acknowledged.Count + 50);
            after = traffic.Acknowledged;

            var refused = await RunAsync("restore", "game.backup", "--yes");
            refused.ExitCode.ShouldBe(2, refused.Output);
            refused.Error.ShouldContain("in use");
            ShouldSucceed(await RunAsync("restore", "game.backup", "--verify-only"));
        }

        // Into a folder of its own: what it holds, and no more than was sent.
        ShouldSucceed(await RunAsync("restore", "game.backup", "--yes", "--data", "copy"));
        var copied = await StoredAsync("--data", "copy");
        before.Where(id => !copied.Contains(id)).ShouldBeEmpty();
        copied.Count.ShouldBeLessThan((await StoredAsync()).Count);

        // Over the data: the newer traces are gone from it, and kept beside it.
        ShouldSucceed(await RunAsync("restore", "game.backup", "--yes"));
        (await StoredAsync()).SetEquals(copied).ShouldBeTrue();
        after.Count.ShouldBeGreaterThan(before.Count);
        Directory.GetDirectories(_folder["data"], "before-restore-*").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_file_that_is_cut_short_altered_or_none_is_refused_and_the_data_left_alone()
    {
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            await admin.MakeStudyAsync("game", 2);
            ShouldSucceed(await RunAsync("backup", "good.backup"));
        }

        var good = await File.ReadAllBytesAsync(_folder["good.backup"]);
        var data = await File.ReadAllBytesAsync(_folder["data/traces.db"]);
        await ShouldRefuseAsync(good[..(good.Length / 2)]);
        await ShouldRefuseAsync("not a backup"u8.ToArray());
        await ShouldRefuseAsync([]);
        ShouldSucceed(await RunAsync("restore", "good.backup", "--yes", "--data", "expected"));
        for (var at = 100; at < good.Length; at += good.Length / 7)
        {
            var altered = good.ToArray();
            altered[at] ^= 0x10;
            await ShouldRefuseOrRestoreTheSameAsync(altered);
        }

        (await File.ReadAllBytesAsync(_folder["data/traces.db"])).ShouldBe(data);
        Directory.GetDirectories(_folder["data"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_does_not_replace_a_file_unless_told()
    {
        await using var server = await SillageServer.StartAsync(_folder.Path);
        await File.WriteAllTextAsync(_folder["mine.txt"], "mine");

        var refused = await RunAsync("backup", "mine.txt");
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("--overwrite");
        (await File.ReadAllTextAsync(_folder["mine.txt"])).ShouldBe("mine");

        ShouldSucceed(await RunAsync("backup", "mine.txt", "--overwrite"));
    }

    [Fact]
    public async Task A_restore_that_nobody_can_confirm_changes_nothing()
    {
        var run = await RunAsync("restore", "any.backup");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--yes");
    }

    public void Dispose() => _folder.Dispose();

    private async Task ShouldRefuseAsync(byte[] content)
    {
        await File.WriteAllBytesAsync(_folder["bad.backup"], content);
        var run = await RunAsync("restore", "bad.backup", "--yes");
        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.TrimEnd().Split('\n').Length.ShouldBe(1, run.Error);
    }

    // A bit of the container that means nothing, such as a time in a header, may differ; a bit of the data may not.
    private async Task ShouldRefuseOrRestoreTheSameAsync(byte[] content)
    {
        await File.WriteAllBytesAsync(_folder["bad.backup"], content);
        var run = await RunAsync("restore", "bad.backup", "--yes", "--data", "look");
        if (run.ExitCode != 0)
        {
            run.ExitCode.ShouldBe(2, run.Error);
            return;
        }

        foreach (var name in new[] { "accounts.db", "traces.db", "traces.identities.db" })
        {
            var expected = await File.ReadAllBytesAsync(_folder[$"expected/{name}"]);
            (await File.ReadAllBytesAsync(_folder[$"look/{name}"])).ShouldBe(expected);
        }
    }

    private async Task<HashSet<Guid>> StoredAsync(params string[] arguments)
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            ApiClient.AdministratorSettings,
            arguments
        );
        using var admin = await ApiClient.LogInAsync(server);
        return await admin.TraceIdsAsync("game");
    }

    private Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.SillageAsync(_folder.Path, arguments);

    private static void ShouldSucceed(CommandRun run) => run.ExitCode.ShouldBe(0, run.Error);
}
