using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Settings;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>How a server gets its first administrator.</summary>
public abstract class SettingUp(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private Task<SillageServer> StartEmptyAsync(string? postgres = null) =>
        Accounts.StartOnAsync(postgres, ("Admin:Username", null), ("Admin:Password", null));

    private static string TokenOf(SillageServer server) =>
        server.Services.GetRequiredService<ISetupLink>().Path!.Split("#token=")[1];

    private static Task<Answer> SetUpAsync(SillageServer server, string token, string username = "chief") =>
        server.SendAsync(
            HttpMethod.Post,
            "/api/v1/setup",
            new
            {
                token,
                username,
                password = Password,
            }
        );

    [Fact]
    public async Task Whoever_has_the_token_becomes_the_administrator_once()
    {
        await using var server = await StartEmptyAsync(await Accounts.PostgresAsync());
        var token = TokenOf(server);
        (await server.SendAsync(HttpMethod.Get, "/setup")).Status.ShouldBe(HttpStatusCode.OK);
        (await SetUpAsync(server, "guess")).Status.ShouldBe(HttpStatusCode.Forbidden);

        var made = await SetUpAsync(server, token);

        made.Status.ShouldBe(HttpStatusCode.Created);
        ((string)made.Json["role"]!).ShouldBe("administrator");
        (await SetUpAsync(server, token, "second")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync(HttpMethod.Get, "/setup")).Status.ShouldBe(HttpStatusCode.NotFound);
        server.Services.GetRequiredService<ISetupLink>().Path.ShouldBeNull();
        File.Exists(Path.Combine(server.DataFolder, "setup-token")).ShouldBeFalse();
        var chief = await server.LogInAsync("chief", Password);
        (await server.SendAsync(HttpMethod.Get, "/api/v1/users", null, chief.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_two_who_have_the_token_one_becomes_the_administrator()
    {
        await using var server = await StartEmptyAsync(await Accounts.PostgresAsync());
        var token = TokenOf(server);

        var both = await Task.WhenAll(SetUpAsync(server, token, "one"), SetUpAsync(server, token, "two"));

        both.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        both.Count(a => a.Status == HttpStatusCode.NotFound).ShouldBe(1);
    }

    [Fact]
    public async Task The_token_is_new_at_every_start_and_only_its_owner_can_read_the_file()
    {
        await using var server = await StartEmptyAsync(await Accounts.PostgresAsync());
        var first = TokenOf(server);
        var file = Path.Combine(server.DataFolder, "setup-token");
        (await File.ReadAllTextAsync(file)).Trim().ShouldBe(first);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await server.RestartAsync();

        TokenOf(server).ShouldNotBe(first);
        (await SetUpAsync(server, first)).Status.ShouldBe(HttpStatusCode.Forbidden);
        server.Log.Text.ShouldNotContain(first);
    }

    [Theory]
    [InlineData("", "three wet oars", "/username")]
    [InlineData("chief", "short", "/password")]
    public async Task A_bad_first_administrator_gets_400(string username, string password, string pointer)
    {
        await using var server = await StartEmptyAsync(await Accounts.PostgresAsync());

        var answer = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/setup",
            new
            {
                token = TokenOf(server),
                username,
                password,
            }
        );

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_runs_nothing_inline()
    {
        await using var server = await StartEmptyAsync(await Accounts.PostgresAsync());

        var page = await server.SendAsync(HttpMethod.Get, "/setup");

        page.Header("Content-Security-Policy")!.ShouldContain("default-src 'none'");
        page.Header("Content-Security-Policy")!.ShouldNotContain("unsafe-inline");
        page.Text.ShouldNotContain("{{");
        page.Text.ShouldNotContain("http://");
        page.Text.ShouldNotContain("https://");
        page.Text.ShouldNotContain(TokenOf(server));
        (await server.SendAsync(HttpMethod.Get, "/setup/setup.css")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync(HttpMethod.Get, "/setup/setup.js")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Settings_make_the_first_administrator_and_do_not_change_one_that_is_there()
    {
        var postgres = await Accounts.PostgresAsync();
        await using var server = await Accounts.StartOnAsync(postgres);
        var administrator = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);

        await server.RestartAsync(
            new Dictionary<string, string?>
            {
                ["Admin:Username"] = "other",
                ["Admin:Password"] = "a second lamp by the quay",
            }
        );

        (
            await server.SendAsync(
                HttpMethod.Post,
                "/api/v1/auth/login",
                new { username = "other", password = "a second lamp by the quay" }
            )
        ).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await server.LogInAsync(administrator.Username, administrator.Password);
    }

    [Theory]
    [InlineData("admin", "short")]
    [InlineData("not a name", "three wet oars")]
    [InlineData("admin", null)]
    public async Task Settings_that_cannot_be_end_the_start(string username, string? password)
    {
        var postgres = await Accounts.PostgresAsync();

        await Should.ThrowAsync<SettingsException>(() =>
            Accounts.StartOnAsync(postgres, ("Admin:Username", username), ("Admin:Password", password))
        );
    }
}

public sealed class SettingUp_on_sqlite(SqliteAccounts accounts) : SettingUp(accounts), IClassFixture<SqliteAccounts>;

public sealed class SettingUp_on_postgres(PostgresAccounts accounts)
    : SettingUp(accounts),
        IClassFixture<PostgresAccounts>;
