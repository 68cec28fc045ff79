using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class RecoveryTests
{
    [Fact]
    public async Task A_client_takes_up_where_it_was()
    {
        await using var server = await StartAsync();
        var main = server.SocketIO.Main;
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        var socket = main.Find(client.Id)!;
        socket.Join("room");
        socket.Data["score"] = 12;
        await main.EmitAsync("n", 1);
        var offset = Offset(await client.TextAsync());
        await LoseAsync(server, client);

        await main.EmitAsync("n", 2);
        await main.To("room").EmitAsync("n", 3);
        await main.To("other").EmitAsync("n", 4);
        await main.Except("room").EmitAsync("n", 5);
        await main.Everyone.Volatile.EmitAsync("n", 6);
        await main.To(socket.Id).EmitAsync("n", 7);

        await using var again = await server.JoinedAsync(Auth(pid, offset));
        again.Joined.GetProperty("sid").GetString().ShouldBe(client.Id);
        again.Joined.GetProperty("pid").GetString().ShouldBe(pid);
        (await again.TextAsync()).ShouldStartWith("""42["n",2,""");
        (await again.TextAsync()).ShouldStartWith("""42["n",3,""");
        (await again.TextAsync()).ShouldStartWith("""42["n",7,""");
        await main.To("room").EmitAsync("n", 8);
        (await again.TextAsync()).ShouldStartWith("""42["n",8,""");
        var recovered = main.Find(client.Id)!;
        recovered.IsRecovered.ShouldBeTrue();
        recovered.Data["score"].ShouldBe(12);
        recovered.Rooms.ShouldBe(["room"]);
    }

    [Fact]
    public async Task A_client_that_had_received_nothing_recovers_too()
    {
        await using var server = await StartAsync();
        await server.SocketIO.Main.EmitAsync("before it came");
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        await server.SocketIO.Main.EmitAsync("missed");
        await using var again = await server.JoinedAsync(Auth(pid, null));
        again.Id.ShouldBe(client.Id);
        (await again.TextAsync()).ShouldStartWith("""42["missed",""");
    }

    [Fact]
    public async Task A_client_that_missed_nothing_recovers_and_gets_nothing()
    {
        await using var server = await StartAsync();
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        await using var again = await server.JoinedAsync(Auth(pid, null));
        again.Id.ShouldBe(client.Id);
        await server.SocketIO.Main.EmitAsync("next");
        (await again.TextAsync()).ShouldStartWith("""42["next",""");
    }

    [Theory]
    [InlineData("unknown pid")]
    [InlineData("offset too old")]
    [InlineData("offset that never was")]
    [InlineData("offset that is none")]
    public async Task A_client_that_cannot_recover_starts_fresh_and_is_told_so(string how)
    {
        var outcomes = Channel.CreateUnbounded<RecoveryOutcome>();
        await using var server = await TestServer.StartAsync(
            io => io.OnConnection((ClientSocket s) => outcomes.Writer.WriteAsync(s.Recovery).AsTask()),
            o => o.Recovery = new RecoveryOptions { MaxEvents = 3 }
        );
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await server.SocketIO.Main.EmitAsync("n", 0);
        var offset = Offset(await client.TextAsync());
        await LoseAsync(server, client);
        for (var i = 0; i < (how == "offset too old" ? 5 : 1); i++)
        {
            await server.SocketIO.Main.EmitAsync("n", i);
        }

        await using var again = await server.JoinedAsync(
            how switch
            {
                "unknown pid" => Auth("nobody", offset),
                "offset too old" => Auth(pid, offset),
                "offset that never was" => Auth(pid, "999"),
                _ => Auth(pid, "x"),
            }
        );
        again.Id.ShouldNotBe(client.Id);
        again.Joined.GetProperty("pid").GetString().ShouldNotBe(pid);
        (await outcomes.Reader.ReadAsync()).ShouldBe(RecoveryOutcome.NotAsked);
        (await outcomes.Reader.ReadAsync()).ShouldBe(
            how == "unknown pid" ? RecoveryOutcome.UnknownSession : RecoveryOutcome.OffsetTooOld
        );
        server.Log.All.ShouldContain(l => l.Contains("starts fresh", StringComparison.Ordinal));
        await server.SocketIO.Main.EmitAsync("fresh");
        (await again.TextAsync()).ShouldStartWith("""42["fresh",""");
    }

    [Fact]
    public async Task A_client_that_missed_more_than_may_wait_for_one_starts_fresh()
    {
        await using var server = await TestServer.StartAsync(options: o =>
        {
            o.Recovery = new RecoveryOptions();
            o.MaxQueuedMessages = 20;
        });
        var main = server.SocketIO.Main;
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        for (var i = 0; i < 11; i++)
        {
            await main.EmitAsync("n", i);
        }

        await using var again = await server.JoinedAsync(Auth(pid, null));
        again.Id.ShouldNotBe(client.Id);
        main.Find(again.Id)!.Recovery.ShouldBe(RecoveryOutcome.MissedTooMuch);
        await main.EmitAsync("fresh");
        (await again.TextAsync()).ShouldStartWith("""42["fresh",""");
    }

    [Fact]
    public async Task What_may_be_lost_carries_the_last_offset_where_its_client_would_keep_a_text_for_one()
    {
        await using var server = await StartAsync();
        var main = server.SocketIO.Main;
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await main.EmitAsync("n", 1);
        await client.TextAsync();
        await main.Volatile.EmitAsync("typing", "player-1");
        (await client.TextAsync()).ShouldBe("""42["typing","player-1","1"]""");
        await main.Find(client.Id)!.Volatile.EmitAsync("tick");
        var offset = Offset(await client.TextAsync());
        await main.Volatile.EmitAsync("count", 5);
        (await client.TextAsync()).ShouldBe("""42["count",5]""");
        await LoseAsync(server, client);
        await main.EmitAsync("n", 2);

        await using var again = await server.JoinedAsync(Auth(pid, offset));
        again.Id.ShouldBe(client.Id);
        (await again.TextAsync()).ShouldBe("""42["n",2,"2"]""");
    }

    [Fact]
    public async Task No_offset_brings_what_was_sent_before_the_session_began()
    {
        await using var server = await StartAsync();
        var main = server.SocketIO.Main;
        await main.EmitAsync("n", "before it came");
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        await main.EmitAsync("n", "missed");
        await using var again = await server.JoinedAsync(Auth(pid, "0"));
        again.Id.ShouldBe(client.Id);
        (await again.TextAsync()).ShouldBe("""42["n","missed","2"]""");
    }

    [Fact]
    public async Task A_namespace_says_itself_whether_its_clients_recover()
    {
        await using var server = await TestServer.StartAsync(
            io =>
            {
                io.Of("/plain").UseRecovery(null);
                io.Of("/kept").UseRecovery(new RecoveryOptions { MaxEvents = 3 });
                Should.Throw<ArgumentException>(() => io.Of("/bad").UseRecovery(new RecoveryOptions { MaxEvents = 0 }));
            },
            o => o.Recovery = new RecoveryOptions()
        );
        await using var client = await server.JoinedAsync();
        client.Joined.TryGetProperty("pid", out _).ShouldBeTrue();
        await client.SendAsync("40/plain,");
        (await client.TextAsync()).ShouldNotContain("pid");
        await client.SendAsync("40/kept,");
        (await client.TextAsync()).ShouldContain("pid");
        await server.SocketIO.Of("/plain").EmitAsync("n", "x");
        (await client.TextAsync()).ShouldBe("""42/plain,["n","x"]""");
        await server.SocketIO.Of("/kept").EmitAsync("n", "x");
        (await client.TextAsync()).ShouldBe("""42/kept,["n","x","1"]""");
    }

    [Fact]
    public async Task What_a_room_heard_before_the_client_came_into_it_was_not_missed()
    {
        await using var server = await StartAsync();
        var main = server.SocketIO.Main;
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await main.To("room").EmitAsync("n", "before");
        main.Find(client.Id)!.Join("room");
        await LoseAsync(server, client);
        await main.To("room").EmitAsync("n", "after");
        await main.Except("room").EmitAsync("n", "for others");

        var again = await server.JoinedAsync(Auth(pid, null));
        (await again.TextAsync()).ShouldStartWith("""42["n","after",""");
        await LoseAsync(server, again);

        // It had the room all the while, so it is told of the same again: it says that it received nothing.
        await using var onceMore = await server.JoinedAsync(Auth(pid, null));
        (await onceMore.TextAsync()).ShouldStartWith("""42["n","after",""");
    }

    [Fact]
    public async Task Who_the_middleware_found_a_client_to_be_it_is_when_it_comes_back()
    {
        await using var server = await TestServer.StartAsync(
            io =>
                io.Use(context =>
                    {
                        context.User = new ClaimsPrincipal(
                            new ClaimsIdentity([new Claim(ClaimTypes.Name, "player-1")], "t")
                        );
                        return default;
                    })
                    .On("who", (ClientSocket s) => s.User.Identity!.Name),
            o => o.Recovery = new RecoveryOptions()
        );
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        for (var i = 0; i < 2; i++)
        {
            await LoseAsync(server, client);
            client = await server.JoinedAsync(Auth(pid, null));
            await client.SendAsync("""421["who"]""");
            (await client.TextAsync()).ShouldBe("""431["player-1"]""");
        }

        await client.DisposeAsync();
    }

    [Fact]
    public async Task Why_a_client_starts_fresh_is_known_after_its_middleware_too()
    {
        await using var server = await TestServer.StartAsync(
            io => io.Use(_ => default),
            o => o.Recovery = new RecoveryOptions { MaxEvents = 1 }
        );
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        await server.SocketIO.Main.EmitAsync("n", 1);
        await server.SocketIO.Main.EmitAsync("n", 2);
        await using var again = await server.JoinedAsync(Auth(pid, null));
        server.SocketIO.Main.Find(again.Id)!.Recovery.ShouldBe(RecoveryOutcome.OffsetTooOld);
        server.Log.All.Count(l => l.Contains("starts fresh", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_client_that_goes_again_while_it_comes_back_may_come_back_once_more()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        var asked = 0;
        await using var server = await TestServer.StartAsync(
            io =>
                io.Use(async _ =>
                {
                    Interlocked.Increment(ref asked);
                    await gate.Task;
                }),
            o => o.Recovery = new RecoveryOptions { SkipMiddleware = false }
        );
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);

        gate = new TaskCompletionSource();
        var hasty = await server.WebSocketAsync("/socket.io/");
        await hasty.SendAsync("40" + Auth(pid, null));
        await Eventually.HoldsAsync(() => Volatile.Read(ref asked) == 2, "it is being let in");
        await hasty.DisposeAsync();
        await Eventually.HoldsAsync(() => server.SocketIO.ConnectionCount == 0, "it has gone again");
        gate.SetResult();

        await using var again = await server.JoinedAsync(Auth(pid, null));
        again.Id.ShouldBe(client.Id);
    }

    [Fact]
    public async Task Namespaces_of_a_pattern_are_forgotten_once_nobody_can_come_back_to_them()
    {
        await using var server = await TestServer.StartAsync(
            io => io.Of(new Regex("^/room-[0-9]+$", RegexOptions.None, TimeSpan.FromSeconds(1))),
            o => o.Recovery = new RecoveryOptions { MaxDisconnection = TimeSpan.FromMilliseconds(100) }
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        var first = await VisitAsync("/room-1");
        var again = await VisitAsync("/room-1");
        again.ShouldBe(first);
        await Task.Delay(200);
        await VisitAsync("/room-2");
        server.SocketIO.Of("/room-1").ShouldNotBe(first);

        async Task<SocketNamespace> VisitAsync(string name)
        {
            await client.SendAsync($"40{name},");
            (await client.TextAsync()).ShouldStartWith($"40{name},");
            var visited = server.SocketIO.Of(name);
            await client.SendAsync($"41{name},");
            await Eventually.HoldsAsync(() => visited.Count == 0, "the client has left");
            return visited;
        }
    }

    [Fact]
    public async Task A_client_that_is_full_and_joins_one_more_namespace_holds_nobody_up()
    {
        await using var server = await TestServer.StartAsync(
            io => io.Of("/loud"),
            o =>
            {
                o.Recovery = new RecoveryOptions();
                o.MaxQueuedMessages = 4;
            }
        );
        var loud = server.SocketIO.Of("/loud");
        using var end = new CancellationTokenSource();
        var speaking = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await loud.EmitAsync("n");
            }
        });
        for (var i = 0; i < 50; i++)
        {
            var client = await server.PollingAsync("/socket.io/");
            await client.PostOkAsync("40");
            (await client.PollAsync()).ShouldStartWith("40{");
            for (var n = 0; n < 4; n++)
            {
                await server.SocketIO.Main.To(server.SocketIO.Main.Everyone.LocalSockets()[^1].Id).EmitAsync("n", n);
            }

            await client.PostAsync("40/loud,");
        }

        await end.CancelAsync();
        await speaking.WaitAsync(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(() => loud.Count == 0, "all are closed");
    }

    [Fact]
    public async Task A_client_that_left_by_itself_or_was_put_out_does_not_come_back()
    {
        await using var server = await StartAsync();
        await using var client = await server.JoinedAsync();
        await client.SendAsync("41");
        await client.SendAsync("40" + Auth(client.Joined.GetProperty("pid").GetString(), null));
        (await client.TextAsync()).ShouldNotContain(client.Id);
    }

    [Fact]
    public async Task A_session_is_recovered_once()
    {
        await using var server = await StartAsync();
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        await using var first = await server.JoinedAsync(Auth(pid, null));
        await using var second = await server.JoinedAsync(Auth(pid, null));
        first.Id.ShouldBe(client.Id);
        second.Id.ShouldNotBe(client.Id);
    }

    [Fact]
    public async Task Away_too_long_is_too_long()
    {
        await using var server = await TestServer.StartAsync(options: o =>
            o.Recovery = new RecoveryOptions { MaxDisconnection = TimeSpan.FromMilliseconds(100) }
        );
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await LoseAsync(server, client);
        await Task.Delay(200);
        await using var again = await server.JoinedAsync(Auth(pid, null));
        again.Id.ShouldNotBe(client.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Middleware_is_passed_over_only_if_the_settings_say_so(bool skip)
    {
        var asked = 0;
        await using var server = await TestServer.StartAsync(
            io =>
                io.Use(_ =>
                {
                    asked++;
                    return default;
                }),
            o => o.Recovery = new RecoveryOptions { SkipMiddleware = skip }
        );
        var client = await server.JoinedAsync();
        await LoseAsync(server, client);
        await using var again = await server.JoinedAsync(Auth(client.Joined.GetProperty("pid").GetString(), null));
        again.Id.ShouldBe(client.Id);
        asked.ShouldBe(skip ? 1 : 2);
    }

    [Fact]
    public async Task No_event_is_lost_or_doubled_while_a_client_comes_back()
    {
        await using var server = await StartAsync();
        var main = server.SocketIO.Main;
        var client = await server.JoinedAsync();
        var pid = client.Joined.GetProperty("pid").GetString();
        await main.EmitAsync("n", 0);
        var offset = Offset(await client.TextAsync());
        await LoseAsync(server, client);
        var emitting = Task.Run(async () =>
        {
            for (var i = 1; i <= 500; i++)
            {
                await main.EmitAsync("n", i);
                if (i % 50 == 0)
                {
                    await Task.Delay(2);
                }
            }
        });
        await using var again = await server.JoinedAsync(Auth(pid, offset));
        for (var i = 1; i <= 500; i++)
        {
            (await again.TextAsync()).ShouldStartWith($"42[\"n\",{i},");
        }

        await emitting;
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(options: o => o.Recovery = new RecoveryOptions());

    private static string Auth(string? pid, string? offset) =>
        offset is null ? $$"""{"pid":"{{pid}}"}""" : $$"""{"pid":"{{pid}}","offset":"{{offset}}"}""";

    private static string Offset(string packet) =>
        JsonDocument.Parse(packet[2..]).RootElement.EnumerateArray().Last().GetString()!;

    private static async Task LoseAsync(TestServer server, WebSocketClient client)
    {
        await client.DisposeAsync();
        await Eventually.HoldsAsync(() => server.SocketIO.Main.Count == 0, "the server noticed");
    }
}
