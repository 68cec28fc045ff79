using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.CommandLine;

public sealed class ResetPasswordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task An_administrator_who_lost_the_password_gets_a_new_one_and_the_old_one_is_void()
    {
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            var refused = await RunAsync(ApiClient.Administrator);
            refused.ExitCode.ShouldBe(2, refused.Output);
            refused.Error.ShouldContain("in use");
        }

        var run = await RunAsync(ApiClient.Administrator);
        run.ExitCode.ShouldBe(0, run.Error);

        await using var again = await SillageServer.StartAsync(_folder.Path);
        using var admin = await ApiClient.LogInAsync(again, password: run.Output.Trim());
        using var client = again.CreateClient();
        using var old = await client.PostAsJsonAsync(
            "/api/v1/auth/login",
            new { username = ApiClient.Administrator, password = ApiClient.Password }
        );
        old.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_one_clear_line()
    {
        await using (await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings)) { }

        var run = await RunAsync("amdin");

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain("amdin");
        run.Error.TrimEnd().Split('\n').Length.ShouldBe(1, run.Error);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(string username) =>
        CommandRun.SillageAsync(_folder.Path, ["reset-password", username]);
}
