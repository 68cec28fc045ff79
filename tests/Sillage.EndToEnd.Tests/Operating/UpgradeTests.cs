using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>A version per landing: what it says of itself, of what an older one left, and of what a newer one did.</summary>
public sealed class UpgradeTests : IDisposable
{
    // Tables that were not there yet in the version that wrote the rest.
    private const string Earlier = """
        DROP TABLE erasure;
        DROP TABLE erasure_answer;
        DROP TABLE erasure_section;
        DELETE FROM sillage_migration WHERE owner = 'erasures';
        UPDATE sillage_migration SET program = '0.2.7+0abc123';
        """;

    private const string Later = """
        INSERT INTO sillage_migration (owner, number, name, checksum, applied_at, program)
        SELECT owner, 9999, 'later', checksum, applied_at + 60000000, '0.9.9+9abc999' FROM sillage_migration WHERE owner = 'erasures' AND number = 1
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_version_is_the_commits()
    {
        var run = await CommandRun.SillageAsync(_folder, ["--version"]);

        run.Output.Trim().ShouldMatch(@"^0\.2\.(0-local|[1-9]\d*)(\+[0-9a-f]{7,40}(\.dirty)?)?$");
        var head = await CommandRun.RunAsync("git", Repository.Root, ["rev-parse", "HEAD"]);
        if (run.Output.Contains('+', StringComparison.Ordinal) && head.ExitCode == 0)
        {
            // What was built before the last commit was made has the one before in it.
            var commit = run.Output.Trim().Split('+')[1].Split('.')[0];
            var known = await CommandRun.RunAsync("git", Repository.Root, ["cat-file", "-t", commit]);
            known.Output.Trim().ShouldBe("commit");
        }
    }

    [Fact]
    public async Task The_first_start_says_what_it_migrated_from_which_version_to_which_and_the_next_nothing()
    {
        var version = (await CommandRun.SillageAsync(_folder, ["--version"])).Output.Trim();
        await using (var server = await SillageServer.StartAsync(_folder))
        {
            server.Output.ShouldNotContain("Upgraded");
            await server.StopAsync();
        }

        await ChangeAsync(Earlier);
        await using (var server = await SillageServer.StartAsync(_folder))
        {
            await Eventually.HoldsAsync(() => server.Output.Contains("Ctrl+C", StringComparison.Ordinal));
            server
                .Output.Split('\n')
                .Where(line => line.Contains("Upgraded", StringComparison.Ordinal))
                .ShouldHaveSingleItem()
                .ShouldContain($"erasures from Sillage 0.2.7+0abc123 to Sillage {version}: 0001_");
            await server.StopAsync();
        }

        await using var again = await SillageServer.StartAsync(_folder);
        await Eventually.HoldsAsync(() => again.Output.Contains("Ctrl+C", StringComparison.Ordinal));
        again.Output.ShouldNotContain("Upgraded");
    }

    [Fact]
    public async Task Another_verb_that_comes_first_says_it_beside_what_it_prints()
    {
        await CommandRun.SillageAsync(_folder, ["reset-password", "admin"]);
        await ChangeAsync(Earlier);

        var run = await CommandRun.SillageAsync(_folder, ["reset-password", "admin"]);

        run.Error.ShouldContain("Upgraded erasures from Sillage 0.2.7+0abc123");
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Data_of_a_newer_version_is_refused_with_both_versions_named()
    {
        var version = (await CommandRun.SillageAsync(_folder, ["--version"])).Output.Trim();
        await CommandRun.SillageAsync(_folder, ["reset-password", "admin"]);
        await ChangeAsync(Later);

        var run = await CommandRun.SillageAsync(_folder, ["serve", "--urls", "http://127.0.0.1:0"]);

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.TrimEnd().Split('\n').ShouldHaveSingleItem();
        run.Error.ShouldContain("0.9.9+9abc999");
        run.Error.ShouldContain(version);
    }

    [Fact]
    public async Task A_database_from_before_versions_were_noted_is_taken_as_it_is()
    {
        await CommandRun.SillageAsync(_folder, ["reset-password", "admin"]);
        await ChangeAsync(Earlier + "ALTER TABLE sillage_migration DROP COLUMN program;");

        await using var server = await SillageServer.StartAsync(_folder);

        await Eventually.HoldsAsync(() => server.Output.Contains("Ctrl+C", StringComparison.Ordinal));
        server.Output.ShouldContain("Upgraded erasures from an earlier version to Sillage 0.2.");
    }

    public void Dispose() => _folder.Dispose();

    private async Task ChangeAsync(string sql)
    {
        var run = await CommandRun.RunAsync("sqlite3", _folder, [_folder["data/erasures.db"], sql]);
        run.ExitCode.ShouldBe(0, run.Error);
    }
}
