using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Sillage.Gateway.Tests.Kit;
using Sillage.Hosting.Descriptions;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Gateway.Tests.Forwarding;

/// <summary>Where requests go, and what becomes of them when a copy fails.</summary>
public sealed class ForwardingTests
{
    [Theory]
    [InlineData("GET", false)]
    [InlineData("PUT", false)]
    [InlineData("DELETE", false)]
    [InlineData("POST", true)]
    [InlineData("PATCH", true)]
    public async Task What_broke_off_is_sent_again_with_the_same_body(string method, bool withKey)
    {
        await using var breaking = await TestService.StartAsync("copy-000", BreaksOffAsync);
        await using var whole = await TestService.StartAsync("copy-001", EchoAsync);
        await using var gateway = await TestGateway.StartAsync(breaking, whole);

        for (var i = 0; i < 6; i++)
        {
            using var reply = await gateway.Client.SendAsync(Request(method, withKey, $"body {i}"));
            reply.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await reply.Content.ReadAsStringAsync()).ShouldBe(method == "GET" ? "" : $"body {i}");
        }

        breaking.Seen.ShouldNotBeEmpty();
        whole.Seen.Count.ShouldBe(6);
    }

    [Fact]
    public async Task What_may_have_been_done_and_has_no_key_is_not()
    {
        await using var breaking = await TestService.StartAsync("copy-000", BreaksOffAsync);
        await using var gateway = await TestGateway.StartAsync(breaking);

        using var reply = await gateway.Client.SendAsync(Request("POST", withKey: false, "body"));

        reply.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        reply.Headers.RetryAfter.ShouldNotBeNull();
        (await reply.Content.ReadAsStringAsync()).ShouldContain("Idempotency-Key");
        breaking.Seen.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_body_is_sent_once(bool isChunked)
    {
        var length = 0L;
        await using var breaking = await TestService.StartAsync(
            "copy-000",
            async context =>
            {
                var counted = new MemoryStream();
                await context.Request.Body.CopyToAsync(counted);
                length = counted.Length;
                context.Abort();
            }
        );
        await using var gateway = await TestGateway.StartAsync(breaking);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/big")
        {
            Content = new ByteArrayContent(new byte[2 * 1024 * 1024]),
        };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.Add("Idempotency-Key", "one");

        using var reply = await gateway.Client.SendAsync(request);

        reply.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        breaking.Seen.Count.ShouldBe(1);
        length.ShouldBe(2 * 1024 * 1024);
    }

    [Fact]
    public async Task A_body_may_be_as_long_as_the_service_says()
    {
        await using var service = await TestService.StartAsync("copy-000", EchoAsync);
        await using var gateway = await TestGateway.StartAsync(service);
        using var content = new ByteArrayContent(new byte[3 * 1024 * 1024]);

        using var taken = await gateway.Client.PostAsync("/big", content);
        (await taken.Content.ReadAsByteArrayAsync()).Length.ShouldBe(3 * 1024 * 1024);
        using var other = new ByteArrayContent(new byte[3 * 1024 * 1024]);
        using var refused = await gateway.Client.PostAsync("/things/1", other);
        refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task What_never_left_is_sent_elsewhere_whatever_it_is()
    {
        await using var gone = await TestService.StartAsync("copy-000", EchoAsync);
        await using var whole = await TestService.StartAsync("copy-001", EchoAsync);
        await using var gateway = await TestGateway.StartAsync(gone, whole);
        await gone.StopAsync();

        for (var i = 0; i < 10; i++)
        {
            using var reply = await gateway.Client.SendAsync(Request("POST", withKey: false, "body"));
            reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task With_nobody_left_it_is_said_and_whoever_comes_back_is_used()
    {
        await using var service = await TestService.StartAsync("copy-000", TestService.Says("here"));
        await using var gateway = await TestGateway.StartAsync(service);
        (await gateway.Client.GetStringAsync("/things/1")).ShouldBe("here");
        await service.StopAsync();

        using var away = await gateway.Client.GetAsync("/things/1");
        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        away.Headers.RetryAfter.ShouldNotBeNull();
        away.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await away.Content.ReadAsStringAsync()).ShouldContain("things");

        await service.StartAsync();
        await Eventually.HoldsAsync(async () =>
        {
            using var back = await gateway.Client.GetAsync("/things/1");
            return back.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task What_takes_too_long_is_given_up_and_not_sent_again()
    {
        await using var slow = await TestService.StartAsync(
            "copy-000",
            context => Task.Delay(Timeout.Infinite, context.RequestAborted)
        );
        await using var gateway = await TestGateway.StartAsync(
            new Dictionary<string, string?> { ["Gateway:Timeout"] = "00:00:01" },
            slow
        );

        using var reply = await gateway.Client.GetAsync("/things/1");

        reply.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await reply.Content.ReadAsStringAsync()).ShouldContain("in time");
        slow.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Clients_that_leave_count_against_nobody()
    {
        var held = new TaskCompletionSource();
        await using var service = await TestService.StartAsync(
            "copy-000",
            context => context.Request.Path == "/things/held" ? held.Task : context.Response.WriteAsync("here")
        );
        await using var gateway = await TestGateway.StartAsync(
            new Dictionary<string, string?> { ["Gateway:MostLeftOut"] = "1" },
            service
        );
        for (var i = 1; i <= 10; i++)
        {
            using var leave = new CancellationTokenSource();
            var request = gateway.Client.GetAsync("/things/held", leave.Token);
            await Eventually.HoldsAsync(() => service.Seen.Count == i);
            await leave.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(request);
        }

        (await gateway.Client.GetStringAsync("/things/1")).ShouldBe("here");
        held.SetResult();
        (await gateway.Client.GetStringAsync("/health")).ShouldContain("\"service things\":{\"status\":\"healthy\"");
    }

    [Fact]
    public async Task Answers_that_say_no_are_answers()
    {
        await using var busy = await TestService.StartAsync(
            "copy-000",
            context =>
            {
                context.Response.StatusCode = 503;
                context.Response.Headers.RetryAfter = "7";
                return context.Response.WriteAsync("busy");
            }
        );
        await using var gateway = await TestGateway.StartAsync(busy);
        for (var i = 1; i <= 10; i++)
        {
            using var reply = await gateway.Client.GetAsync("/things/1");
            (await reply.Content.ReadAsStringAsync()).ShouldBe("busy");
            reply.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
            busy.Seen.Count.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Events_come_one_by_one_and_as_they_are()
    {
        var next = new TaskCompletionSource();
        await using var service = await TestService.StartAsync(
            "copy-000",
            async context =>
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("data: 1\n\n");
                await next.Task;
                await context.Response.WriteAsync("data: 2\n\n");
            }
        );
        await using var gateway = await TestGateway.StartAsync(service);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/streams/1");
        request.Headers.Add("Accept-Encoding", "gzip, br");

        using var reply = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        reply.Content.Headers.ContentEncoding.ShouldBeEmpty();
        using var reader = new StreamReader(await reply.Content.ReadAsStreamAsync());
        // The second is written only once the first is here.
        (await reader.ReadLineAsync()).ShouldBe("data: 1");
        next.SetResult();
        await reader.ReadLineAsync();
        (await reader.ReadLineAsync()).ShouldBe("data: 2");
    }

    [Fact]
    public async Task A_WebSocket_goes_through()
    {
        await using var service = await TestService.StartAsync("copy-000", EchoSocketAsync);
        await using var gateway = await TestGateway.StartAsync(service);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(
            new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/streams/socket" }.Uri,
            CancellationToken.None
        );
        var buffer = new byte[100];
        foreach (var text in new[] { "one", "two" })
        {
            await socket.SendAsync(
                Encoding.UTF8.GetBytes(text),
                WebSocketMessageType.Text,
                true,
                CancellationToken.None
            );
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe(text);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    [Fact]
    public async Task What_goes_on_from_an_answer_goes_to_the_copy_that_gave_it()
    {
        await using var one = await TestService.StartAsync("copy-000", TestService.Says("0"));
        await using var two = await TestService.StartAsync("copy-001", TestService.Says("1"));
        await using var gateway = await TestGateway.StartAsync(one, two);
        for (var i = 0; i < 10; i++)
        {
            (await gateway.Client.GetStringAsync("/sticky?sid=copy-000abcdef")).ShouldBe("0");
            (await gateway.Client.GetStringAsync("/sticky?sid=copy-001abcdef")).ShouldBe("1");
        }

        // Whoever is gone has no session any more, and somebody has to say so.
        await two.StopAsync();
        await Eventually.HoldsAsync(async () =>
            await gateway.Client.GetStringAsync("/sticky?sid=copy-001abcdef") == "0"
        );
    }

    [Fact]
    public async Task What_both_say_is_said_once()
    {
        await using var service = await TestService.StartAsync(
            "copy-000",
            context =>
            {
                context.Response.Headers.XContentTypeOptions = "nosniff";
                context.Response.Headers.ContentSecurityPolicy = "of the service";
                context.Response.Headers["RateLimit"] = "of the service";
                return context.Response.WriteAsync("");
            }
        );
        await using var gateway = await TestGateway.StartAsync(
            new Dictionary<string, string?> { ["Limits:RateLimits:Enabled"] = "true" },
            service
        );

        using var reply = await gateway.Client.GetAsync("/things/1");

        reply.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        reply.Headers.GetValues("Content-Security-Policy").ShouldBe(["of the service"]);
        reply.Headers.GetValues("RateLimit").ShouldHaveSingleItem().ShouldStartWith("\"address\"");
    }

    [Fact]
    public async Task A_service_gets_so_many_requests_at_once()
    {
        var held = new TaskCompletionSource();
        await using var service = await TestService.StartAsync(
            "copy-000",
            async context =>
            {
                await held.Task;
                await context.Response.WriteAsync("here");
            }
        );
        await using var gateway = await TestGateway.StartAsync(
            new Dictionary<string, string?> { ["Gateway:Services:things:Parallel"] = "2" },
            service
        );
        var first = new[] { gateway.Client.GetStringAsync("/things/1"), gateway.Client.GetStringAsync("/things/2") };
        await Eventually.HoldsAsync(() => service.Seen.Count == 2);

        using var third = await gateway.Client.GetAsync("/things/3");
        third.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        third.Headers.RetryAfter.ShouldNotBeNull();
        held.SetResult();
        (await Task.WhenAll(first)).ShouldBe(["here", "here"]);
    }

    [Fact]
    public async Task What_is_told_anew_is_answered_anew()
    {
        await using var old = await TestService.StartAsync("copy-000", TestService.Says("here"));
        await using var gateway = await TestGateway.StartAsync(old);
        using var absent = await gateway.Client.GetAsync("/added");
        absent.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await old.StopAsync();

        await using var newer = await TestService.StartAsync(
            "copy-new",
            TestService.Says("new"),
            old.Address,
            new ServiceRoute("/added", ["GET"]) { IsPublic = true }
        );
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await gateway.Client.GetAsync("/added");
            return reply.StatusCode == HttpStatusCode.OK;
        });
        (await gateway.Client.GetStringAsync("/things/1")).ShouldBe("new");
    }

    private static HttpRequestMessage Request(string method, bool withKey, string body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "/things/1");
        if (method != "GET")
        {
            // Of no stated length, as many programs send it.
            request.Content = new StringContent(body);
            request.Headers.TransferEncodingChunked = withKey;
        }

        if (withKey)
        {
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        }

        return request;
    }

    private static async Task BreaksOffAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Abort();
    }

    private static Task EchoAsync(HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body);

    private static async Task EchoSocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer.AsMemory(), default) is { MessageType: WebSocketMessageType.Text } got)
        {
            await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, true, default);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }
}
