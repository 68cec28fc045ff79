using Shouldly;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class AckTests
{
    [Fact]
    public async Task A_client_acknowledges_an_event_of_the_server()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        var socket = server.SocketIO.Main.Find(client.Id)!;
        var answer = socket.EmitWithAckAsync<string>("ask", "name?");
        (await client.TextAsync()).ShouldBe("""420["ask","name?"]""");
        await client.SendAsync("""430["player-1"]""");
        (await answer).ShouldBe("player-1");

        var bytes = socket.EmitWithAckAsync<byte[]>("ask");
        (await client.TextAsync()).ShouldBe("""421["ask"]""");
        await client.SendAsync("""461-1[{"_placeholder":true,"num":0}]""");
        await client.SendAsync([1, 2]);
        (await bytes).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_handler_may_itself_wait_for_its_clients_acknowledgement()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.On("start", (ClientSocket socket) => socket.EmitWithAckAsync<int>("more"))
        );
        await using var client = await server.JoinedAsync();
        await client.SendAsync("""425["start"]""");
        (await client.TextAsync()).ShouldBe("""420["more"]""");
        await client.SendAsync("430[42]");
        (await client.TextAsync()).ShouldBe("435[42]");
    }

    [Fact]
    public async Task An_acknowledgement_that_does_not_come_times_out_and_one_too_late_is_let_go()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        var socket = server.SocketIO.Main.Find(client.Id)!;
        var answer = socket.Timeout(TimeSpan.FromMilliseconds(100)).EmitWithAckAsync<string>("ask");
        (await client.TextAsync()).ShouldBe("""420["ask"]""");
        await Should.ThrowAsync<TimeoutException>(answer);
        await client.SendAsync("""430["late"]""");
        await client.SendAsync("""4399["never asked"]""");
        await socket.EmitAsync("still", "here");
        (await client.TextAsync()).ShouldBe("""42["still","here"]""");
    }

    [Fact]
    public async Task A_client_that_leaves_answers_nothing_any_more()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        var socket = server.SocketIO.Main.Find(client.Id)!;
        var answer = socket.EmitWithAckAsync<string>("ask");
        await client.TextAsync();
        await client.SendAsync("41");
        await Should.ThrowAsync<SocketIOException>(answer);
        await Should.ThrowAsync<SocketIOException>(socket.EmitWithAckAsync<string>("ask"));
    }

    [Fact]
    public async Task A_broadcast_collects_the_acknowledgements_of_all()
    {
        await using var server = await TestServer.StartAsync();
        await using var one = await server.JoinedAsync();
        await using var two = await server.JoinedAsync();
        await using var three = await server.JoinedAsync();
        var answers = server.SocketIO.Main.Everyone.Timeout(TimeSpan.FromMilliseconds(400)).EmitWithAckAsync("ask");
        foreach (var client in new[] { one, two, three })
        {
            (await client.TextAsync()).ShouldBe("""420["ask"]""");
        }

        await one.SendAsync("430[1]");
        await two.SendAsync("430[2]");
        var result = await answers;
        result.Answers.Select(a => a.Get<int>(0)).Order().ShouldBe([1, 2]);
        result.Missing.ShouldBe(1);

        var all = server.SocketIO.Main.Except(three.Id).EmitWithAckAsync("ask");
        await one.TextAsync();
        await two.TextAsync();
        await one.SendAsync("431[1]");
        await two.SendAsync("41");
        var some = await all;
        some.Answers.Count.ShouldBe(1);
        some.Missing.ShouldBe(1);
        (await server.SocketIO.Main.To("nobody").EmitWithAckAsync("ask")).Answers.ShouldBeEmpty();
    }
}
