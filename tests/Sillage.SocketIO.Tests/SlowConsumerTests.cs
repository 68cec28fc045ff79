using System.Net.WebSockets;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class SlowConsumerTests
{
    [Fact]
    public async Task A_client_that_polls_too_rarely_is_closed_by_count()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxQueuedMessages = 10);
        var client = await server.PollingAsync("/socket.io/");
        await client.PostOkAsync("40");
        await client.PollAsync();
        for (var i = 0; i < 11; i++)
        {
            await server.SocketIO.Main.EmitAsync("n", i);
        }

        await ShouldHaveEnded(server, "slow consumer");
        (await client.PollAsync()).ShouldBe("1");
    }

    [Fact]
    public async Task A_client_that_polls_too_rarely_is_closed_by_bytes()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxQueuedBytes = 10_000);
        var client = await server.PollingAsync("/socket.io/");
        await client.PostOkAsync("40");
        await client.PollAsync();
        await server.SocketIO.Main.EmitAsync("large", new string('x', 50_000));
        server.SocketIO.Main.Count.ShouldBe(1, "one message is always let in");
        await server.SocketIO.Main.EmitAsync("small");
        await ShouldHaveEnded(server, "slow consumer");
    }

    [Fact]
    public async Task Volatile_events_are_dropped_instead()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxQueuedMessages = 10);
        var client = await server.PollingAsync("/socket.io/");
        await client.PostOkAsync("40");
        await client.PollAsync();
        for (var i = 0; i < 100; i++)
        {
            await server.SocketIO.Main.Everyone.Volatile.EmitAsync("n", i);
        }

        var poll = client.PollAsync();
        await Task.Delay(100);
        await server.SocketIO.Main.Everyone.Volatile.EmitAsync("now");
        (await poll).ShouldBe("""42["now"]""");
    }

    [Fact]
    public async Task A_websocket_that_does_not_read_is_closed_and_the_server_stays_flat()
    {
        await using var server = await TestServer.StartAsync(options: o =>
        {
            o.MaxQueuedBytes = 1_000_000;
            o.CloseTimeout = TimeSpan.FromMilliseconds(200);
        });
        await using var client = await server.JoinedAsync();
        await using var healthy = await server.JoinedAsync();
        var filler = new string('x', 50_000);
        for (var i = 0; i < 2000 && server.SocketIO.Main.Count == 2; i++)
        {
            await server.SocketIO.Main.EmitAsync("fill", filler);
            (await healthy.TextAsync()).ShouldStartWith("""42["fill",""");
        }

        await ShouldHaveEnded(server, "slow consumer");
        server.SocketIO.Main.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_write_that_stalls_ends_the_connection()
    {
        await using var server = await TestServer.StartAsync(options: o =>
        {
            o.MaxQueuedBytes = 100_000_000;
            o.StallTimeout = TimeSpan.FromMilliseconds(300);
            o.CloseTimeout = TimeSpan.FromMilliseconds(200);
        });
        await using var client = await server.JoinedAsync();
        var filler = new string('x', 500_000);
        for (var i = 0; i < 40; i++)
        {
            await server.SocketIO.Main.EmitAsync("fill", filler);
        }

        await ShouldHaveEnded(server, "stalled");
        await Eventually.HoldsAsync(() => server.SocketIO.ConnectionCount == 0, "it is cut off");
        client.Socket.State.ShouldBe(WebSocketState.Open);
    }

    private static Task ShouldHaveEnded(TestServer server, string reason) =>
        Eventually.HoldsAsync(
            () => server.Log.All.Any(l => l.Contains($"ended: {reason}", StringComparison.Ordinal)),
            $"the log says {reason}"
        );
}
