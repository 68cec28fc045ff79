using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Redis;
using Sillage.Redis.Tests;
using Sillage.SocketIO.Transport;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Hosting.SocketIO.Tests;

/// <summary>The clients that people have, against the product's own pipeline.</summary>
public sealed class ClientTests(PostgresServer postgres, RedisServer redis)
{
    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    [InlineData("upgrade")]
    [InlineData("header")]
    [InlineData("refused")]
    [InlineData("ended")]
    [InlineData("locked")]
    public async Task Socket_io_client(string scenario)
    {
        await using var server = await LiveServer.StartAsync();
        await RunAsync(scenario, server, server);
    }

    [Fact]
    public async Task Socket_io_client_that_sends_too_much()
    {
        await using var server = await LiveServer.StartAsync(
            settings:
            [
                ("Limits:RateLimits:Enabled", "true"),
                ("Live:ConnectionEvents:Burst", "10"),
                ("Live:ConnectionEvents:PerSecond", "1"),
            ]
        );
        await RunAsync("flood", server, server);
    }

    [Fact]
    public async Task Two_servers_on_one_PostgreSQL_and_one_Redis_are_one_to_their_clients()
    {
        var database = await postgres.CreateDatabaseAsync();
        Task<LiveServer> StartAsync() =>
            LiveServer.StartAsync(
                builder => builder.Services.AddRedisBackplane(redis.Configuration),
                ("Postgres", database),
                ("Redis", redis.Configuration)
            );
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await RunAsync("cluster", first, second);
    }

    [Fact]
    public async Task Live_connections_leave_the_HTTP_layer_and_are_counted_all_the_same()
    {
        await using var server = await LiveServer.StartAsync(settings: ("Limits:Connections", "4"));
        var port = (long)server.Host.Address.Port;
        var inHttp = 0L;
        var opened = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "kestrel.active_connections")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag is { Key: "server.port", Value: int p } && p == port)
                    {
                        Interlocked.Add(ref inHttp, value);
                        Interlocked.Add(ref opened, Math.Max(0, value));
                    }
                }
            }
        );
        listener.Start();
        var count = (LiveConnectionCount)server.Host.Services.GetRequiredService<ConnectionCount>();
        await Eventually.HoldsAsync(() => Task.FromResult(count.Count == 0));
        var sockets = new List<System.Net.WebSockets.ClientWebSocket>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                var socket = new System.Net.WebSockets.ClientWebSocket();
                sockets.Add(socket);
                await socket.ConnectAsync(
                    new Uri($"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"),
                    CancellationToken.None
                );
            }

            count.Count.ShouldBe(4);
            await Eventually.HoldsAsync(() => Task.FromResult(Interlocked.Read(ref inHttp) == 0));
            Interlocked.Read(ref opened).ShouldBe(4);
            await Should.ThrowAsync<HttpRequestException>(() =>
                server.Host.Client.GetAsync(new Uri("/health", UriKind.Relative))
            );

            sockets[0].Abort();
            await Eventually.HoldsAsync(() => Task.FromResult(count.Count == 3));
            (
                await server.Host.Client.GetAsync(new Uri("/health", UriKind.Relative))
            ).IsSuccessStatusCode.ShouldBeTrue();
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    private static async Task RunAsync(string scenario, LiveServer first, LiveServer second)
    {
        var person = await first.NewPersonAsync();
        var admin = await first.AdministratorAsync();
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Sillage.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run inside the repository.");
        }

        var tests = Path.Combine(root.FullName, "tests");
        string[] arguments =
        [
            Path.Combine(tests, "Sillage.Hosting.SocketIO.Tests", "live.mjs"),
            Path.Combine(tests, "node"),
            scenario,
            first.Host.Address.ToString(),
            second.Host.Address.ToString(),
            person.Id,
            person.Username,
            person.Token,
            admin.Token,
        ];
        using var process = Process.Start(
            new ProcessStartInfo("node", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        var log = string.Join('\n', first.Host.Log.Lines.TakeLast(40).Select(l => $"{l.Level} {l.Category} {l.Text}"));
        process.ExitCode.ShouldBe(0, $"{await output}\n{await errors}\n{log}");
    }
}
