using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>What an account with a second factor, and one that needs and lacks it, gets from every operation.</summary>
public sealed class SecondFactorTests(ITestOutputHelper output)
{
    private const string Nobody = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";

    private static readonly string[] OpenWithoutFactor =
    [
        "GET /api/v1/me/second-factor",
        "POST /api/v1/me/second-factor",
        "POST /api/v1/me/second-factor/confirmation",
        "POST /api/v1/auth/logout",
    ];

    [Fact]
    public async Task Whose_role_needs_one_and_who_has_none_gets_nothing_but_the_way_to_it()
    {
        using var folder = new TemporaryFolder();
        string key;
        await using (var before = await SillageServer.StartAsync(folder.Path, ApiClient.AdministratorSettings))
        {
            using var maker = await ApiClient.LogInAsync(before);
            await maker.MakeStudyAsync("closed", 1);
            var made = await maker.PostAsync(
                "/api/v1/api-keys",
                new
                {
                    name = "a script",
                    permissions = new[] { "self", "accounts.read", "traces.read", "metrics.read" },
                }
            );
            key = made.GetProperty("key").GetString()!;
        }

        await using var server = await SillageServer.StartAsync(
            folder.Path,
            new Dictionary<string, string>
            {
                ["SILLAGE_ACCOUNTS__SECONDFACTORFOR__0"] = "administrator",
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            }
        );
        using var session = await ApiClient.LogInAsync(server);
        using var basic = ApiClient.Basic(server, ApiClient.Administrator, ApiClient.Password);
        using var byKey = new ApiClient(server.CreateClient());
        byKey.Use(key);
        var closed = await ClosedAsync(session);
        var failures = new List<string>();
        foreach (var (who, name) in new[] { (basic, "password"), (byKey, "key"), (session, "session") })
        {
            // The logout last, since it ends the session that asks.
            foreach (var operation in closed.OrderBy(o => o.Name == OpenWithoutFactor[^1]))
            {
                var (status, text) = await AskAsync(who, operation);
                var isOpen = OpenWithoutFactor.Contains(operation.Name);
                if (isOpen == (status == 403 && !(name == "key" && text.Contains("log in"))))
                {
                    failures.Add($"{operation.Name} with a {name}: {status} {text}");
                }
            }
        }

        output.WriteLine($"{closed.Count} operations");
        failures.ShouldBeEmpty(string.Join("\n", failures));
    }

    [Fact]
    public async Task Who_has_one_gets_nothing_for_a_password_on_the_request_and_is_told_why()
    {
        using var folder = new TemporaryFolder();
        await using var server = await SillageServer.StartAsync(
            folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            }
        );
        using var session = await ApiClient.LogInAsync(server);
        await session.MakeStudyAsync("closed", 1);
        await Authenticator.SetUpAsync(session);
        using var basic = ApiClient.Basic(server, ApiClient.Administrator, ApiClient.Password);
        var failures = new List<string>();
        foreach (var operation in await ClosedAsync(session))
        {
            var (status, text) = await AskAsync(basic, operation);
            if (status != (int)HttpStatusCode.Unauthorized || !text.Contains("API key"))
            {
                failures.Add($"{operation.Name}: {status} {text}");
            }
        }

        failures.ShouldBeEmpty(string.Join("\n", failures));
    }

    [Fact]
    public async Task Who_has_one_gets_no_tokens_for_the_password_alone_by_any_road()
    {
        using var folder = new TemporaryFolder();
        await using var server = await SillageServer.StartAsync(folder.Path, ApiClient.AdministratorSettings);
        using var session = await ApiClient.LogInAsync(server);
        using var client = server.CreateClient();
        var roads = await PasswordRoads.AllAsync(client);
        foreach (var road in roads)
        {
            using var before = await PasswordRoads.AskAsync(client, road, ApiClient.Administrator, ApiClient.Password);
            before.StatusCode.ShouldBe(HttpStatusCode.OK, road.Name);
        }

        await Authenticator.SetUpAsync(session);
        foreach (var road in roads)
        {
            using var after = await PasswordRoads.AskAsync(client, road, ApiClient.Administrator, ApiClient.Password);
            after.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest);
            (await after.Content.ReadAsStringAsync()).ShouldNotContain("eyJ", Case.Sensitive, road.Name);
        }
    }

    private static async Task<List<Operation>> ClosedAsync(ApiClient api)
    {
        var closed = (await Operation.AllAsync(api.Client)).Where(o => !o.IsOpen || o.Path == "/metrics").ToList();
        closed.Count.ShouldBeGreaterThan(40);
        return closed;
    }

    private static async Task<(int Status, string Text)> AskAsync(ApiClient who, Operation operation)
    {
        var address = operation.Address(name => name == "study" ? "closed" : Nobody);
        using var request = new HttpRequestMessage(operation.Method, address);
        using var reply = await who.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return reply.IsSuccessStatusCode
            ? ((int)reply.StatusCode, "")
            : ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }
}
