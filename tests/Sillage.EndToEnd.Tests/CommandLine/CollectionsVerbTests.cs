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

    [Fact]
    public async Task A_server_that_runs_is_asked_by_its_address_and_a_key()
    {
        await using var server = await SillageServer.StartAsync(_folder["served"], ApiClient.AdministratorSettings);
        using var admin = await ApiClient.LogInAsync(server);
        var made = await admin.PostAsync(
            "/api/v1/api-keys",
            new
            {
                name = "declare",
                permissions = new[] { "collections.use", "collections.declare", "collections.manage" },
            }
        );
        await File.WriteAllTextAsync(_folder["key.txt"], made.GetProperty("key").GetString() + "\n");
        string[] remote = ["--server", server.Address.ToString(), "--api-key", "@" + _folder["key.txt"]];

        (await RunAsync(["plan", "--template", "todo", .. remote])).ShouldContain("todo: is new");
        (await RunAsync(["apply", "--template", "todo", .. remote])).ShouldContain("todo: is new");
        (await RunAsync(["apply", "--template", "todo", .. remote])).ShouldContain("Nothing is different.");
        var file = _folder["remote.json"];
        (await RunAsync(["export", file, .. remote])).ShouldContain("1 collections written.");
        (await RunAsync(["plan", file, .. remote])).ShouldContain("Nothing is different.");
        // What was exported of the one is what the other has.
        (await RunAsync("apply", file)).ShouldContain("todo: is new");
        (await RunAsync("plan", "--template", "todo")).ShouldContain("Nothing is different.");

        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("\"done\"", "\"finished\"", StringComparison.Ordinal));
        (await RunAsync(["apply", file, .. remote])).ShouldContain("todo: field-renamed finished Was 'done'.");
        await File.WriteAllTextAsync(file, text.Replace("\"boolean\"", "\"nothing\"", StringComparison.Ordinal));
        (await FailAsync(["apply", file, .. remote])).ShouldContain("remote.json");
        await File.WriteAllTextAsync(
            file,
            text.Replace("\"owner = @me.id\"", "\"owner = @you.id\"", StringComparison.Ordinal)
        );
        (await FailAsync(["apply", file, .. remote])).ShouldContain("/collections/0/rules/read: At character");

        (await FailAsync(["plan", file, "--server", server.Address.ToString(), "--api-key", "none"])).ShouldContain(
            "401"
        );
        (await FailAsync(["plan", file, "--server", server.Address.ToString()])).ShouldContain("--api-key");
        (await FailAsync(["plan", file, "--server", "nowhere", "--api-key", "x"])).ShouldContain("no address");
        (await FailAsync(["plan", file, "--server", "http://127.0.0.1:1", "--api-key", "x"])).ShouldContain(
            "does not answer"
        );
    }

    private async Task<string> FailAsync(string[] arguments)
    {
        var run = await CommandRun.SillageAsync(_folder.Path, ["collections", .. arguments, "--data", _folder["data"]]);
        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.TrimEnd().Split('\n').Length.ShouldBe(1, run.Error);
        return run.Error;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var run = await CommandRun.SillageAsync(_folder.Path, ["collections", .. arguments, "--data", _folder["data"]]);
        run.ExitCode.ShouldBe(0, run.Error);
        return run.Output;
    }
}
