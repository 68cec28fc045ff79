using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// Traces that know accounts from afar, each process with a data folder of its own. It needs two executables: what one
/// process knows of another is what is tested.
/// </summary>
public sealed class RemoteAccountsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Every_credential_of_the_accounts_counts_at_the_traces()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();
        using var accounts = await ApiClient.LogInAsync(both.Accounts, player.Username, player.Password);
        var key = await KeyAsync(accounts, "traces.write");

        using var bearer = At(both.Traces, accounts);
        using var basic = ApiClient.Basic(both.Traces, player.Username, player.Password);
        using var byKey = new ApiClient(both.Traces.CreateClient());
        byKey.Client.DefaultRequestHeaders.Add("X-API-Key", key);
        using var byCookie = await WithCookieAsync(both, player);
        foreach (var api in new[] { bearer, basic, byKey, byCookie })
        {
            (await api.TrySendAsync("crew", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
        }

        using var wrong = ApiClient.Basic(both.Traces, player.Username, "not the password");
        (await TwoProcesses.AskAsync(wrong)).ShouldBe(HttpStatusCode.Unauthorized);
        using var forged = new ApiClient(both.Traces.CreateClient());
        forged.Use(accounts.Client.DefaultRequestHeaders.Authorization!.Parameter![..^6] + "AAAAAA");
        (await TwoProcesses.AskAsync(forged)).ShouldBe(HttpStatusCode.Unauthorized);
        (await TwoProcesses.HealthAsync(both.Traces)).ShouldBe("healthy");
    }

    // The cookie that the accounts gave, as the browser sends it to both behind one proxy.
    private static async Task<ApiClient> WithCookieAsync(TwoProcesses both, Player player)
    {
        using var login = new ApiClient(both.Accounts.CreateClient());
        var tokens = await login.PostAsync(
            "/api/v1/auth/login",
            new { username = player.Username, password = player.Password }
        );
        using var kept = await login.Client.PostAsJsonAsync(
            "/api/v1/auth/cookies",
            new { refresh_token = tokens.GetProperty("refresh_token").GetString() }
        );
        var api = new ApiClient(both.Traces.CreateClient());
        api.Client.DefaultRequestHeaders.Add(
            "Cookie",
            kept.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])
        );
        return api;
    }

    [Fact]
    public async Task The_older_routes_give_long_tokens_of_accounts_elsewhere()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();
        using var basic = ApiClient.Basic(both.Traces, player.Username, player.Password);
        var token = (await basic.GetAsync("/crew/api/v1/utils/token")).GetProperty("token").GetString()!;
        using var bearer = new ApiClient(both.Traces.CreateClient());
        bearer.Use(token);
        (await bearer.TrySendAsync("crew", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_second_factor_set_up_at_the_accounts_ends_passwords_at_the_traces()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();
        using var basic = ApiClient.Basic(both.Traces, player.Username, player.Password);
        var token = (await basic.GetAsync("/crew/api/v1/utils/token")).GetProperty("token").GetString()!;
        using var byToken = new ApiClient(both.Traces.CreateClient());
        byToken.Use(token);
        (await TwoProcesses.AskAsync(basic)).ShouldBe(HttpStatusCode.OK);
        (await TwoProcesses.AskAsync(byToken)).ShouldBe(HttpStatusCode.OK);

        using var accounts = await ApiClient.LogInAsync(both.Accounts, player.Username, player.Password);
        var key = await KeyAsync(accounts, "traces.write");
        await Authenticator.SetUpAsync(accounts);

        await Eventually.HoldsAsync(async () => await TwoProcesses.AskAsync(basic) == HttpStatusCode.Unauthorized);
        await Eventually.HoldsAsync(async () => await TwoProcesses.AskAsync(byToken) == HttpStatusCode.Unauthorized);
        foreach (var path in new[] { "/api/v1/studies", "/crew/api/v1/utils/token" })
        {
            using var refused = await basic.Client.GetAsync(path);
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("API key");
        }

        using var byKey = new ApiClient(both.Traces.CreateClient());
        byKey.Use(key);
        (await byKey.TrySendAsync("crew", [Guid.CreateVersion7()])).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_logout_is_known_within_two_seconds()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        (await TwoProcesses.AskAsync(admin)).ShouldBe(HttpStatusCode.OK);

        using var atAccounts = At(both.Accounts, admin);
        (await atAccounts.Client.PostAsync("/api/v1/auth/logout", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var since = TimeProvider.System.GetTimestamp();
        while (await TwoProcesses.AskAsync(admin) != HttpStatusCode.Unauthorized)
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(Soon);
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task What_is_open_ends_within_two_seconds_of_a_change()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        using var adminAtAccounts = At(both.Accounts, admin);
        await admin.MakeStudyAsync("crew", 1);
        var key = await adminAtAccounts.PostAsync(
            "/api/v1/api-keys",
            new { name = "x", permissions = new[] { "traces.read", "studies.manage-all" } }
        );
        using var byKey = new ApiClient(both.Traces.CreateClient());
        byKey.Client.DefaultRequestHeaders.Add("X-API-Key", key.GetProperty("key").GetString());
        using var session = await LogInAsync(both);
        using var basic = ApiClient.Basic(both.Traces, ApiClient.Administrator, ApiClient.Password);
        const string Live = "/api/v1/studies/crew/traces/live?identities=true";
        using var ofKey = await OpenReading.OpenAsync(both.Traces, byKey, Live.Split('?')[0]);
        using var ofSession = await OpenReading.OpenAsync(both.Traces, session, Live);
        using var other = await OpenReading.OpenAsync(both.Traces, admin, Live);
        using var ofPassword = await OpenReading.OpenAsync(both.Traces, basic, Live);

        using var sessionAtAccounts = At(both.Accounts, session);
        (await sessionAtAccounts.Client.PostAsync("/api/v1/auth/logout", null)).IsSuccessStatusCode.ShouldBeTrue();
        (await ofSession.IsCutWithinAsync(Soon)).ShouldNotBeNull();
        (
            await adminAtAccounts.Client.DeleteAsync(key.GetProperty("links").GetProperty("self").GetString())
        ).IsSuccessStatusCode.ShouldBeTrue();
        (await ofKey.IsCutWithinAsync(Soon)).ShouldNotBeNull();
        (await other.IsCutWithinAsync(TimeSpan.FromMilliseconds(100))).ShouldBeNull();

        // Keys that sign tokens, when they are withdrawn, take with them what was opened by one; a password is no token.
        (
            await adminAtAccounts.Client.PostAsync("/api/v1/signing-keys/rotate?withdraw=true", null)
        ).IsSuccessStatusCode.ShouldBeTrue();
        (await other.IsCutWithinAsync(Soon)).ShouldNotBeNull();
        (await ofPassword.IsCutWithinAsync(TimeSpan.FromMilliseconds(100))).ShouldBeNull();
    }

    [Fact]
    public async Task Without_the_accounts_what_is_known_goes_on_and_what_is_not_is_refused()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        using var basic = ApiClient.Basic(both.Traces, ApiClient.Administrator, ApiClient.Password);
        (await TwoProcesses.AskAsync(admin)).ShouldBe(HttpStatusCode.OK);
        (await TwoProcesses.AskAsync(basic)).ShouldBe(HttpStatusCode.OK);

        await both.Accounts.KillAsync();
        await Eventually.HoldsAsync(async () => await TwoProcesses.HealthAsync(both.Traces) == "degraded");
        (await TwoProcesses.AskAsync(admin)).ShouldBe(HttpStatusCode.OK);
        (await TwoProcesses.AskAsync(basic)).ShouldBe(HttpStatusCode.OK);
        using var unknown = ApiClient.Basic(both.Traces, "somebody", ApiClient.Password);
        using var refused = await unknown.Client.GetAsync("/api/v1/studies");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();

        // Long enough for nothing to be believed unasked any more: then the last answer counts.
        await Task.Delay(TimeSpan.FromSeconds(11));
        (await TwoProcesses.AskAsync(admin)).ShouldBe(HttpStatusCode.OK);

        await both.RestartAccountsAsync();
        await Eventually.HoldsAsync(async () => await TwoProcesses.HealthAsync(both.Traces) == "healthy");
        (await TwoProcesses.AskAsync(unknown)).ShouldBe(HttpStatusCode.Unauthorized);
        (await TwoProcesses.AskAsync(admin)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_routes_between_processes_are_closed_to_everybody()
    {
        await using var both = await TwoProcesses.StartAsync();
        using var admin = await LogInAsync(both);
        string[] paths =
        [
            $"changes?instance={Guid.Empty}&after=0",
            $"sessions/{Guid.Empty}/{Guid.Empty}",
            $"api-keys/{new string('0', 64)}",
            $"directory?ids={Guid.Empty}",
            "directory/by-name/admin",
        ];
        using var anonymous = new ApiClient(both.Accounts.CreateClient());
        using var atAccounts = At(both.Accounts, admin);
        using var basic = ApiClient.Basic(both.Accounts, ApiClient.Administrator, ApiClient.Password);
        using var guess = new ApiClient(both.Accounts.CreateClient());
        guess.Use("the processes of one deployment know each other by thiz");
        foreach (var api in new[] { anonymous, atAccounts, basic, guess })
        {
            foreach (var path in paths)
            {
                using var reply = await api.Client.GetAsync($"/internal/v1/accounts/{path}");
                reply.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            }

            using var posted = await api.Client.PostAsJsonAsync(
                "/internal/v1/accounts/passwords",
                new { username = ApiClient.Administrator, password = ApiClient.Password }
            );
            posted.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await anonymous.Client.GetStringAsync("/openapi.json")).ShouldNotContain("/internal/");
        // Where the module is not, or no credential is set, there is nothing.
        using var elsewhere = new ApiClient(both.Traces.CreateClient());
        using var nothing = await elsewhere.Client.GetAsync($"/internal/v1/accounts/{paths[0]}");
        nothing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Logs in at the accounts; the token is for the traces.</summary>
    internal static async Task<ApiClient> LogInAsync(TwoProcesses both)
    {
        using var accounts = await ApiClient.LogInAsync(both.Accounts);
        return At(both.Traces, accounts);
    }

    /// <summary>The same credential at another server.</summary>
    private static ApiClient At(SillageServer server, ApiClient other)
    {
        var api = new ApiClient(server.CreateClient());
        api.Client.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(
            other.Client.DefaultRequestHeaders.Authorization!.ToString()
        );
        return api;
    }

    private static async Task<string> KeyAsync(ApiClient accounts, params string[] permissions)
    {
        var key = await accounts.PostAsync("/api/v1/api-keys", new { name = "game", permissions });
        return key.GetProperty("key").GetString()!;
    }
}
