using System.Net.WebSockets;
using Shouldly;
using Xunit;

namespace Sillage.SocketIO.Tests.EngineIO;

public class UpgradeTests
{
    [Fact]
    public async Task A_session_moves_from_polling_to_a_websocket()
    {
        await using var server = await TestServer.StartAsync();
        var (polling, webSocket) = await ProbedAsync(server);
        await using var _ = webSocket;
        (await polling.PollAsync()).ShouldBe("6");
        await webSocket.SendAsync("5");
        await webSocket.ShouldEchoAsync("4hello");
    }

    [Fact]
    public async Task Every_parked_poll_is_answered_a_noop_and_none_reaches_the_websocket()
    {
        await using var server = await TestServer.StartAsync();
        var polling = await server.PollingAsync();
        var parked = polling.PollAsync();
        await Task.Delay(100);
        await using var webSocket = await server.WebSocketAsync(query: "&sid=" + polling.Sid);
        await webSocket.SendAsync("2probe");
        (await webSocket.TextAsync()).ShouldBe("3probe");
        (await parked).ShouldBe("6");
        for (var i = 0; i < 3; i++)
        {
            (await polling.PollAsync()).ShouldBe("6");
        }

        (await Task.WhenAll(polling.PollAsync(), polling.PollAsync(), polling.PollAsync())).ShouldBe(["6", "6", "6"]);
        await webSocket.SendAsync("5");
        await webSocket.ShouldEchoAsync("4hello");
    }

    [Fact]
    public async Task A_poll_that_was_parked_is_let_go_although_the_upgrade_is_completed_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var polling = await server.PollingAsync();
        var parked = polling.PollAsync();
        await Task.Delay(100);
        await using var webSocket = await server.WebSocketAsync(query: "&sid=" + polling.Sid);
        await webSocket.SendAsync("2probe");
        await webSocket.SendAsync("5");
        (await parked).ShouldBe("6");
        (await webSocket.TextAsync()).ShouldBe("3probe");
        await webSocket.ShouldEchoAsync("4hello");
    }

    [Fact]
    public async Task A_poll_that_follows_the_completed_upgrade_is_refused_even_if_it_is_read_first()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            var polling = await server.PollingAsync();
            await using var webSocket = await server.WebSocketAsync(query: "&sid=" + polling.Sid);
            await webSocket.SendAsync("2probe");
            await webSocket.SendAsync("5");
            (await polling.TryPollAsync()).ShouldBe((400, """{"code":3,"message":"Bad request"}"""));
            (await webSocket.TextAsync()).ShouldBe("3probe");
            await webSocket.ShouldEchoAsync("4hello");
        }
    }

    [Fact]
    public async Task What_was_sent_during_the_probe_is_not_lost()
    {
        await using var server = await TestServer.StartAsync();
        var (polling, webSocket) = await ProbedAsync(server);
        await using var _ = webSocket;
        await polling.PostOkAsync("4one\u001e4two");
        await webSocket.SendAsync("5");
        (await webSocket.TextAsync()).ShouldBe("4one");
        (await webSocket.TextAsync()).ShouldBe("4two");
    }

    [Fact]
    public async Task After_the_upgrade_polling_is_refused_and_the_session_lives()
    {
        await using var server = await TestServer.StartAsync();
        var (polling, webSocket) = await ProbedAsync(server);
        await using var _ = webSocket;
        await webSocket.SendAsync("5");
        await webSocket.ShouldEchoAsync("4moved");
        (await polling.TryPollAsync()).ShouldBe((400, """{"code":3,"message":"Bad request"}"""));
        (await polling.PostAsync("4x")).ShouldBe((400, """{"code":3,"message":"Bad request"}"""));
        await webSocket.ShouldEchoAsync("4hello");
    }

    [Fact]
    public async Task A_second_websocket_of_a_session_is_accepted_and_closed_and_the_session_lives()
    {
        await using var server = await TestServer.StartAsync();
        var (polling, webSocket) = await ProbedAsync(server);
        await using var _ = webSocket;
        await ClosedAtOnceAsync();
        await webSocket.SendAsync("5");
        await webSocket.ShouldEchoAsync("4moved");
        await ClosedAtOnceAsync();
        await webSocket.ShouldEchoAsync("4hello");

        async Task ClosedAtOnceAsync()
        {
            await using var second = await server.WebSocketAsync(query: "&sid=" + polling.Sid);
            (await second.NextAsync()).ShouldBeNull();
            second.Socket.State.ShouldBe(WebSocketState.CloseReceived);
        }
    }

    [Theory]
    [InlineData("2other")]
    [InlineData("4hello")]
    [InlineData("5")]
    public async Task A_probe_that_is_none_leaves_the_session_where_it_was(string first)
    {
        await using var server = await TestServer.StartAsync();
        var polling = await server.PollingAsync();
        await using (var webSocket = await server.WebSocketAsync(query: "&sid=" + polling.Sid))
        {
            await webSocket.SendAsync(first);
            await webSocket.ClosedAsync();
        }

        await polling.PostOkAsync("4still polling");
        (await polling.PollAsync()).ShouldBe("4still polling");
        var again = await server.WebSocketAsync(query: "&sid=" + polling.Sid);
        await again.SendAsync("2probe");
        (await again.TextAsync()).ShouldBe("3probe");
        await again.DisposeAsync();
    }

    [Fact]
    public async Task An_upgrade_that_is_not_completed_in_time_is_given_up()
    {
        await using var server = await TestServer.StartAsync(engine: o =>
            o.UpgradeTimeout = TimeSpan.FromMilliseconds(200)
        );
        var (polling, webSocket) = await ProbedAsync(server);
        await using var _ = webSocket;
        await webSocket.ClosedAsync();
        await polling.PostOkAsync("4still polling");
        (await polling.PollAsync()).ShouldBe("4still polling");
    }

    [Fact]
    public async Task Upgrades_can_be_switched_off()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.AllowUpgrades = false);
        var polling = await server.PollingAsync();
        polling.Handshake.GetProperty("upgrades").GetArrayLength().ShouldBe(0);
        await Should.ThrowAsync<WebSocketException>(() => server.WebSocketAsync(query: "&sid=" + polling.Sid));
    }

    private static async Task<(PollingClient, WebSocketClient)> ProbedAsync(TestServer server)
    {
        var polling = await server.PollingAsync();
        var webSocket = await server.WebSocketAsync(query: "&sid=" + polling.Sid);
        await webSocket.SendAsync("2probe");
        (await webSocket.TextAsync()).ShouldBe("3probe");
        return (polling, webSocket);
    }
}
