using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Sillage.Gateway.Tests.Kit;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Gateway.Tests.Entry;

/// <summary>What a service gets to see of a request, and what never reaches it.</summary>
public sealed class EntryTests
{
    [Fact]
    public async Task A_service_sees_what_the_gateway_says_of_a_client_and_nothing_forged()
    {
        HeaderDictionary? seen = null;
        await using var service = await TestService.StartAsync(
            "copy-000",
            context =>
            {
                seen = new HeaderDictionary(context.Request.Headers.ToDictionary());
                return context.Response.WriteAsync("seen");
            }
        );
        await using var gateway = await TestGateway.StartAsync(service);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/things/1");
        request.Headers.Host = "traces.example.org";
        foreach (
            var (name, value) in new[]
            {
                ("X-Forwarded-For", "6.6.6.6"),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "evil.example.org"),
                ("X-Forwarded-Prefix", "/evil"),
                ("Forwarded", "for=6.6.6.6"),
                ("X-User-Id", "admin"),
                ("Sillage-Caller", "admin"),
                ("X-Dropped", "1"),
                ("X-Kept", "1"),
                ("Connection", "X-Dropped"),
            }
        )
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var reply = await gateway.Client.SendAsync(request);

        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        seen.ShouldNotBeNull();
        seen["X-Forwarded-For"].ToString().ShouldBe("127.0.0.1");
        seen["X-Forwarded-Proto"].ToString().ShouldBe("http");
        seen["Host"].ToString().ShouldBe("traces.example.org");
        seen["X-Kept"].ToString().ShouldBe("1");
        foreach (
            var name in new[]
            {
                "X-Forwarded-Host",
                "X-Forwarded-Prefix",
                "Forwarded",
                "X-User-Id",
                "Sillage-Caller",
                "X-Dropped",
            }
        )
        {
            seen.ContainsKey(name).ShouldBeFalse(name);
        }
    }

    [Theory]
    [InlineData("/things%2f1")]
    [InlineData("/things/%5c1")]
    [InlineData("/things/1;v=2")]
    [InlineData("//things/1")]
    [InlineData("/x/../things/1")]
    [InlineData("/x/%2e%2e/things/1")]
    public async Task What_may_mean_two_things_is_refused_before_it_goes_anywhere(string target)
    {
        await using var service = await TestService.StartAsync("copy-000", TestService.Says("seen"));
        await using var gateway = await TestGateway.StartAsync(service);

        var reply = await SendAsync(gateway.Address, $"GET {target} HTTP/1.1\nHost: a\nConnection: close");

        reply.ShouldStartWith("HTTP/1.1 400");
        reply.ShouldContain("application/problem+json");
        service.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_lengths_of_one_body_are_refused()
    {
        await using var service = await TestService.StartAsync("copy-000", TestService.Says("seen"));
        await using var gateway = await TestGateway.StartAsync(service);
        string[] smuggled =
        [
            "Content-Length: 5\nContent-Length: 6",
            "Content-Length: +5",
            "Transfer-Encoding: chunked, identity",
        ];
        foreach (var headers in smuggled)
        {
            var reply = await SendAsync(gateway.Address, $"POST /things HTTP/1.1\nHost: a\n{headers}\n\nGET /mine");
            reply.ShouldStartWith("HTTP/1.1 4", customMessage: headers);
        }

        service.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_not_known_does_not_get_to_what_is_not_for_all()
    {
        await using var service = await TestService.StartAsync("copy-000", TestService.Says("seen"));
        await using var gateway = await TestGateway.StartAsync(service);

        using var stranger = await gateway.Client.GetAsync("/mine");
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var forged = new HttpRequestMessage(HttpMethod.Get, "/things/1");
        forged.Headers.Add("Authorization", "Bearer eyJmb3JnZWQ");
        using var refused = await gateway.Client.SendAsync(forged);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        service.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_that_was_never_heard_of_is_away_and_not_absent()
    {
        await using var service = await TestService.StartAsync("copy-000", TestService.Says("seen"));
        await service.StopAsync();
        await using var gateway = await TestGateway.StartAsync(service);

        using var away = await gateway.Client.GetAsync("/things/1");
        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        away.Headers.RetryAfter.ShouldNotBeNull();

        await service.StartAsync();
        await Eventually.HoldsAsync(async () =>
        {
            using var there = await gateway.Client.GetAsync("/things/1");
            return there.StatusCode == HttpStatusCode.OK;
        });
        using var absent = await gateway.Client.GetAsync("/absent");
        absent.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<string> SendAsync(Uri server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var text = request.ReplaceLineEndings("\r\n") + "\r\n\r\n";
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
