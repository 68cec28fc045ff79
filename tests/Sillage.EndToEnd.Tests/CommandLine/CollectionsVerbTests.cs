using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.CommandLine;

/// <summary>Collections declared by files, while no server runs.</summary>
public sealed class CollectionsVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_applied_twice_is_different_once_and_what_is_exported_is_no_difference()
    {
        (await RunAsync("plan", "--template", "todo")).ShouldContain("todo: is new");
        (await RunAsync("plan", "--template", "todo")).ShouldContain("todo: is new");
        (await RunAsync("apply", "--template", "todo")).ShouldContain("todo: is new");
        (await RunAsync("apply", "--template", "todo")).ShouldContain("Nothing is different.");

        var file = _folder["collections.json"];
        (await RunAsync("export", file)).ShouldContain("1 collections written.");
        (await RunAsync("plan", file)).ShouldContain("Nothing is different.");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("\"done\"", "\"finished\"", StringComparison.Ordinal));
        (await RunAsync("apply", file)).ShouldContain("todo: field-renamed finished Was 'done'.");
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_told_with_its_place()
    {
        var file = _folder["bad.json"];
        await File.WriteAllTextAsync(file, """{"name": "bad", "fields": [{"name": "a", "type": "relation"}]}""");
        var run = await CommandRun.SillageAsync(
            _folder.Path,
            ["collections", "apply", file, "--data", _folder["data"]]
        );
        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain("/fields/0/to");
        run.Error.TrimEnd().Split('\n').Length.ShouldBe(1, run.Error);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var run = await CommandRun.SillageAsync(_folder.Path, ["collections", .. arguments, "--data", _folder["data"]]);
        run.ExitCode.ShouldBe(0, run.Error);
        return run.Output;
    }
}
