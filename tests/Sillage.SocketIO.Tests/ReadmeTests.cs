using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.Tests.Clients;
using Xunit;

#pragma warning disable MA0009 // The README's expression is short and its texts are names of namespaces; it shows no time limit.

namespace Sillage.SocketIO.Tests;

/// <summary>The examples of the library's README: each stands here or in a sample as it stands there, and runs.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Every_example_is_one_that_is_run()
    {
        var readme = File.ReadAllText(Path.Combine(ClientTests.Root, "src", "Sillage.SocketIO", "README.md"));
        var run = new[]
        {
            File.ReadAllText(Path.Combine(ClientTests.Root, "samples", "SocketIOChat", "Program.cs")),
            File.ReadAllText(OwnSource()),
        };
        var examples = Regex.Matches(readme, "```csharp\n(?<code>.*?)```", RegexOptions.Singleline);
        examples.Count.ShouldBe(4);
        foreach (Match example in examples)
        {
            var code = Dense(example.Groups["code"].Value);
            run.Any(source => Dense(source).Contains(code, StringComparison.Ordinal))
                .ShouldBeTrue(example.Groups["code"].Value);
        }
    }

    // The formatter lays lines out by where they stand.
    private static string Dense(string code) =>
        string.Concat(code.Where(c => !char.IsWhiteSpace(c))).Replace(",}", "}", StringComparison.Ordinal);

    private static string OwnSource([CallerFilePath] string path = "") => path;

    [Fact]
    public async Task Handlers_take_what_they_ask_for_and_namespaces_keep_out_whom_they_must()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddSocketIO();
        builder.Services.AddScoped<ScoreStore>();
        builder.Services.AddAuthorization(o => o.AddPolicy("staff", p => p.RequireAuthenticatedUser()));
        await using var app = builder.Build();

        app.MapSocketIO(
            "/socket.io",
            io =>
            {
                io.OnConnection((ClientSocket socket) => socket.EmitAsync("welcome", socket.Id));
                io.On(
                    "save",
                    async (Score score, ScoreStore store, CancellationToken ct) => await store.SaveAsync(score, ct)
                );
                io.OnDisconnect((ClientSocket socket, Disconnection why) => Console.WriteLine(why.Reason));

                io.Of("/staff")
                    .RequireAuthorization("staff")
                    .On("close", (ClientSocket socket) => socket.Namespace.EmitAsync("closed"));
                io.Of(new Regex("^/game-[0-9]+$"))
                    .Use(context =>
                    {
                        if (!context.Auth.TryGetProperty("token", out _))
                        {
                            context.Refuse("no token", new { code = 7 });
                        }

                        return default;
                    });
            }
        );

        await app.StartAsync();
        await using var client = await WebSocketClient.ConnectAsync(
            app.Urls.First(),
            "/socket.io/?EIO=4&transport=websocket"
        );
        await client.TextAsync();
        await client.SendAsync("40");
        var id = System.Text.Json.JsonDocument.Parse((await client.TextAsync())[2..]).RootElement.GetProperty("sid");
        (await client.TextAsync()).ShouldBe($"42[\"welcome\",{id.GetRawText()}]");
        await client.SendAsync("""421["save",{"points":12}]""");
        (await client.TextAsync()).ShouldBe("431[12]");
        await client.SendAsync("40/staff,");
        (await client.TextAsync()).ShouldBe("""44/staff,{"message":"Not authorized"}""");
        await client.SendAsync("40/game-1,");
        (await client.TextAsync()).ShouldBe("""44/game-1,{"message":"no token","data":{"code":7}}""");
        await client.SendAsync("""40/game-1,{"token":"t"}""");
        (await client.TextAsync()).ShouldStartWith("40/game-1,{");
    }

    [Fact]
    public async Task Sending_in_every_way()
    {
        var (bytes, x, y) = (new byte[] { 3 }, 1, 2);
        await using var server = await TestServer.StartAsync(io => io.Of(new Regex("^/game-[0-9]+$")));
        await using var first = await server.JoinedAsync();
        await using var second = await server.JoinedAsync();
        server.SocketIO.Main.Find(second.Id)!.Join("room");
        var sent = SendAsync(server.SocketIO.Main.Find(first.Id)!, server.SocketIO);

        (await first.TextAsync()).ShouldBe("""451-["event",1,"two",{"three":{"_placeholder":true,"num":0}}]""");
        (await first.BinaryAsync()).ShouldBe([3]);
        (await first.TextAsync()).ShouldBe("""420["question"]""");
        await first.SendAsync("""430["yes"]""");
        (await first.TextAsync()).ShouldBe("""42["position",1,2]""");
        (await first.TextAsync()).ShouldBe("""42["event"]""");
        (await second.TextAsync()).ShouldBe("""42["event"]""");
        (await second.TextAsync()).ShouldBe("""42["event"]""");
        (await second.TextAsync()).ShouldBe("""42["event"]""");
        (await second.TextAsync()).ShouldBe("""421["ready?"]""");
        await second.SendAsync("431[true]");
        await sent.WaitAsync(TimeSpan.FromSeconds(10));

        async Task SendAsync(ClientSocket socket, SocketIOServer server)
        {
            await socket.EmitAsync("event", 1, "two", new { three = bytes });
            var answer = await socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<string>("question");
            await socket.Volatile.EmitAsync("position", x, y); // dropped if the client is not ready

            await socket.Broadcast.EmitAsync("event"); // all but this one
            await socket.To("room").EmitAsync("event"); // the room, but not this one
            await server.Of("/game-1").To("a", "b").Except("c").EmitAsync("event");
            await server.Main.Local.EmitAsync("event"); // this process only
            var answers = await server.Main.To("room").EmitWithAckAsync("ready?");

            answer.ShouldBe("yes");
            answers.Answers.ShouldHaveSingleItem().Get<bool>(0).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Several_processes()
    {
        var hub = new MemoryBackplane();
        var reloaded = new TaskCompletionSource<int>();
        await using var here = await StartAsync();
        await using var there = await StartAsync();
        await using var client = await there.JoinedAsync();
        there.SocketIO.Main.Find(client.Id)!.Join("room");
        var sent = SendAsync(here.SocketIO);

        (await client.TextAsync()).ShouldBe("""42["event"]""");
        (await client.TextAsync()).ShouldBe("""420["ready?"]""");
        await client.SendAsync("430[true]");
        (await client.TextAsync()).ShouldBe($"42[\"hello\",\"{client.Id}\"]");
        await sent.WaitAsync(TimeSpan.FromSeconds(10));
        (await reloaded.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(3);

        Task<TestServer> StartAsync() =>
            TestServer.StartAsync(
                io =>
                    io.OnServerSideEmit(
                        "reload",
                        (_, arguments) =>
                        {
                            reloaded.SetResult(arguments.Get<int>(0));
                            return default;
                        }
                    ),
                host: b => b.Services.AddSingleton(hub.CreateLink())
            );

        static async Task SendAsync(SocketIOServer server)
        {
            await server.Main.To("room").EmitAsync("event"); // whichever process they are connected to
            var (answers, missing) = await server.Main.To("room").EmitWithAckAsync("ready?"); // from all of them
            foreach (var socket in await server.Main.FetchSocketsAsync()) // all of them, with rooms and data
            {
                await socket.EmitAsync("hello", socket.Id);
            }

            await server.Main.Everyone.JoinAsync("room"); // LeaveAsync, DisconnectAsync
            await server.Main.ServerSideEmitAsync("reload", 3); // to the other programs: OnServerSideEmit

            (answers.Count, missing).ShouldBe((1, 0));
        }
    }

    internal sealed record Score(int Points);

    internal sealed class ScoreStore
    {
        private readonly List<Score> _kept = [];

        public Task<int> SaveAsync(Score score, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            _kept.Add(score);
            return Task.FromResult(_kept.Sum(s => s.Points));
        }
    }
}
