using System.Diagnostics;
using Shouldly;
using Sillage.SocketIO.EngineIO;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests.EngineIO;

public class HeartbeatTests
{
    [Fact]
    public async Task A_websocket_is_pinged_and_lives_while_it_answers()
    {
        await using var server = await TestServer.StartAsync(engine: Patient);
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        for (var i = 0; i < 4; i++)
        {
            (await client.TextAsync()).ShouldBe("2");
            await client.SendAsync("3");
        }

        await client.ShouldEchoAsync("4alive");
    }

    [Fact]
    public async Task A_websocket_that_does_not_answer_is_closed()
    {
        await using var server = await TestServer.StartAsync(engine: Fast);
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        var clock = Stopwatch.StartNew();
        (await client.ClosedAsync()).Why.ShouldBe("no pong in time");
        clock.ElapsedMilliseconds.ShouldBeInRange(400, 1500);
    }

    [Fact]
    public async Task A_poll_is_answered_by_the_ping()
    {
        await using var server = await TestServer.StartAsync(engine: Patient);
        var client = await server.PollingAsync();
        for (var i = 0; i < 3; i++)
        {
            (await client.PollAsync()).ShouldBe("2");
            await client.PostOkAsync("3");
        }
    }

    [Fact]
    public async Task An_abandoned_session_is_gone_to_the_millisecond_however_coarse_the_timer_is()
    {
        await using var server = await TestServer.StartAsync(engine: Fast);
        for (var i = 0; i < 5; i++)
        {
            var client = await server.PollingAsync();
            await Eventually.HasPassedAsync(TimeSpan.FromMilliseconds(501));
            (await client.TryPollAsync()).ShouldBe((400, """{"code":1,"message":"Session ID unknown"}"""));
        }
    }

    [Fact]
    public async Task Abandoned_sessions_are_reaped_without_anyone_asking()
    {
        await using var server = await TestServer.StartAsync(options: Fast);
        for (var i = 0; i < 20; i++)
        {
            await server.PollingAsync("/socket.io/");
        }

        server.SocketIO.ConnectionCount.ShouldBe(20);
        await Eventually.HoldsAsync(() => server.SocketIO.ConnectionCount == 0, "all are reaped");
    }

    [Fact]
    public async Task A_client_that_is_busy_uploading_is_given_its_time_once_more()
    {
        await using var server = await TestServer.StartAsync(engine: Patient);
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        (await client.TextAsync()).ShouldBe("2");
        await Task.Delay(600);
        await client.ShouldEchoAsync("4busy");
        await Task.Delay(600);
        await client.SendAsync("3");
        await client.ShouldEchoAsync("4alive");
    }

    [Fact]
    public async Task A_handler_that_takes_long_does_not_cost_its_client_the_connection()
    {
        await using var server = await TestServer.StartAsync(engine: Fast, handler: new Slow());
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.SendAsync("4slow");
        while (await client.TextAsync() is var text && text != "4done")
        {
            text.ShouldBe("2");
            await client.SendAsync("3");
        }

        await client.SendAsync("4slow");
    }

    private static void Fast(EngineIOOptions options)
    {
        options.PingInterval = TimeSpan.FromMilliseconds(300);
        options.PingTimeout = TimeSpan.FromMilliseconds(200);
    }

    private static void Patient(EngineIOOptions options)
    {
        options.PingInterval = TimeSpan.FromMilliseconds(300);
        options.PingTimeout = TimeSpan.FromMilliseconds(1000);
    }

    private sealed class Slow : EngineHandler
    {
        public override async ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message)
        {
            await Task.Delay(1200);
            connection.Send("done");
        }
    }
}
