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

    [Fact]
    public async Task A_second_factor_stays_unless_it_is_lost_too()
    {
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            await Authenticator.SetUpAsync(admin);
        }

        var kept = (await RunAsync(ApiClient.Administrator)).Output.Trim();
        await using (var server = await SillageServer.StartAsync(_folder.Path))
        {
            using var client = server.CreateClient();
            using var reply = await client.PostAsJsonAsync(
                "/api/v1/auth/login",
                new { username = ApiClient.Administrator, password = kept }
            );
            reply.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await reply.Content.ReadAsStringAsync()).ShouldContain("/code");
        }

        var run = await RunAsync(ApiClient.Administrator, "--remove-second-factor");
        run.ExitCode.ShouldBe(0, run.Error);
        await using var again = await SillageServer.StartAsync(_folder.Path);
        using var back = await ApiClient.LogInAsync(again, password: run.Output.Trim());
        var trail = await back.GetAsync("/api/v1/audit?action=second-factor.removed");
        trail.GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.SillageAsync(_folder.Path, ["reset-password", .. arguments]);
}
