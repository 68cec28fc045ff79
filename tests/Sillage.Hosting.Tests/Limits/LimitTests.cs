using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Limits;

public sealed class LimitTests
{
    private const string Root = "/api/v1/playground";

    [Fact]
    public async Task A_body_too_large_is_413_with_the_limit()
    {
        await using var server = await StartAsync([]);

        foreach (var (path, limit) in new[] { ("/boats", 1048576), ("/large", 4096) })
        {
            using var reply = await server.Client.PostAsync(
                Root + path,
                new StringContent(new string(' ', limit + 1), Encoding.UTF8, "application/json")
            );
            ((int)reply.StatusCode).ShouldBe(413);
            reply.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            (await reply.Content.ReadAsStringAsync()).ShouldContain($"{limit} bytes");
        }
    }

    [Fact]
    public async Task Headers_too_large_are_431()
    {
        await using var server = await StartAsync([]);
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + "/nothing");
        request.Headers.TryAddWithoutValidation("X-Large", new string('x', 40_000));
        using var reply = await server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(431);
    }

    [Fact]
    public async Task A_handler_that_takes_too_long_is_503_and_a_stream_goes_on()
    {
        await using var server = await StartAsync(new() { ["Limits:Handler"] = "00:00:01" });

        using var slow = await server.Client.GetAsync(Root + "/slow");
        ((int)slow.StatusCode).ShouldBe(503);
        slow.Headers.RetryAfter.ShouldNotBeNull();

        using var stream = await server.Client.GetAsync(Root + "/stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        var until = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(until) < TimeSpan.FromSeconds(2))
        {
            (await reader.ReadLineAsync()).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Slow_headers_are_cut_off()
    {
        await using var server = await StartAsync(new() { ["Limits:HeaderTimeout"] = "00:00:01" });
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray());
        using var reader = new StreamReader(stream);

        (await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20))).ShouldContain("408");
    }

    [Fact]
    public async Task Too_many_requests_of_an_account_are_429_with_the_time_to_wait()
    {
        await using var server = await StartAsync(
            new()
            {
                ["Limits:RateLimits:Enabled"] = "true",
                ["Limits:RateLimits:Account:Burst"] = "3",
                ["Limits:RateLimits:Account:PerSecond"] = "0.1",
            }
        );

        for (var i = 3; i > 0; i--)
        {
            using var reply = await GetAsync(server, "/administration", "alice");
            ((int)reply.StatusCode).ShouldBe(200);
            reply.Headers.GetValues("RateLimit-Policy").Single().ShouldBe("\"account\";q=3;w=30");
            reply.Headers.GetValues("RateLimit").Single().ShouldStartWith($"\"account\";r={i - 1};t=");
        }

        using var refused = await GetAsync(server, "/administration", "alice");
        ((int)refused.StatusCode).ShouldBe(429);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(8, 10);
        using var other = await GetAsync(server, "/things", "bob");
        ((int)other.StatusCode).ShouldBe(200);
        using var health = await GetAsync(server, "/../../../health", null);
        ((int)health.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task Logins_are_counted_by_address()
    {
        await using var server = await StartAsync(
            new()
            {
                ["Limits:RateLimits:Enabled"] = "true",
                ["Limits:RateLimits:Login:Burst"] = "2",
                ["Limits:RateLimits:Login:PerSecond"] = "0.1",
            }
        );
        foreach (var expected in new[] { 200, 200, 429 })
        {
            using var login = await LoginAsync(server);
            ((int)login.StatusCode).ShouldBe(expected);
        }

        using var anonymous = await GetAsync(server, "/nothing", null);
        ((int)anonymous.StatusCode).ShouldBe(204);
        anonymous.Headers.GetValues("RateLimit-Policy").Single().ShouldBe("\"address\";q=1500;w=5");
    }

    [Fact]
    public async Task Who_is_refused_is_counted_with_strangers_and_who_is_known_goes_on()
    {
        await using var server = await StartAsync(
            new()
            {
                ["Limits:RateLimits:Enabled"] = "true",
                ["Limits:RateLimits:Address:Burst"] = "3",
                ["Limits:RateLimits:Address:PerSecond"] = "0.1",
            }
        );
        // Whether the route asks for a credential, looks at none, or is not there.
        foreach (
            var (path, expected) in new[] { ("/things", 401), ("/nothing", 401), ("/nowhere", 404), ("/things", 429) }
        )
        {
            using var wrong = await GetAsync(server, path, "guess");
            ((int)wrong.StatusCode).ShouldBe(expected, path);
        }

        using var nowhere = await GetAsync(server, "/nowhere", "bob");
        ((int)nowhere.StatusCode).ShouldBe(429);
        using var anonymous = await GetAsync(server, "/nothing", null);
        ((int)anonymous.StatusCode).ShouldBe(429);
        using var health = await GetAsync(server, "/../../../health", "guess");
        ((int)health.StatusCode).ShouldBe(200);
        using var known = await GetAsync(server, "/things", "bob");
        ((int)known.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task A_classroom_behind_one_address_passes()
    {
        await using var server = await StartAsync(new() { ["Limits:RateLimits:Enabled"] = "true" });

        // A hundred log in at once, and each sends ten traces as fast as can be.
        for (var i = 0; i < 100; i++)
        {
            using var login = await LoginAsync(server);
            ((int)login.StatusCode).ShouldBe(200);
        }

        for (var i = 0; i < 1000; i++)
        {
            using var reply = await GetAsync(server, "/nothing", null);
            ((int)reply.StatusCode).ShouldBe(204);
        }
    }

    [Fact]
    public void A_bucket_fills_again_steadily()
    {
        var clock = new FakeTimeProvider();
        var buckets = new RateBuckets<int>("test", new BucketOptions { Burst = 5, PerSecond = 2 }, clock);

        Enumerable.Range(0, 5).Select(_ => buckets.Take(1).IsTaken).ShouldAllBe(taken => taken);
        var refused = buckets.Take(1);
        refused.IsTaken.ShouldBeFalse();
        refused.Remaining.ShouldBe(0);
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5), TimeSpan.FromMilliseconds(1));
        refused.Reset.ShouldBe(TimeSpan.FromSeconds(2.5), TimeSpan.FromMilliseconds(1));
        buckets.Take(1, 0).IsTaken.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.5));
        buckets.Take(1, 0).IsTaken.ShouldBeTrue();
        buckets.Take(1).IsTaken.ShouldBeTrue();
        buckets.Take(1).IsTaken.ShouldBeFalse();
        clock.Advance(TimeSpan.FromHours(1));
        buckets.Take(1).Remaining.ShouldBe(4);
    }

    [Fact]
    public void Memory_stays_bounded_however_many_addresses_there_are()
    {
        var clock = new FakeTimeProvider();
        var buckets = new RateBuckets<int>("test", new BucketOptions { Burst = 5, PerSecond = 1 }, clock);
        for (var i = 0; i < RateBuckets<int>.MostKeys + 1000; i++)
        {
            buckets.Take(i);
        }

        buckets.Count.ShouldBe(RateBuckets<int>.MostKeys);
        buckets.Take(int.MaxValue).IsTaken.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(10));
        buckets.Take(-1).IsTaken.ShouldBeTrue();
        buckets.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Threads_take_no_more_than_there_is()
    {
        var buckets = new RateBuckets<int>(
            "test",
            new BucketOptions { Burst = 1000, PerSecond = 0.001 },
            new FakeTimeProvider()
        );
        var taken = 0;
        await Parallel.ForAsync(
            0,
            5000,
            (_, _) =>
            {
                if (buckets.Take(1).IsTaken)
                {
                    Interlocked.Increment(ref taken);
                }

                return ValueTask.CompletedTask;
            }
        );

        taken.ShouldBe(1000);
    }

    [Fact]
    public void An_IPv6_customer_is_one_network()
    {
        Key("2001:db8:1:2::1").ShouldBe(Key("2001:db8:1:2:ffff::9"));
        Key("2001:db8:1:2::1").ShouldNotBe(Key("2001:db8:1:3::1"));
        Key("::ffff:192.0.2.1").ShouldBe(Key("192.0.2.1"));
        Key("192.0.2.1").ShouldNotBe(Key("192.0.2.2"));

        static AddressKey Key(string text) => AddressKey.Of(IPAddress.Parse(text));
    }

    private static Task<SillageServer> StartAsync(Dictionary<string, string?> settings) =>
        SillageServer.StartAsync([new PlaygroundModule()], settings);

    private static async Task<HttpResponseMessage> GetAsync(SillageServer server, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await server.Client.SendAsync(request);
    }

    private static Task<HttpResponseMessage> LoginAsync(SillageServer server) =>
        server.Client.PostAsync(
            Root + "/login",
            new StringContent("""{"name":"player-1"}""", Encoding.UTF8, "application/json")
        );
}
