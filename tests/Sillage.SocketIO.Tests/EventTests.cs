using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class EventTests
{
    [Theory]
    [InlineData("""42["message",1,"2",{"3":[true]}]""", """42["message-back",1,"2",{"3":[true]}]""")]
    [InlineData(
        """42["message",1.0,1e2,12345678901234567890]""",
        """42["message-back",1.0,1e2,12345678901234567890]"""
    )]
    [InlineData("""42["message", { "a" : "b c" } ]""", """42["message-back",{"a":"b c"}]""")]
    [InlineData("""42["message"]""", """42["message-back"]""")]
    [InlineData("""42456["message-with-ack",1,"2",{"3":[false]}]""", """43456[1,"2",{"3":[false]}]""")]
    [InlineData("""420["message-with-ack"]""", """430[]""")]
    public async Task Arguments_pass_through_unchanged(string sent, string received)
    {
        await using var server = await TestServer.StartAsync(ConnectTests.Echo);
        await using var client = await server.JoinedAsync();
        await client.TextAsync();
        await client.SendAsync(sent);
        (await client.TextAsync()).ShouldBe(received);
    }

    [Fact]
    public async Task Binary_events_and_acks_keep_their_attachments()
    {
        await using var server = await TestServer.StartAsync(ConnectTests.Echo);
        await using var client = await server.JoinedAsync();
        await client.TextAsync();
        await client.SendAsync("""452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""");
        await client.SendAsync([1, 2, 3]);
        await client.SendAsync([4, 5, 6]);
        (await client.TextAsync()).ShouldBe(
            """452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"""
        );
        (await client.BinaryAsync()).ShouldBe([1, 2, 3]);
        (await client.BinaryAsync()).ShouldBe([4, 5, 6]);

        await client.SendAsync("""451-789["message-with-ack",{"_placeholder":true,"num":0}]""");
        await client.SendAsync([7]);
        (await client.TextAsync()).ShouldBe("""461-789[{"_placeholder":true,"num":0}]""");
        (await client.BinaryAsync()).ShouldBe([7]);
    }

    [Fact]
    public async Task Nothing_comes_between_a_binary_event_and_its_attachments()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        var main = server.SocketIO.Main;
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        for (var n = 0; n < 200; n++)
                        {
                            await (
                                i % 2 == 0
                                    ? main.EmitAsync("text", n)
                                    : main.EmitAsync("bytes", new byte[3], new byte[5])
                            );
                        }
                    })
                )
        );
        for (var n = 0; n < 800; n++)
        {
            var text = await client.TextAsync();
            if (text.StartsWith("452-", StringComparison.Ordinal))
            {
                (await client.BinaryAsync()).Length.ShouldBe(3);
                (await client.BinaryAsync()).Length.ShouldBe(5);
            }
        }
    }

    [Fact]
    public async Task Handlers_take_typed_arguments_and_services_and_answer_by_returning()
    {
        await using var server = await TestServer.StartAsync(
            io =>
                io.On("add", (int a, int b) => a + b)
                    .On(
                        "greet",
                        async (Greeting greeting, Person person, CancellationToken ct) =>
                        {
                            await Task.Delay(1, ct);
                            return greeting.For(person.Name);
                        }
                    )
                    .On("maybe", (string first, string? second, int third = 3) => $"{first} {second ?? "-"} {third}")
                    .On("several", () => new AckArguments(1, "two"))
                    .On("nothing", () => { })
                    .On("task", () => Task.CompletedTask)
                    .On("size", (byte[] data, Person of) => ValueTask.FromResult(data.Length + of.Photo!.Length))
                    .OnOther((EventName name, EventArguments all) => $"{name}{all}"),
            host: b => b.Services.AddScoped<Greeting>()
        );
        await using var client = await server.JoinedAsync();
        await Ask("""["add",1,2]""", "[3]");
        await Ask("""["greet",{"name":"player-1"}]""", """["hello player-1"]""");
        await Ask("""["maybe","a"]""", """["a - 3"]""");
        await Ask("""["maybe","a",null,5]""", """["a - 5"]""");
        await Ask("""["several"]""", """[1,"two"]""");
        await Ask("""["nothing"]""", "[]");
        await Ask("""["task"]""", "[]");
        await Ask("""["unheard",1,[2]]""", """["unheard[1,[2]]"]""");
        await Ask("""[7,1]""", """["7[1]"]""");
        await client.SendAsync(
            """452-9["size",{"_placeholder":true,"num":0},{"name":"x","photo":{"_placeholder":true,"num":1}}]"""
        );
        await client.SendAsync(new byte[3]);
        await client.SendAsync(new byte[4]);
        (await client.TextAsync()).ShouldBe("439[7]");

        async Task Ask(string question, string answer)
        {
            await client.SendAsync("421" + question);
            (await client.TextAsync()).ShouldBe("431" + answer);
        }
    }

    [Fact]
    public async Task Bad_arguments_and_failures_are_told_by_the_ack_and_harm_nobody()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.On("add", (int a, int b) => a + b)
                .On("refuse", string () => throw new EventException("not now", new { after = 5 }))
                .On("fail", string () => throw new InvalidOperationException("the secret"))
        );
        await using var client = await server.JoinedAsync();
        await client.SendAsync("""421["add",1]""");
        (await client.TextAsync()).ShouldBe("""431[{"error":{"message":"Argument 1 is missing"}}]""");
        await client.SendAsync("""422["add",1,"x"]""");
        (await client.TextAsync()).ShouldStartWith("""432[{"error":{"message":"Argument 1 is not what is expected""");
        await client.SendAsync("""423["refuse"]""");
        (await client.TextAsync()).ShouldBe("""433[{"error":{"message":"not now","data":{"after":5}}}]""");
        await client.SendAsync("""424["fail"]""");
        (await client.TextAsync()).ShouldBe("""434[{"error":{"message":"Internal error"}}]""");
        await client.SendAsync("""42["fail"]""");
        await client.SendAsync("""425["add",1,2]""");
        (await client.TextAsync()).ShouldBe("435[3]");
        server.Log.All.ShouldContain(l => l.Contains("the secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_concurrency_of_one_each_event_waits_for_the_one_before_it()
    {
        await using var server = await TestServer.StartAsync(
            io =>
                io.On(
                    "step",
                    async (ClientSocket socket, int n) =>
                    {
                        await Task.Delay(n == 0 ? 200 : 1);
                        await socket.EmitAsync("stepped", n);
                    }
                ),
            o => o.EventConcurrency = 1
        );
        await using var client = await server.JoinedAsync();
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync($"42[\"step\",{i}]");
        }

        for (var i = 0; i < 20; i++)
        {
            (await client.TextAsync()).ShouldBe($"42[\"stepped\",{i}]");
        }
    }

    [Fact]
    public async Task What_a_callback_throws_when_its_client_goes_harms_nobody()
    {
        var left = new TaskCompletionSource<CancellationToken>();
        await using var server = await TestServer.StartAsync(io =>
            io.On(
                    "wait",
                    (CancellationToken ct) =>
                    {
                        _ = ct.Register(() => throw new InvalidOperationException("the callback's own"));
                        return true;
                    }
                )
                .OnDisconnect((Disconnection why, CancellationToken ct) => left.SetResult(ct))
        );
        await using (var client = await server.JoinedAsync())
        {
            await client.SendAsync("""421["wait"]""");
            (await client.TextAsync()).ShouldBe("431[true]");
        }

        // The end of the connection is what there is to handle: it does not call its own handling off.
        (await left.Task.WaitAsync(TimeSpan.FromSeconds(10))).IsCancellationRequested.ShouldBeFalse();
        await Eventually.HoldsAsync(
            () => server.Log.All.Any(l => l.Contains("the callback's own", StringComparison.Ordinal)),
            "it is in the log"
        );
        server.SocketIO.ConnectionCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_socket_whose_handlers_are_slow_is_not_read_any_further()
    {
        var gate = new TaskCompletionSource();
        var handled = 0;
        var received = 0L;
        await using var server = await TestServer.StartAsync(
            io =>
                io.On(
                    "wait",
                    async () =>
                    {
                        await gate.Task;
                        Interlocked.Increment(ref handled);
                    }
                ),
            o => (o.EventConcurrency, o.MaxPendingEvents) = (1, 4)
        );
        await using var client = await server.JoinedAsync();
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "socketio.messages.received" && instrument.Meter.Scope == factory)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref received, value));
        listener.Start();
        for (var i = 0; i < 50; i++)
        {
            await client.SendAsync("""42["wait"]""");
        }

        // The first is being handled, four wait.
        await Eventually.HoldsAsync(() => Volatile.Read(ref received) == 5, "five are read");
        await Task.Delay(100);
        received.ShouldBe(5);
        gate.SetResult();
        await Eventually.HoldsAsync(() => handled == 50, "all are handled in the end");
    }

    [Fact]
    public void Reserved_names_are_refused_on_both_ways()
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var io = new SocketIOBuilder(services);
        foreach (
            var name in new[]
            {
                "connect",
                "connect_error",
                "disconnect",
                "disconnecting",
                "newListener",
                "removeListener",
            }
        )
        {
            Should.Throw<ArgumentException>(() => io.On(name, () => { })).Message.ShouldContain("reserved");
            Should.Throw<ArgumentException>(() => SocketEmitter.ThrowIfReserved(name));
        }
    }

    [Fact]
    public async Task The_program_hears_why_a_client_left()
    {
        var heard = new List<string>();
        await using var server = await TestServer.StartAsync(io =>
            io.OnDisconnect(
                    (ClientSocket socket, Disconnection why) =>
                    {
                        lock (heard)
                        {
                            heard.Add($"{why.Reason}|{socket.IsConnected}");
                        }
                    }
                )
                .On("out", (ClientSocket socket) => socket.Disconnect())
                .On("close", (ClientSocket socket) => socket.Disconnect(close: true))
        );
        await using (var client = await server.JoinedAsync())
        {
            await client.SendAsync("41");
            await client.SendAsync("40");
            (await client.TextAsync()).ShouldStartWith("40{");
            await client.SendAsync("""42["out"]""");
            (await client.TextAsync()).ShouldBe("41");

            // What was on its way when the server said 41 is let go.
            await client.SendAsync("""42["late"]""");
            await client.SendAsync("40");
            (await client.TextAsync()).ShouldStartWith("40{");
            await client.SendAsync("""42["close"]""");
            (await client.TextAsync()).ShouldBe("41");
            (await client.ClosedAsync()).Status.ShouldBe(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure);
        }

        await using (await server.JoinedAsync()) { }

        await Eventually.HoldsAsync(() => heard.Count == 4, "all four are heard of");
        heard.ShouldBe([
            "client namespace disconnect|False",
            "server namespace disconnect|False",
            "server namespace disconnect|False",
            "transport close|False",
        ]);
    }

    [Fact]
    public async Task The_token_of_a_handler_is_cancelled_when_its_client_goes()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(io =>
            io.On(
                "wait",
                async (CancellationToken ct) =>
                {
                    try
                    {
                        await Task.Delay(TimeSpan.FromMinutes(1), ct);
                    }
                    catch (OperationCanceledException)
                    {
                        cancelled.SetResult();
                        throw;
                    }
                }
            )
        );
        await using (var client = await server.JoinedAsync())
        {
            await client.SendAsync("""42["wait"]""");
            await Task.Delay(100);
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Text_beyond_ascii_is_sent_as_it_is()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.JoinedAsync();
        await server.SocketIO.Main.EmitAsync("é", "😀 <b>");
        (await client.TextAsync()).ShouldBe("""42["é","😀 <b>"]""");
        Encoding.UTF8.GetByteCount("😀").ShouldBe(4);
    }

    internal sealed class Greeting : IDisposable
    {
        private bool _disposed;

        public string For(string name) =>
            _disposed ? throw new ObjectDisposedException(nameof(Greeting)) : "hello " + name;

        public void Dispose() => _disposed = true;
    }

    internal sealed record Person(string Name, byte[]? Photo);
}
