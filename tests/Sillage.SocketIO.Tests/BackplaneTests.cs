using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.SocketIO.Backplane;
using Sillage.Specifications.SocketIO;
using Xunit;

namespace Sillage.SocketIO.Tests;

public sealed class MemoryBackplaneTests : BackplaneSpecification
{
    private readonly MemoryBackplane _hub = new();

    protected override ValueTask<IBackplane> ConnectAsync() => ValueTask.FromResult(_hub.CreateLink());
}

public sealed class BackplaneTests
{
    [Fact]
    public async Task Two_servers_are_one_to_their_clients()
    {
        var hub = new MemoryBackplane();
        await using var first = await StartAsync(hub);
        await using var second = await StartAsync(hub);
        await using var one = await first.JoinedAsync();
        await using var two = await second.JoinedAsync();
        var main = first.SocketIO.Main;

        await main.EmitAsync("all", new byte[] { 1 }, 1.50m);
        foreach (var client in new[] { one, two })
        {
            (await client.TextAsync()).ShouldBe("""451-["all",{"_placeholder":true,"num":0},1.50]""");
            (await client.BinaryAsync()).ShouldBe([1]);
        }

        await main.Everyone.Local.EmitAsync("here");
        (await one.TextAsync()).ShouldBe("""42["here"]""");
        await main.To(two.Id).EmitAsync("there");
        (await two.TextAsync()).ShouldBe("""42["there"]""");
        await main.Everyone.JoinAsync("room");
        await second.SocketIO.Main.To("room").Except(two.Id).EmitAsync("in the room");
        (await one.TextAsync()).ShouldBe("""42["in the room"]""");
        await main.To("room").LeaveAsync("room");
        second.SocketIO.Main.Rooms().ShouldBeEmpty();
        await main.Everyone.DisconnectAsync();
        (await one.TextAsync()).ShouldBe("41");
        (await two.TextAsync()).ShouldBe("41");
    }

    [Fact]
    public async Task Acknowledgements_come_from_the_clients_of_all_servers()
    {
        var hub = new MemoryBackplane();
        await using var first = await StartAsync(hub);
        await using var second = await StartAsync(hub);
        await using var one = await first.JoinedAsync();
        await using var two = await second.JoinedAsync();
        await using var silent = await second.JoinedAsync();
        var main = first.SocketIO.Main;

        var asked = main.Except(silent.Id).Timeout(TimeSpan.FromMinutes(1)).EmitWithAckAsync("ready?");
        foreach (var client in new[] { one, two })
        {
            (await client.TextAsync()).ShouldBe("""420["ready?"]""");
            await client.SendAsync($"430[\"{client.Id}\"]");
        }

        var (answers, missing) = await asked;
        answers.Select(a => a.Get<string>(0)).ShouldBe([one.Id, two.Id], ignoreOrder: true);
        missing.ShouldBe(0);

        asked = main.To(two.Id, silent.Id).Timeout(TimeSpan.FromMilliseconds(300)).EmitWithAckAsync("again?");
        await two.SendAsync("431[]");
        (answers, missing) = await asked;
        answers.Count.ShouldBe(1);
        missing.ShouldBe(1);

        asked = main.Everyone.Local.EmitWithAckAsync("here?");
        await one.TextAsync();
        await one.SendAsync("432[1]");
        (await asked).Answers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_clients_of_all_servers_are_told_of_and_reached()
    {
        var hub = new MemoryBackplane();
        await using var first = await StartAsync(hub);
        await using var second = await StartAsync(hub);
        await using var one = await first.JoinedAsync();
        await using var two = await second.JoinedAsync(query: "&token=t");
        second.SocketIO.Main.Find(two.Id)!.Join("room");
        second.SocketIO.Main.Find(two.Id)!.Data["score"] = 12;

        var all = await first.SocketIO.Main.FetchSocketsAsync();
        all.Select(s => s.Id).ShouldBe([one.Id, two.Id], ignoreOrder: true);
        var there = (await first.SocketIO.Main.To("room").FetchSocketsAsync()).ShouldHaveSingleItem();
        there.Id.ShouldBe(two.Id);
        there.Rooms.ShouldBe([two.Id, "room"]);
        there.Data.GetProperty("score").GetInt32().ShouldBe(12);
        there.Handshake.GetProperty("query").GetProperty("token").GetString().ShouldBe("t");
        (await first.SocketIO.Main.Everyone.Local.FetchSocketsAsync()).Count.ShouldBe(1);

        await there.EmitAsync("for you");
        (await two.TextAsync()).ShouldBe("""42["for you"]""");
        await there.JoinAsync("other");
        await there.LeaveAsync("room");
        second.SocketIO.Main.Find(two.Id)!.Rooms.ShouldBe(["other"]);
        await there.DisconnectAsync();
        (await two.TextAsync()).ShouldBe("41");
    }

    [Fact]
    public async Task Credentials_stay_in_their_process()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await WebSocketClient.ConnectAsync(
            server.Address,
            "/socket.io/?EIO=4&transport=websocket",
            socket =>
            {
                socket.Options.SetRequestHeader("Authorization", "Bearer secret");
                socket.Options.SetRequestHeader("Cookie", "session=secret");
                socket.Options.SetRequestHeader("X-Kept", "kept");
            }
        );
        await client.TextAsync();
        await client.SendAsync("""40{"token":"secret"}""");
        await client.TextAsync();
        var told = (await server.SocketIO.Main.FetchSocketsAsync()).ShouldHaveSingleItem();
        told.Handshake.GetRawText().ShouldNotContain("secret");
        told.Handshake.GetProperty("headers").GetProperty("x-kept").GetString().ShouldBe("kept");
    }

    [Fact]
    public async Task Servers_speak_to_one_another_and_answer()
    {
        var hub = new MemoryBackplane();
        var heard = new TaskCompletionSource<string>();
        await using var first = await StartAsync(hub);
        await using var second = await TestServer.StartAsync(
            io =>
                io.OnServerSideEmit(
                    "add",
                    (ns, all) =>
                    {
                        heard.TrySetResult($"{ns.Name} {all}");
                        return ValueTask.FromResult<object?>(all.Get<int>(0) + all.Get<int>(1));
                    }
                ),
            host: b => b.Services.AddSingleton(hub.CreateLink())
        );
        await first.SocketIO.Main.ServerSideEmitAsync("add", 1, 2);
        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("/ [1,2]");
        (await first.SocketIO.Main.ServerSideEmitWithAckAsync<int>("add", 3, 4)).ShouldBe([7]);
        await Should.ThrowAsync<TimeoutException>(() => first.SocketIO.Main.ServerSideEmitWithAckAsync<int>("unknown"));
        await Should.ThrowAsync<ArgumentException>(async () =>
            await first.SocketIO.Main.ServerSideEmitAsync("add", new byte[1])
        );
    }

    private static Task<TestServer> StartAsync(MemoryBackplane hub) =>
        TestServer.StartAsync(host: b => b.Services.AddSingleton(hub.CreateLink()));
}
