using System.Net;
using System.Net.Sockets;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.CommandLine;

/// <summary>What can be expected to go wrong is told in one line that says what to do, with exit code 2.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task An_unknown_verb_brings_the_nearest_one()
    {
        ShouldFail(await RunAsync("bakcup"), "unknown verb 'bakcup'; did you mean 'backup'?");
    }

    [Fact]
    public async Task An_unknown_flag_brings_the_nearest_one()
    {
        ShouldFail(
            await RunAsync("serve", "--url", "http://127.0.0.1:0"),
            "unknown flag '--url'; did you mean '--urls'?"
        );
        ShouldFail(await RunAsync("--dta", "x"), "unknown flag '--dta'; did you mean '--data'?");
    }

    [Fact]
    public async Task A_flag_without_its_value_is_told()
    {
        ShouldFail(await RunAsync("serve", "--data"), "--data");
    }

    [Fact]
    public async Task An_unknown_setting_is_told_wherever_it_comes_from()
    {
        ShouldFail(await RunAsync("serve", "--set", "Accounts:Registratoin=open"), "Accounts:Registratoin");
        ShouldFail(
            await RunWithAsync(new() { ["SILLAGE_ACCOUNTS__REGISTRATOIN"] = "open" }, "serve"),
            "SILLAGE_ACCOUNTS__REGISTRATOIN",
            "Registration"
        );

        await File.WriteAllTextAsync(_folder["sillage.json"], """{ "Accounts": { "Registratoin": "open" } }""");
        ShouldFail(await RunAsync("serve"), "Accounts:Registratoin", "sillage.json");
    }

    [Theory]
    [InlineData("Accounts:Registration", "ajar")]
    [InlineData("Modules", "tracers")]
    [InlineData("Urls", "localhost")]
    [InlineData("Urls", "http://localhost:99999")]
    [InlineData("Urls", "ftp://localhost:8000")]
    public async Task A_bad_value_is_told_with_its_setting(string setting, string value)
    {
        var run = await RunAsync("serve", "--set", $"{setting}={value}");

        ShouldFail(run, setting, value);
    }

    [Fact]
    public async Task A_settings_file_that_is_no_JSON_is_told()
    {
        await File.WriteAllTextAsync(_folder["sillage.json"], "{ \"Urls\": ");

        ShouldFail(await RunAsync("serve"), "sillage.json");
    }

    [Fact]
    public async Task A_settings_file_that_is_named_and_missing_is_told()
    {
        ShouldFail(await RunAsync("serve", "--config", "other.json"), "other.json");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_a_way_out()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var run = await RunAsync("serve", "--urls", $"http://localhost:{port}");

        ShouldFail(run, $":{port}", "taken", "--urls");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_told()
    {
        // A file in the way stops root as well, whom permissions would not.
        await File.WriteAllTextAsync(_folder["data"], "a file");

        ShouldFail(await RunAsync("serve"), _folder["data"], "--data");
    }

    [Fact]
    public async Task A_data_folder_in_use_is_told()
    {
        await using var server = await SillageServer.StartAsync(_folder.Path);

        ShouldFail(await RunAsync("serve"), _folder["data"], "in use");
    }

    [Fact]
    public async Task A_PostgreSQL_that_does_not_answer_is_told_without_its_password()
    {
        var connection = "Host=127.0.0.1;Port=1;Username=sillage;Password=top-secret;Database=sillage;Timeout=2";

        var run = await RunWithAsync(new() { ["SILLAGE_POSTGRES"] = connection }, "serve");

        ShouldFail(run, "PostgreSQL", "127.0.0.1");
        run.Error.ShouldNotContain("top-secret");
    }

    [Fact]
    public async Task A_connection_string_that_is_none_is_told_without_its_password()
    {
        var run = await RunWithAsync(new() { ["SILLAGE_POSTGRES"] = "Hst=db;Password=top-secret" }, "serve");

        ShouldFail(run, "Postgres");
        run.Error.ShouldNotContain("top-secret");
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(params string[] arguments) => RunWithAsync([], arguments);

    private Task<CommandRun> RunWithAsync(Dictionary<string, string> environment, params string[] arguments) =>
        CommandRun.SillageAsync(
            _folder.Path,
            arguments,
            // Should something be wrong and the server come up after all, it must not take the real port.
            arguments.Contains("--urls")
            || arguments.Any(argument => argument.StartsWith("Urls=", StringComparison.Ordinal))
                ? environment
                : new Dictionary<string, string>(environment) { ["SILLAGE_URLS"] = "http://127.0.0.1:0" }
        );

    private static void ShouldFail(CommandRun run, params string[] saying)
    {
        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.TrimEnd('\n').Split('\n').Length.ShouldBe(1, run.Error);
        run.Error.ShouldStartWith("sillage: ");
        run.Output.ShouldBeEmpty();
        foreach (var text in saying)
        {
            run.Error.ShouldContain(text, Case.Insensitive);
        }
    }
}
