using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.SocketIO.Backplane;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class RoomTests
{
    [Fact]
    public async Task A_broadcast_reaches_those_who_are_meant_each_once()
    {
        await using var server = await TestServer.StartAsync();
        var clients = new List<WebSocketClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await server.JoinedAsync());
        }

        var main = server.SocketIO.Main;
        var sockets = clients.Select(c => main.Find(c.Id)!).ToArray();
        sockets[0].Join("a").ShouldBeTrue();
        sockets[0].Join("a").ShouldBeFalse();
        sockets[0].Join("b");
        sockets[1].Join("a");
        sockets[2].Join("b");
        sockets[3].Join("c");

        await Expect(main.Everyone, 0, 1, 2, 3, 4);
        await Expect(main.To("a"), 0, 1);
        await Expect(main.To("a", "b"), 0, 1, 2);
        await Expect(main.To("a").To("b").Except("c"), 0, 1, 2);
        await Expect(main.To("a", "b").Except("b"), 1);
        await Expect(main.Except("a"), 2, 3, 4);
        await Expect(main.To("nowhere"));
        await Expect(main.To(sockets[4].Id), 4);
        await Expect(main.To("a", sockets[4].Id), 0, 1, 4);
        await Expect(sockets[0].Broadcast, 1, 2, 3, 4);
        await Expect(sockets[0].To("a"), 1);
        await Expect(main.To("a").Local, 0, 1);
        await Expect(main.To("a").Volatile, 0, 1);

        sockets[0].Leave("a").ShouldBeTrue();
        sockets[0].Leave("a").ShouldBeFalse();
        await Expect(main.To("a"), 1);
        sockets[0].Rooms.ShouldBe(["b"]);
        main.Rooms()
            .ShouldBe(
                new Dictionary<string, int>
                {
                    ["a"] = 1,
                    ["b"] = 2,
                    ["c"] = 1,
                },
                ignoreOrder: true
            );

        await main.To("b").JoinAsync("d", "e");
        await Expect(main.To("d"), 0, 2);
        await main.To("b").LeaveAsync("e");
        await Expect(main.To("e"));
        await main.To("c").DisconnectAsync();
        (await clients[3].TextAsync()).ShouldBe("41");
        main.Count.ShouldBe(4);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => main.Count == 0 && main.Rooms().Count == 0, "rooms go with their clients");

        async Task Expect(BroadcastOperator to, params int[] receivers)
        {
            await to.EmitAsync("to-some", string.Join(',', receivers));
            await main.EmitAsync("end");
            for (var i = 0; i < clients.Count; i++)
            {
                if (receivers.Contains(i))
                {
                    (await clients[i].TextAsync()).ShouldStartWith("42[\"to-some\"");
                }

                if (sockets[i].IsConnected)
                {
                    (await clients[i].TextAsync()).ShouldBe("""42["end"]""", $"client {i}");
                }
            }
        }
    }

    [Fact]
    public async Task Rooms_stay_whole_however_clients_come_and_go()
    {
        await using var server = await TestServer.StartAsync();
        var main = server.SocketIO.Main;
        var random = new Random(4);
        await using var client = await server.JoinedAsync();
        var clients = new List<WebSocketClient>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await server.JoinedAsync());
        }

        var sockets = clients.Select(c => main.Find(c.Id)!).ToArray();
        var expected = new Dictionary<string, HashSet<ClientSocket>>();
        for (var n = 0; n < 5000; n++)
        {
            var socket = sockets[random.Next(sockets.Length)];
            var room = "r" + random.Next(30);
            var members = expected.TryGetValue(room, out var known) ? known : expected[room] = [];
            if (random.Next(2) == 0)
            {
                socket.Join(room).ShouldBe(members.Add(socket));
            }
            else
            {
                socket.Leave(room).ShouldBe(members.Remove(socket));
            }
        }

        foreach (var (room, members) in expected)
        {
            main.To(room).LocalSockets().ShouldBe(members, ignoreOrder: true);
        }

        foreach (var each in clients)
        {
            await each.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => main.Count == 1, "only one is left");
        main.Rooms().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_socket_that_has_left_comes_into_no_room_again()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        var socket = server.SocketIO.Main.Find(client.Id)!;
        socket.Disconnect();
        socket.Join("late").ShouldBeFalse();
        server.SocketIO.Main.Rooms().ShouldBeEmpty();
        await socket.EmitAsync("into the void");
    }

    [Fact]
    public async Task A_broadcast_is_serialised_once_however_many_hear_it()
    {
        var counted = new CountedConverter();
        var hub = new MemoryBackplane();
        await using var server = await StartAsync();
        await using var other = await StartAsync();
        var clients = new List<WebSocketClient> { await other.JoinedAsync() };
        for (var i = 0; i < 40; i++)
        {
            clients.Add(await server.JoinedAsync());
        }

        await server.SocketIO.Main.EmitAsync("n", new Counted());
        foreach (var client in clients)
        {
            (await client.TextAsync()).ShouldBe("""42["n",1]""");
            await client.DisposeAsync();
        }

        counted.Written.ShouldBe(1);

        Task<TestServer> StartAsync() =>
            TestServer.StartAsync(
                options: o => o.Json.Converters.Add(counted),
                host: b => b.Services.AddSingleton(hub.CreateLink())
            );
    }

    private sealed record Counted;

    private sealed class CountedConverter : JsonConverter<Counted>
    {
        public int Written { get; private set; }

        public override Counted Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Counted value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(++Written);
    }
}
