using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>
/// The guide's pages for who runs a server, done as they stand, one after the other: the user, the service, the backup that cron makes, an
/// update, a restore. Only the port is ours, and the build is the tests' own (guide-machine.sh).
/// </summary>
public sealed partial class OperationGuideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Who_follows_both_guides_has_a_server_and_a_backup_that_restores()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux()
                && Environment.IsPrivilegedProcess
                && (await CommandRun.RunAsync("unshare", "/", ["--mount", "--pid", "--fork", "true"])).ExitCode == 0,
            "Needs the right to mount file systems."
        );
        var script =
            await StepsAsync("deploy-first-server.md")
            + """

                echo "== cron"
                while read -r minute hour day month weekday user line; do
                  runuser -u "$user" -- /bin/sh -c "${line//\\%/%}"
                done < <(grep '^[0-9]' /etc/cron.d/sillage)
                find /var/backups/sillage -name "$(date +%F).backup" -user sillage -perm 600 | grep .

                """
            + await StepsAsync("backup.md")
            + """

                echo "== after"
                find /var/lib/sillage -not -user sillage -not -path /var/lib/sillage
                ls -d /var/lib/sillage/data/before-restore-*
                systemctl stop sillage
                ls /var/lib/sillage/data
                echo "== end"
                """;
        await File.WriteAllTextAsync(_folder["guide.sh"], script);
        // The service's user has to reach what it runs from.
#pragma warning disable CA1416 // The test is skipped elsewhere.
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherExecute);
#pragma warning restore CA1416

        var run = await CommandRun.RunAsync(
            "unshare",
            "/",
            [
                "--mount",
                "--propagation",
                "private",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "bash",
                Path.Combine(Repository.Root, "tests/Sillage.EndToEnd.Tests/Operating/guide-machine.sh"),
                _folder.Path,
                Path.GetDirectoryName(Repository.Executable)!,
                Repository.Root,
                _folder["guide.sh"],
            ],
            atMost: TimeSpan.FromMinutes(5)
        );

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        run.Output.ShouldContain("token=", Case.Sensitive, "the one-time link, out of the journal");
        run.Output.ShouldContain("Sound: /var/backups/sillage/by-hand.backup");
        run.Output.ShouldContain("Restored: /var/backups/sillage/by-hand.backup");
        var after = run.Output.Split("== after\n")[1];
        after.ShouldStartWith("/var/lib/sillage/data/before-restore-", Case.Sensitive, "nothing belongs to others");
        after.ShouldEndWith("== end\n");
        after.ShouldNotContain("-wal");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A page as a script: its files are written, its commands are run.</summary>
    private static async Task<string> StepsAsync(string page)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide", page));
        var steps = Block()
            .Matches(text)
            .Select(block =>
                block.Groups["file"] is { Success: true } file
                    ? $"cat >'{file.Value}' <<'END-OF-FILE'\n{block.Groups["code"].Value}END-OF-FILE\n"
                    : block.Groups["code"].Value
            )
            .ToList();
        steps.Count.ShouldBeGreaterThan(2);
        return string.Join('\n', steps);
    }

    [GeneratedRegex(
        @"<!-- (as root|file (?<file>\S+)) -->\s*```\w*\n(?<code>.*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Block();
}
