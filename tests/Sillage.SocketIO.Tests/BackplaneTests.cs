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

    private static Task<TestServer> StartAsync(MemoryBackplane hub) =>
        TestServer.StartAsync(host: b => b.Services.AddSingleton(hub.CreateLink()));
}
