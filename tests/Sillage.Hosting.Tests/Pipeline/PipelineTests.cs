using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Pipeline;

public sealed class PipelineTests(PlaygroundFixture playground)
{
    private const string Nothing = "/api/v1/playground/nothing";

    [Theory]
    [InlineData(Nothing)]
    [InlineData("/api/v1/absent")]
    [InlineData("/health")]
    public async Task Every_reply_keeps_browsers_from_misreading_it(string path)
    {
        using var reply = await playground.Server.Client.GetAsync(path);

        reply.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        reply.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        reply.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
        reply.Headers.Server.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_origins_are_closed_out_by_default()
    {
        using var reply = await PreflightAsync(playground.Server, "https://game.example.org");

        reply.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("https://game.example.org", true)]
    [InlineData("https://game.example.org.evil.example", false)]
    [InlineData("http://game.example.org", false)]
    [InlineData("null", false)]
    public async Task An_origin_on_the_list_is_let_in(string origin, bool allowed)
    {
        await using var server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?> { ["Cors:Origins:0"] = "https://game.example.org" }
        );
        using var preflight = await PreflightAsync(server, origin);
        using var request = new HttpRequestMessage(HttpMethod.Get, Nothing);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var reply = await server.Client.SendAsync(request);

        foreach (var headers in new[] { preflight.Headers, reply.Headers })
        {
            headers.Contains("Access-Control-Allow-Origin").ShouldBe(allowed);
            headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        }

        reply.Headers.Contains("Access-Control-Expose-Headers").ShouldBe(allowed);
    }

    [Theory]
    [InlineData("https://game.example.org", true)]
    [InlineData("https://evil.example", false)]
    public async Task Cookies_go_with_origins_that_are_named_where_that_is_on(string origin, bool allowed)
    {
        await using var server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?>
            {
                ["Cors:Origins:0"] = "https://game.example.org",
                ["Cors:Credentials"] = "true",
            }
        );
        using var preflight = await PreflightAsync(server, origin);

        preflight.Headers.Contains("Access-Control-Allow-Credentials").ShouldBe(allowed);
    }

    [Theory]
    [InlineData("/console")]
    [InlineData("/console/server/anything")]
    [InlineData("/console/assets/kit.js")]
    public async Task A_page_runs_what_is_from_here_only_and_in_no_frame(string path)
    {
        using var reply = await playground.Server.Client.GetAsync(path);

        reply.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        var policy = reply.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("require-trusted-types-for 'script'");
        policy.ShouldNotContain("unsafe");
        reply.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
        reply.Headers.CacheControl!.NoCache.ShouldBeTrue();
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.TryAddWithoutValidation("If-None-Match", reply.Headers.ETag!.Tag);
        using var unchanged = await playground.Server.Client.SendAsync(again);
        unchanged.StatusCode.ShouldBe(System.Net.HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("/console/studies")]
    [InlineData("/console/assets/studies.js")]
    [InlineData("/console/assets/index.html")]
    public async Task A_page_of_a_module_that_is_not_here_is_nothing(string path)
    {
        using var reply = await playground.Server.Client.GetAsync(path);

        reply.StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("127.0.0.1", 2)]
    [InlineData("10.0.0.0/8", 1)]
    public async Task A_forwarded_address_counts_only_from_a_proxy_that_is_named(string? trusted, int others)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Limits:RateLimits:Enabled"] = "true",
            ["Limits:RateLimits:Address:Burst"] = "1",
            ["Limits:RateLimits:Address:PerSecond"] = "0.01",
        };
        if (trusted is not null)
        {
            settings["Proxies:Trusted:0"] = trusted;
        }

        await using var server = await SillageServer.StartAsync([new PlaygroundModule()], settings);
        var passed = 0;
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Nothing);
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
            using var reply = await server.Client.SendAsync(request);
            passed += reply.IsSuccessStatusCode ? 1 : 0;
        }

        passed.ShouldBe(others);
    }

    [Theory]
    [InlineData(null, "example.net", "localhost")]
    [InlineData("traces.example.org", "example.net", "localhost")]
    [InlineData("traces.example.org", "traces.example.org", "traces.example.org")]
    [InlineData("*.example.org", "traces.example.org", "traces.example.org")]
    public async Task A_forwarded_name_counts_only_if_it_is_one_of_ours(string? known, string sent, string told)
    {
        var settings = new Dictionary<string, string?> { ["Proxies:Trusted:0"] = "127.0.0.1" };
        if (known is not null)
        {
            settings["Proxies:Hosts:0"] = known;
        }

        await using var server = await SillageServer.StartAsync([new PlaygroundModule()], settings);
        using var request = new HttpRequestMessage(HttpMethod.Get, Nothing.Replace("nothing", "address"));
        request.Headers.Host = "localhost";
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "192.0.2.1");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", sent);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", "/elsewhere");
        using var reply = await server.Client.SendAsync(request);
        (await reply.Content.ReadAsStringAsync()).ShouldBe($"\"{told}\"");
    }

    private static async Task<HttpResponseMessage> PreflightAsync(SillageServer server, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Nothing);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "GET");
        return await server.Client.SendAsync(request);
    }
}
