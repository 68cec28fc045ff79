using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// A browser that knows an administrator's password sends it along with whatever a foreign page makes it send: no operation
/// that changes something obeys.
/// </summary>
public sealed class ForeignPageTests(SharedServer shared)
{
    [Theory]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("https://evil.example", "same-site")]
    [InlineData("https://evil.example", null)]
    [InlineData("null", null)]
    [InlineData(null, "cross-site")]
    public Task Changes_nothing(string? origin, string? site) => RefuseAsync(origin, site, NewBrowserAsync);

    [Theory]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("https://evil.example", "same-site")]
    [InlineData("https://evil.example", null)]
    public Task Changes_nothing_by_the_cookie_of_somebody_who_is_logged_in(string origin, string? site) =>
        RefuseAsync(origin, site, NewCookieBrowserAsync);

    [Fact]
    public async Task Reads_nothing_by_the_cookie_of_somebody_who_is_logged_in()
    {
        var (browser, _) = await NewCookieBrowserAsync();
        using var closed = browser;
        (await StatusAsync(browser, null, "same-origin")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(browser, null, "none")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(browser, null, "same-site")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(browser, "https://evil.example", null)).ShouldBe(HttpStatusCode.Unauthorized);
        // And is not logged out by it.
        (await StatusAsync(browser, null, "same-origin")).ShouldBe(HttpStatusCode.OK);

        static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string? origin, string? site)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
            Add(request, origin, site);
            using var reply = await browser.SendAsync(request);
            return reply.StatusCode;
        }
    }

    private static async Task RefuseAsync(
        string? origin,
        string? site,
        Func<Task<(HttpClient Client, OwnThings Things)>> browser
    )
    {
        var failures = new List<string>();
        await ForEachChangeAsync(
            browser,
            async (client, things, operation) =>
            {
                using var reply = await SendAsync(client, things, operation, origin, site);
                var text = await reply.Content.ReadAsStringAsync();
                // The routes of the older API have its words for it.
                var words = operation.Path.StartsWith("/{study}/", StringComparison.Ordinal)
                    ? "Access forbidden"
                    : "another origin";
                if (reply.StatusCode != HttpStatusCode.Forbidden || !text.Contains(words, StringComparison.Ordinal))
                {
                    failures.Add($"{operation.Name}: {(int)reply.StatusCode} {text}");
                }
            }
        );

        failures.ShouldBeEmpty(string.Join("\n", failures));
    }

    [Theory]
    [InlineData("https://evil.example", "same-origin")]
    [InlineData(null, "none")]
    [InlineData("http://SELF", null)]
    [InlineData(null, null)]
    public async Task A_page_of_the_servers_own_and_what_is_no_page_is_served(string? origin, string? site)
    {
        using var client = shared.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        Add(request, origin?.Replace("SELF", client.BaseAddress!.Authority), site);
        using var reply = await client.SendAsync(request);
        reply.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_token_is_nothing_that_a_browser_adds_by_itself()
    {
        using var admin = await ApiClient.LogInAsync(shared.Server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/studies")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        Add(request, "https://game.example", "cross-site");
        using var reply = await admin.Client.SendAsync(request);
        reply.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task ForEachChangeAsync(
        Func<Task<(HttpClient Client, OwnThings Things)>> browser,
        Func<HttpClient, OwnThings, Operation, Task> check
    )
    {
        var (client, things) = await browser();
        using var _ = client;
        var changes = (await Operation.AllAsync(client)).Where(o => o.Method != HttpMethod.Get).ToList();
        changes.ShouldNotBeEmpty();
        foreach (var operation in changes)
        {
            await check(client, things, operation);
        }
    }

    private async Task<(string Name, OwnThings Things)> NewAdministratorAsync()
    {
        var name = $"browser-{Guid.CreateVersion7():N}"[..30];
        using var api = await shared.RegisterAsync(name, "administrator");
        return (name, await OwnThings.MakeAsync(api));
    }

    private async Task<(HttpClient Client, OwnThings Things)> NewBrowserAsync()
    {
        var (name, things) = await NewAdministratorAsync();
        return (ApiClient.Basic(shared.Server, name, ApiClient.Password).Client, things);
    }

    private async Task<(HttpClient Client, OwnThings Things)> NewCookieBrowserAsync()
    {
        var (username, things) = await NewAdministratorAsync();
        var client = shared.Server.CreateClient();
        var api = new ApiClient(client);
        var session = await api.PostAsync("/api/v1/auth/login", new { username, password = ApiClient.Password });
        // The client keeps the cookies, as a browser does.
        await api.PostAsync(
            "/api/v1/auth/cookies",
            new { refresh_token = session.GetProperty("refresh_token").GetString() }
        );
        return (client, things);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        OwnThings things,
        Operation operation,
        string? origin,
        string? site
    )
    {
        using var request = new HttpRequestMessage(operation.Method, things.Fill(operation));
        Add(request, origin, site);
        // JSON is more than a form can send. What does not take it is asked in its own way, or would refuse for that.
        var types = operation.BodyTypes.ToList();
        var type = types.Contains("application/json") || types.Count == 0 ? "application/json" : types[0];
        request.Content = new StringContent("{}", new MediaTypeHeaderValue(type));
        return await client.SendAsync(request);
    }

    private static void Add(HttpRequestMessage request, string? origin, string? site)
    {
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        if (site is not null)
        {
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
        }
    }
}
