using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests.Transport;

/// <summary>What the library's own transport does that Kestrel's does not, and that it does what Kestrel's does.</summary>
public sealed class TransportTests
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _requestEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_WebSocket_leaves_its_request()
    {
        await using var server = await StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await _requestEnded.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await client.ShouldEchoAsync("4still here");
    }

    [Theory]
    [InlineData("connections")]
    [InlineData("upgrades")]
    [InlineData("middleware")]
    public async Task What_Kestrel_has_to_see_stays_with_it(string why)
    {
        await using var server = await StartAsync(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = why is "connections" ? 10 : null;
            kestrel.Limits.MaxConcurrentUpgradedConnections = why is "upgrades" ? 10 : null;
            kestrel.ConfigureEndpointDefaults(listen =>
            {
                if (why is "middleware")
                {
                    listen.UseConnectionLogging();
                }
            });
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var client = await WebSocketClient.ConnectAsync(
            server.Addresses[^1],
            "/engine.io/?EIO=4&transport=websocket"
        );
        await client.TextAsync();
        await client.ShouldEchoAsync("4hello");
        _requestEnded.Task.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task It_works_under_TLS()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.MaxValue
        );
        await using var server = await StartAsync(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))
        );
        await using var client = await WebSocketClient.ConnectAsync(
            server.Addresses[^1],
            "/engine.io/?EIO=4&transport=websocket",
            socket =>
                socket.Options.RemoteCertificateValidationCallback = (_, its, _, _) =>
                    its?.GetCertHashString() == certificate.Thumbprint
        );
        await client.TextAsync();
        await client.ShouldEchoAsync("4hello");
        _requestEnded.Task.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Frames_that_come_with_the_request_are_not_lost()
    {
        await using var server = await StartAsync();
        using var client = await ConnectAsync(server);
        await client.SendAsync(
            Encoding.Latin1.GetBytes(
                "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    + "\u0001\u0084\0\0\0\04one\u0080\u0084\0\0\0\0-two\u0081\u0082\0\0\0\04!"
            )
        );
        var answer = await ReadUntilAsync(client, "4!");
        answer.ShouldContain("HTTP/1.1 101");
        answer.ShouldContain("4one-two");
    }

    [Fact]
    public async Task Requests_follow_one_another_on_a_connection()
    {
        await using var server = await StartAsync();
        using var client = await ConnectAsync(server);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            (await ReadUntilAsync(client, "hello")).ShouldContain("HTTP/1.1 200");
        }
    }

    [Fact]
    public async Task Large_bodies_go_both_ways()
    {
        await using var server = await StartAsync();
        var body = new byte[8 * 1024 * 1024];
        new Random(3).NextBytes(body);
        using var answer = await server.Http.PostAsync("/mirror", new ByteArrayContent(body));
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(body);
    }

    [Fact]
    public async Task An_answer_that_nobody_takes_is_waited_for_and_then_cut()
    {
        await using var server = await StartAsync();
        using var client = await ConnectAsync(server);
        await client.SendAsync("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await ReadUntilAsync(client, "HTTP/1.1 200");
        client.Close(timeout: 0);
        await _aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_request_hears_that_its_client_went_away()
    {
        await using var server = await StartAsync();
        using var client = await ConnectAsync(server);
        await client.SendAsync("GET /waiting HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await _waiting.Task.WaitAsync(TimeSpan.FromSeconds(10));
        client.Dispose();
        await _aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_server_that_stops_says_goodbye_to_those_that_Kestrel_no_longer_knows()
    {
        var server = await StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await _requestEnded.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var stopped = server.Services.GetRequiredService<IHost>().StopAsync();
        var (status, _) = await client.ClosedAsync();
        ((int?)status).ShouldBe(1001);
        await client.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "", default);
        await stopped;
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_vanishes_is_let_go()
    {
        await using var server = await StartAsync();
        await using (var client = await server.JoinedAsync())
        {
            server.SocketIO.ConnectionCount.ShouldBe(1);
        }

        await Eventually.HoldsAsync(() => server.SocketIO.ConnectionCount == 0, "the connection is still known");
    }

    [Fact]
    public async Task A_broadcast_allocates_nothing_for_a_receiver()
    {
        await using var server = await StartAsync();
        var clients = new List<WebSocketClient>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await server.JoinedAsync());
            server.SocketIO.Main.Find(clients[^1].Id)!.Join("all");
        }

        server.SocketIO.Main.Find(clients[0].Id)!.Join("one");
        Allocated("one");
        Allocated("all");
        (Allocated("all") - Allocated("one")).ShouldBeLessThan(20 * 8);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        // Bytes for a broadcast, on this thread, which does all of it for so few.
        long Allocated(string room)
        {
            const int Times = 200;
            var to = server.SocketIO.Main.To(room);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Times; i++)
            {
                var emitted = to.EmitAsync("said", "hello").AsTask();
                emitted.IsCompletedSuccessfully.ShouldBeTrue();
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
        }
    }

    private Task<TestServer> StartAsync(Action<KestrelServerOptions>? kestrel = null)
    {
        TestServer.HasOwnTransport.Value = true;
        return TestServer.StartAsync(
            host: builder => builder.WebHost.ConfigureKestrel(options => kestrel?.Invoke(options)),
            pipeline: app =>
            {
                app.Use(
                    async (context, next) =>
                    {
                        await next(context);
                        if (context.WebSockets.IsWebSocketRequest || context.Response.StatusCode == 101)
                        {
                            _requestEnded.TrySetResult();
                        }
                    }
                );
                app.MapGet("/hello", () => "hello");
                app.MapPost("/mirror", async (HttpContext context) => await MirrorAsync(context));
                app.MapGet(
                    "/waiting",
                    async (HttpContext context) =>
                    {
                        await using var aborted = context.RequestAborted.Register(() => _aborted.TrySetResult());
                        _waiting.TrySetResult();
                        await _aborted.Task;
                    }
                );
                app.MapGet(
                    "/endless",
                    async (HttpContext context) =>
                    {
                        await using var aborted = context.RequestAborted.Register(() => _aborted.TrySetResult());
                        var bytes = new byte[64 * 1024];
                        while (!context.RequestAborted.IsCancellationRequested)
                        {
                            await context.Response.Body.WriteAsync(bytes);
                        }
                    }
                );
            }
        );
    }

    private static async Task MirrorAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentLength = body.Length;
        body.Position = 0;
        await body.CopyToAsync(context.Response.Body);
    }

    private static async Task<Socket> ConnectAsync(TestServer server)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, new Uri(server.Address).Port);
        return client;
    }

    private static async Task<string> ReadUntilAsync(Socket client, string end)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var buffer = new byte[64 * 1024];
        var text = "";
        while (!text.Contains(end, StringComparison.Ordinal))
        {
            var length = await client.ReceiveAsync(buffer, soon.Token);
            length.ShouldBeGreaterThan(0, text);
            text += Encoding.Latin1.GetString(buffer, 0, length);
        }

        return text;
    }
}
