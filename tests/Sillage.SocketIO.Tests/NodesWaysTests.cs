using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

/// <summary>What programs that come from Node count on: when handlers begin, who sees an event, who acknowledges it.</summary>
public class NodesWaysTests
{
    [Fact]
    public async Task A_handler_that_awaits_its_clients_acknowledgement_does_not_hold_up_its_other_events()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.On("ask", async (ClientSocket socket) => await socket.EmitWithAckAsync<string>("question"))
                .On("say", (string text) => text)
        );
        await using var client = await server.JoinedAsync();
        await client.SendAsync("""421["ask"]""");
        (await client.TextAsync()).ShouldBe("""420["question"]""");
        await client.SendAsync("""422["say","meanwhile"]""");
        (await client.TextAsync()).ShouldBe("""432["meanwhile"]""");
        await client.SendAsync("""430["answer"]""");
        (await client.TextAsync()).ShouldBe("""431["answer"]""");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(256)]
    public async Task Handlers_begin_in_the_order_of_the_events(int concurrency)
    {
        var begun = new List<int>();
        var done = 0;
        await using var server = await TestServer.StartAsync(
            io =>
                io.OnConnection(async (ClientSocket _) => await Task.Delay(50))
                    .On(
                        "step",
                        async (int n) =>
                        {
                            lock (begun)
                            {
                                begun.Add(n);
                            }

                            if (n % 3 != 0)
                            {
                                await Task.Yield();
                            }

                            Interlocked.Increment(ref done);
                        }
                    ),
            o => o.EventConcurrency = concurrency
        );
        await using var client = await server.JoinedAsync();
        for (var i = 0; i < 1000; i++)
        {
            await client.SendAsync($"42[\"step\",{i}]");
        }

        await Eventually.HoldsAsync(() => Volatile.Read(ref done) == 1000, "all were handled");
        begun.ShouldBe(Enumerable.Range(0, 1000));
    }

    [Theory]
    [InlineData("number", "1e999")]
    [InlineData("nan", "0")]
    [InlineData("cycle", "0")]
    [InlineData("getter", "0")]
    [InlineData("stream", "0")]
    [InlineData("details", "0")]
    [InlineData("own", "0")]
    [InlineData("middleware", "0")]
    public async Task What_is_not_json_fails_its_acknowledgement_and_the_socket_goes_on(string name, string argument)
    {
        await using var server = await TestServer.StartAsync(
            io =>
                io.On("number", (double value) => value)
                    .On("nan", (int _) => float.NaN)
                    .On("cycle", (int _) => new Ring())
                    .On("getter", (int _) => new Broken())
                    .On("stream", (int _) => StreamAsync())
                    .On("details", string (int _) => throw new EventException("no", double.NegativeInfinity))
                    .On("own", (int _, EventAck ack) => ack.Send(new Ring()))
                    .UseForEvents(context =>
                    {
                        if (context.Name is "middleware")
                        {
                            context.Refuse("no", new Broken());
                        }

                        return default;
                    })
                    .On("still there", () => true),
            o => o.EventConcurrency = 1
        );
        await using var client = await server.JoinedAsync();
        await client.SendAsync($"427[\"{name}\",{argument}]");
        (await client.TextAsync()).ShouldBe("""437[{"error":{"message":"Internal error"}}]""");
        server.Log.All.ShouldContain(l => l.Contains($"What {name} in / was to be", StringComparison.Ordinal));
        await client.SendAsync("""428["still there"]""");
        (await client.TextAsync()).ShouldBe("438[true]");
    }

    [Fact]
    public async Task A_refusal_that_is_not_json_still_keeps_its_client_out()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.Use(context =>
            {
                context.Refuse("no", new Ring());
                return default;
            })
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldBe("""44{"message":"Internal error"}""");
    }

    [Fact]
    public async Task An_emit_that_is_not_json_fails_for_its_caller_and_leaves_no_gap_for_who_recovers()
    {
        await using var server = await TestServer.StartAsync(options: o => o.Recovery = new RecoveryOptions());
        var main = server.SocketIO.Main;
        var client = await server.JoinedAsync();
        var socket = main.Find(client.Id)!;
        await main.EmitAsync("n", 1);
        (await client.TextAsync()).ShouldBe("""42["n",1,"1"]""");
        await Should.ThrowAsync<ArgumentException>(async () => await main.EmitAsync("n", double.NaN));
        await Should.ThrowAsync<ArgumentException>(async () => await socket.EmitAsync("n", double.NaN));
        await Should.ThrowAsync<ArgumentException>(async () => await socket.EmitWithAckAsync<int>("n", double.NaN));
        await main.EmitAsync("n", 2);
        (await client.TextAsync()).ShouldBe("""42["n",2,"2"]""");
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Handlers_whose_events_stand_still_do_not_keep_a_dead_connection()
    {
        await using var server = await TestServer.StartAsync(
            io => io.On("never", () => new TaskCompletionSource().Task),
            o =>
            {
                (o.EventConcurrency, o.MaxPendingEvents) = (1, 2);
                o.PingInterval = o.PingTimeout = TimeSpan.FromMilliseconds(200);
            }
        );
        await using var client = await server.JoinedAsync();
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync("""42["never"]""");
        }

        (await client.ClosedAsync()).Why.ShouldNotBeNull().ShouldContain("were not handled");
        server.SocketIO.Main.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_handler_may_acknowledge_later_never_and_not_twice()
    {
        var later = new TaskCompletionSource<EventAck>();
        await using var server = await TestServer.StartAsync(io =>
            io.On("later", (EventAck ack) => later.SetResult(ack))
                .On("never", (EventAck ack) => ack.IsWanted)
                .On("twice", (EventAck ack) => (ack.Send(1, "two"), ack.Send(3)))
                .On("fails", string (EventAck _) => throw new EventException("no"))
                .On("at once", () => "now")
        );
        await using var client = await server.JoinedAsync();
        await client.SendAsync("""421["later"]""");
        await client.SendAsync("""422["never"]""");
        await client.SendAsync("""423["twice"]""");
        await client.SendAsync("""424["fails"]""");
        await client.SendAsync("""425["at once"]""");
        (await client.TextAsync()).ShouldBe("""433[1,"two"]""");
        (await client.TextAsync()).ShouldBe("""434[{"error":{"message":"no"}}]""");
        (await client.TextAsync()).ShouldBe("""435["now"]""");
        (await later.Task).Send("at last").ShouldBeTrue();
        (await client.TextAsync()).ShouldBe("""431["at last"]""");
        (await later.Task).Send("again").ShouldBeFalse();
    }

    [Fact]
    public async Task An_event_has_its_middleware_who_sees_all_and_several_handlers()
    {
        var seen = new List<string>();
        await using var server = await TestServer.StartAsync(
            io =>
                io.UseForEvents(context =>
                    {
                        context.Services.GetRequiredService<Note>().ShouldNotBeNull();
                        if (context.Arguments.Count > 1)
                        {
                            context.Refuse("one argument", new { code = "too_many" });
                        }

                        return default;
                    })
                    .OnAny((EventName name) => seen.Add("any " + name))
                    .OnAny(void () => throw new InvalidOperationException("an observer's own"))
                    .On("say", (string text) => seen.Add("first " + text))
                    .On("say", (string text) => text + "!")
                    .On("say", (string text) => text + "?"),
            host: b => b.Services.AddScoped<Note>()
        );
        await using var client = await server.JoinedAsync();
        await client.SendAsync("""421["say","a","b"]""");
        (await client.TextAsync()).ShouldBe("""431[{"error":{"message":"one argument","data":{"code":"too_many"}}}]""");
        await client.SendAsync("""422["unheard"]""");
        await client.SendAsync("""423["say","a"]""");
        (await client.TextAsync()).ShouldBe("""433["a!"]""");
        seen.ShouldBe(["any unheard", "any say", "first a"]);
    }

    [Fact]
    public async Task Who_leaves_is_told_with_its_rooms_and_a_namespace_when_it_comes_to_be()
    {
        var left = new TaskCompletionSource<Disconnection>();
        var names = new List<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnNewNamespace(ns => names.Add(ns.Name)).OnDisconnect(left.SetResult);
            io.Of(name => name.StartsWith("/class-", StringComparison.Ordinal));
        });
        await using (var client = await server.JoinedAsync())
        {
            var socket = server.SocketIO.Main.Find(client.Id)!;
            socket.Join(["a", "b", "a"]).ShouldBe(2);
            await client.SendAsync("40/class-1,");
            await client.TextAsync();
        }

        var why = await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        why.Rooms.ShouldBe(["a", "b"], ignoreOrder: true);
        names.ShouldBe(["/", "/class-1"]);
    }

    [Fact]
    public async Task A_socket_that_was_fetched_can_be_asked()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        var remote = (await server.SocketIO.Main.FetchSocketsAsync()).ShouldHaveSingleItem();
        var answer = remote.EmitWithAckAsync<string>("question", 1);
        (await client.TextAsync()).ShouldBe("""420["question",1]""");
        await client.SendAsync("""430["yes"]""");
        (await answer).ShouldBe("yes");
    }

    [Fact]
    public async Task Bytes_are_bytes_whatever_holds_them()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.On("size", (ArraySegment<byte> data) => data.Count)
        );
        await using var client = await server.JoinedAsync();
        var bytes = new byte[] { 1, 2, 3 };
        await server.SocketIO.Main.EmitAsync(
            "b",
            new ArraySegment<byte>(bytes, 1, 2),
            bytes.AsMemory(2),
            (ReadOnlyMemory<byte>)bytes
        );
        (await client.TextAsync()).ShouldStartWith("453-");
        (await client.BinaryAsync()).ShouldBe([2, 3]);
        (await client.BinaryAsync()).ShouldBe([3]);
        (await client.BinaryAsync()).ShouldBe(bytes);

        // Clients that cannot send bytes send Base64 over the WebSocket too.
        await client.SendAsync("""451-1["size",{"_placeholder":true,"num":0}]""");
        await client.SendAsync("bAQID");
        (await client.TextAsync()).ShouldBe("431[3]");
    }

    private static async IAsyncEnumerable<int> StreamAsync()
    {
        await Task.Yield();
        yield return 1;
    }

    private sealed class Ring
    {
        public Ring Next => this;
    }

    private sealed class Broken
    {
        private readonly string _whose = "the getter's own";

        public int Value => throw new InvalidOperationException(_whose);
    }

    private sealed class Note;
}
