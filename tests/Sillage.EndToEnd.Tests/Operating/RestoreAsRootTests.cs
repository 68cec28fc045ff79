using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>Root does the administration, and a user of its own runs the server.</summary>
public sealed class RestoreAsRootTests : IDisposable
{
    // The verb opens every database, and ends here.
    private const string Opened = "nobody here is called admin";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_root_restores_belongs_to_the_folders_owner()
    {
        await PrepareAsync();
        ShouldSucceed(await CommandRun.SillageAsync(_folder, ["backup", "it.backup"]));

        ShouldSucceed(await CommandRun.SillageAsync(_folder, ["restore", "it.backup", "--yes"]));

        (await ServiceUser.OfOthersAsync(_folder["data"])).ShouldBeEmpty();
        Directory.GetDirectories(_folder["data"], "before-restore-*").ShouldHaveSingleItem();
        (await ServiceUser.SillageAsync(_folder, "reset-password", "admin")).Error.ShouldContain(Opened);
    }

    [Fact]
    public async Task What_root_restores_into_a_new_folder_belongs_to_the_owner_of_the_place()
    {
        await PrepareAsync();
        ShouldSucceed(await CommandRun.SillageAsync(_folder, ["backup", "it.backup"]));
        Directory.Delete(_folder["data"], recursive: true);

        ShouldSucceed(await CommandRun.SillageAsync(_folder, ["restore", "it.backup", "--yes"]));

        (await ServiceUser.OfOthersAsync(_folder["data"])).ShouldBeEmpty();
        (await ServiceUser.SillageAsync(_folder, "reset-password", "admin")).Error.ShouldContain(Opened);
    }

    [Fact]
    public async Task Other_verbs_that_root_runs_leave_nothing_of_roots_either()
    {
        await PrepareAsync();
        File.Delete(_folder["data/erasures.db"]);
        File.Delete(_folder["data/sillage.lock"]);

        (await CommandRun.SillageAsync(_folder, ["reset-password", "admin"])).Error.ShouldContain(Opened);

        File.Exists(_folder["data/erasures.db"]).ShouldBeTrue();
        (await ServiceUser.OfOthersAsync(_folder["data"])).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_the_server_may_not_open_is_named()
    {
        await PrepareAsync();
        (await CommandRun.RunAsync("chown", _folder, ["root", "data/traces.db"])).ExitCode.ShouldBe(0);

        var run = await ServiceUser.SillageAsync(_folder, "serve", "--urls", "http://127.0.0.1:0");

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldContain(_folder["data/traces.db"]);
    }

    public void Dispose() => _folder.Dispose();

    private async Task PrepareAsync()
    {
        await ServiceUser.NeedAsync();
        await ServiceUser.OwnsAsync(_folder);
        (await ServiceUser.SillageAsync(_folder, "reset-password", "admin")).Error.ShouldContain(Opened);
    }

    private static void ShouldSucceed(CommandRun run) => run.ExitCode.ShouldBe(0, run.Error);
}
