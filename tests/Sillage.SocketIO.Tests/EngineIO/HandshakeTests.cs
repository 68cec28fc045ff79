using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Sillage.SocketIO.EngineIO;
using Xunit;

namespace Sillage.SocketIO.Tests.EngineIO;

public class HandshakeTests
{
    private static readonly string[] Keys = ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"];

    [Fact]
    public async Task A_polling_handshake_has_exactly_the_five_fields()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        client.Handshake.EnumerateObject().Select(p => p.Name).ShouldBe(Keys);
        client.Handshake.GetProperty("upgrades").GetRawText().ShouldBe("""["websocket"]""");
        client.Handshake.GetProperty("pingInterval").GetInt32().ShouldBe(25_000);
        client.Handshake.GetProperty("pingTimeout").GetInt32().ShouldBe(20_000);
        client.Handshake.GetProperty("maxPayload").GetInt32().ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_websocket_handshake_offers_no_upgrade()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        var handshake = JsonDocument.Parse((await client.TextAsync())[1..]).RootElement;
        handshake.EnumerateObject().Select(p => p.Name).ShouldBe(Keys);
        handshake.GetProperty("upgrades").GetRawText().ShouldBe("[]");
    }

    [Theory]
    [InlineData("GET", "?transport=polling", 400, 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=abc&transport=polling", 400, 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=3&transport=polling", 400, 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=4", 400, 0, "Transport unknown")]
    [InlineData("GET", "?EIO=4&transport=abc", 400, 0, "Transport unknown")]
    [InlineData("GET", "?EIO=4&transport=polling&sid=nobody", 400, 1, "Session ID unknown")]
    [InlineData("POST", "?EIO=4&transport=polling", 400, 2, "Bad handshake method")]
    [InlineData("PUT", "?EIO=4&transport=polling", 400, 2, "Bad handshake method")]
    [InlineData("GET", "?EIO=4&transport=websocket", 400, 3, "Bad request")]
    public async Task A_bad_request_is_refused_in_the_protocols_words(
        string method,
        string query,
        int status,
        int code,
        string message
    )
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/engine.io/" + query);
        using var response = await server.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldBe($$"""{"code":{{code}},"message":"{{message}}"}""");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Theory]
    [InlineData("?transport=websocket")]
    [InlineData("?EIO=3&transport=websocket")]
    [InlineData("?EIO=4&transport=abc")]
    [InlineData("?EIO=4&transport=polling")]
    [InlineData("?EIO=4&transport=websocket&sid=nobody")]
    public async Task A_bad_websocket_is_refused_before_it_opens(string query)
    {
        await using var server = await TestServer.StartAsync();
        var e = await Should.ThrowAsync<System.Net.WebSockets.WebSocketException>(() =>
            WebSocketClient.ConnectAsync(server.Address, "/engine.io/" + query)
        );
        e.Message.ShouldContain("400");
    }

    [Fact]
    public async Task A_path_with_and_without_its_slash_is_the_same()
    {
        await using var server = await TestServer.StartAsync();
        (await server.Http.GetStringAsync("/engine.io?EIO=4&transport=polling")).ShouldStartWith("0{");
    }

    [Fact]
    public async Task Polling_is_refused_where_only_websocket_is_served()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.Transports = EngineTransports.WebSocket);
        using var response = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling");
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"code":0,"message":"Transport unknown"}""");
        using var inDisguise = await server.Http.GetAsync("/engine.io/?EIO=4&transport=websocket&sid=");
        (await inDisguise.Content.ReadAsStringAsync()).ShouldBe("""{"code":3,"message":"Bad request"}""");
        await using var client = await server.WebSocketAsync();
        (await client.TextAsync()).ShouldStartWith("0{");
    }

    [Fact]
    public async Task A_cookie_carries_the_session_when_it_is_asked_for()
    {
        await using var server = await TestServer.StartAsync(engine: o =>
            o.Cookie = new CookieBuilder { HttpOnly = true, SameSite = SameSiteMode.Lax }
        );
        using var response = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling");
        var sid = JsonDocument.Parse((await response.Content.ReadAsStringAsync())[1..]).RootElement.GetProperty("sid");
        response
            .Headers.GetValues("Set-Cookie")
            .Single()
            .ShouldBe($"io={sid.GetString()}; path=/; samesite=lax; httponly");
    }

    [Fact]
    public async Task Pages_of_other_origins_are_let_in_by_the_policy_only()
    {
        await using var server = await TestServer.StartAsync(engine: o =>
            o.Cors = new CorsPolicyBuilder("https://game.example").AllowCredentials().AllowAnyMethod().Build()
        );
        (await Ask("https://game.example")).ShouldBe((HttpStatusCode.OK, "https://game.example"));
        (await Ask("https://other.example")).ShouldBe((HttpStatusCode.Forbidden, null));
        (await Ask(server.Address)).Status.ShouldBe(HttpStatusCode.OK);

        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/engine.io/?EIO=4&transport=polling");
        preflight.Headers.Add("Origin", "https://game.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await server.Http.SendAsync(preflight);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Headers.GetValues("Access-Control-Allow-Credentials").ShouldBe(["true"]);

        async Task<(HttpStatusCode Status, string? Allowed)> Ask(string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/engine.io/?EIO=4&transport=polling");
            request.Headers.Add("Origin", origin);
            using var response = await server.Http.SendAsync(request);
            return (
                response.StatusCode,
                response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null
            );
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_may_not_open_a_websocket_unasked()
    {
        await using var server = await TestServer.StartAsync();
        var e = await Should.ThrowAsync<System.Net.WebSockets.WebSocketException>(() =>
            WebSocketClient.ConnectAsync(
                server.Address,
                "/engine.io/?EIO=4&transport=websocket",
                s => s.Options.SetRequestHeader("Origin", "https://other.example")
            )
        );
        e.Message.ShouldContain("403");
    }

    [Fact]
    public async Task An_old_client_is_told_in_its_own_protocol_what_to_install()
    {
        await using var server = await TestServer.StartAsync();
        var polled = await server.Http.GetStringAsync("/socket.io/?EIO=3&transport=polling");
        var packets = new List<string>();
        while (polled.Length > 0)
        {
            var colon = polled.IndexOf(':', StringComparison.Ordinal);
            var length = int.Parse(polled[..colon], CultureInfo.InvariantCulture);
            packets.Add(polled.Substring(colon + 1, length));
            polled = polled[(colon + 1 + length)..];
        }

        packets.Count.ShouldBe(3);
        packets[0].ShouldStartWith("0{\"sid\":");
        packets[1].ShouldStartWith("44\"");
        packets[1].ShouldContain("install socket.io-client 3 or later");
        packets[2].ShouldBe("1");

        await using var webSocket = await WebSocketClient.ConnectAsync(
            server.Address,
            "/socket.io/?EIO=3&transport=websocket"
        );
        (await webSocket.TextAsync()).ShouldStartWith("0{\"sid\":");
        (await webSocket.TextAsync()).ShouldBe(packets[1]);
        (await webSocket.TextAsync()).ShouldBe("1");
        (await webSocket.NextAsync()).ShouldBeNull();
    }
}
