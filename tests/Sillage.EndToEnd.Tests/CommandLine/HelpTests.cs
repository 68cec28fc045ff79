using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.CommandLine;

public sealed class HelpTests
{
    [Theory]
    [InlineData("serve")]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("reset-password")]
    [InlineData("traces")]
    [InlineData("traces", "import")]
    [InlineData("traces", "import-tsadk")]
    [InlineData("settings")]
    [InlineData("modules")]
    [InlineData("modules", "retire")]
    [InlineData("status")]
    [InlineData("version")]
    public async Task Help_names_every_verb_and_each_verb_explains_itself(string verb, string? inner = null)
    {
        using var folder = new TemporaryFolder();

        var root = await CommandRun.SillageAsync(folder.Path, ["--help"]);
        var help = await CommandRun.SillageAsync(
            folder.Path,
            inner is null ? [verb, "--help"] : [verb, inner, "--help"]
        );

        root.ExitCode.ShouldBe(0);
        root.Output.ShouldContain($"  {verb}");
        help.ExitCode.ShouldBe(0);
        help.Output.ShouldContain($"sillage {verb} {inner}".TrimEnd());
        help.Error.ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty("help changes nothing");
    }

    [Fact]
    public async Task Version_is_one_line()
    {
        using var folder = new TemporaryFolder();

        var run = await CommandRun.SillageAsync(folder.Path, ["version"]);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldMatch(@"^Sillage \d+\.\d+\.\d+[-+.0-9a-z]*\n$");
    }
}
