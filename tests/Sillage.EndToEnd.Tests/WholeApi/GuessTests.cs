using System.Net;
using System.Net.Http.Json;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// A try at a password is paid for before it is computed, on every operation; and whoever guesses at credentials silences nobody
/// who is known, whatever is behind the same address.
/// </summary>
public sealed class GuessTests(ITestOutputHelper output)
{
    private const int Tries = 6;
    private const int Strangers = 40;
    private const string Nobody = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";

    [Fact]
    public async Task Without_tries_left_no_operation_tells_a_right_password_from_a_wrong_one_and_who_is_known_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, strangers: 100_000);
        using var admin = await ApiClient.LogInAsync(server);
        var players = await admin.MakeStudyAsync("guessed", 2);
        using var known = ApiClient.Basic(server, players[0].Username, players[0].Password);
        await known.GetAsync("/api/v1/me");
        await UseUpAsync(server);

        using var right = ApiClient.Basic(server, players[1].Username, players[1].Password);
        using var wrong = ApiClient.Basic(server, players[1].Username, "not the password");
        var failures = new List<string>();
        var closed = (await Operation.AllAsync(admin.Client)).Where(o => !o.IsOpen || o.Path == "/metrics").ToList();
        closed.Count.ShouldBeGreaterThan(40);
        foreach (var operation in closed)
        {
            await ExpectAsync(right, operation, status => status == 429, "a right password");
            await ExpectAsync(wrong, operation, status => status == 429, "a wrong password");
            if (operation.Method == HttpMethod.Get)
            {
                await ExpectAsync(known, operation, status => status is not (401 or 429), "a password known before");
                await ExpectAsync(admin, operation, status => status is not (401 or 429), "a token");
            }
        }

        using var anonymous = server.CreateClient();
        foreach (var road in await PasswordRoads.AllAsync(anonymous))
        {
            foreach (var password in new[] { players[1].Password, "not the password" })
            {
                using var reply = await PasswordRoads.AskAsync(anonymous, road, players[1].Username, password);
                if (reply.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    failures.Add($"{road.Name}: {(int)reply.StatusCode}");
                }
            }
        }

        output.WriteLine($"{closed.Count} operations, with {Tries} tries");
        failures.ShouldBeEmpty(string.Join("\n", failures));

        async Task ExpectAsync(ApiClient who, Operation operation, Func<int, bool> isRight, string what)
        {
            var address = operation.Address(name => name == "study" ? "guessed" : Nobody);
            using var request = new HttpRequestMessage(operation.Method, address);
            using var reply = await who.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (!isRight((int)reply.StatusCode))
            {
                failures.Add($"{operation.Name} with {what}: {(int)reply.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Many_at_once_pass_no_more_than_one_by_one()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, strangers: 100_000);
        using var client = server.CreateClient();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 5 * Tries).Select(i => LogInAsync(client, $"wrong {i}")));

        statuses.Count(status => status == HttpStatusCode.Unauthorized).ShouldBe(Tries);
        statuses.Count(status => status == HttpStatusCode.TooManyRequests).ShouldBe(4 * Tries);
    }

    [Fact]
    public async Task What_is_broken_off_is_paid_for()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, strangers: 100_000);
        for (var i = 0; i < Tries; i++)
        {
            using var connection = await RawConnection.OpenAsync(server);
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"nobody:wrong {i}"));
            await connection.SendAsync($"GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {pair}\r\n\r\n");
        }

        using var client = server.CreateClient();
        await Eventually.HoldsAsync(async () =>
            await LogInAsync(client, ApiClient.Password) == HttpStatusCode.TooManyRequests
        );
    }

    [Fact]
    public async Task A_right_password_costs_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, strangers: 100_000);
        using var client = server.CreateClient();
        for (var i = 0; i < 2 * Tries; i++)
        {
            (await LogInAsync(client, ApiClient.Password)).ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Wrong_keys_and_tokens_silence_nobody_with_a_right_one()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, Strangers);
        using var unusedToken = await ApiClient.LogInAsync(server);
        using var admin = await ApiClient.LogInAsync(server);
        var made = await admin.PostAsync("/api/v1/api-keys", new { name = "a script", permissions = new[] { "self" } });
        using var unusedKey = new ApiClient(server.CreateClient());
        unusedKey.Use(made.GetProperty("key").GetString()!);
        using var usedPassword = ApiClient.Basic(server, ApiClient.Administrator, ApiClient.Password);
        await usedPassword.GetAsync("/api/v1/me");

        using var guess = new ApiClient(server.CreateClient());
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 2 * Strangers; i++)
        {
            guess.Use(i % 2 == 0 ? $"sillage_{i:D40}" : $"eyJhbGciOiJFUzI1NiJ9.e30.{i:D86}");
            using var reply = await guess.Client.GetAsync("/api/v1/me");
            statuses.Add(reply.StatusCode);
        }

        statuses.ShouldContain(HttpStatusCode.Unauthorized);
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);
        using var anonymous = server.CreateClient();
        (await anonymous.GetAsync("/api/v1")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await anonymous.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var known in new[] { unusedToken, unusedKey, usedPassword })
        {
            await known.GetAsync("/api/v1/me");
        }
    }

    [Fact]
    public async Task A_remembered_password_is_not_guessed_at_without_end()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder, strangers: 100_000);
        using var known = ApiClient.Basic(server, ApiClient.Administrator, ApiClient.Password);
        await known.GetAsync("/api/v1/me");
        await UseUpAsync(server);
        for (var i = 0; i < 110; i++)
        {
            using var guess = ApiClient.Basic(server, ApiClient.Administrator, $"wrong {i}");
            using var reply = await guess.Client.GetAsync("/api/v1/me");
            reply.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        }

        using var right = ApiClient.Basic(server, ApiClient.Administrator, ApiClient.Password);
        (await right.Client.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private static Task<SillageServer> StartAsync(TemporaryFolder folder, int strangers) =>
        SillageServer.StartAsync(
            folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__LOGIN__BURST"] = $"{Tries}",
                ["SILLAGE_LIMITS__RATELIMITS__LOGIN__PERSECOND"] = "0.001",
                ["SILLAGE_LIMITS__RATELIMITS__ADDRESS__BURST"] = $"{strangers}",
                ["SILLAGE_LIMITS__RATELIMITS__ADDRESS__PERSECOND"] = "0.001",
            }
        );

    private static async Task UseUpAsync(SillageServer server)
    {
        using var client = server.CreateClient();
        for (var i = 0; i < Tries; i++)
        {
            // A name that nobody has: nobody is locked by it.
            (await LogInAsync(client, $"wrong {i}", "nobody")).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    private static async Task<HttpStatusCode> LogInAsync(
        HttpClient client,
        string password,
        string username = ApiClient.Administrator
    )
    {
        using var reply = await client.PostAsJsonAsync("/api/v1/auth/login", new { username, password });
        return reply.StatusCode;
    }
}
