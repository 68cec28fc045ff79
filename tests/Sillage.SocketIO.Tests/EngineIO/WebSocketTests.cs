using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shouldly;
using Sillage.SocketIO.EngineIO;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests.EngineIO;

public class WebSocketTests
{
    [Fact]
    public async Task Text_and_bytes_come_back()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.ShouldEchoAsync("4hello");
        await client.ShouldEchoAsync("4");
        await client.ShouldEchoAsync("4ĀΩ😀");
        foreach (var length in new[] { 0, 1, 125, 126, 65_535, 65_536, 500_000 })
        {
            var data = new byte[length];
            new Random(length).NextBytes(data);
            await client.SendAsync(data);
            (await client.BinaryAsync()).ShouldBe(data);
            await client.ShouldEchoAsync("4" + new string('x', length));
        }
    }

    [Fact]
    public async Task A_message_in_fragments_is_one_message()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.Socket.SendAsync("4he"u8.ToArray(), WebSocketMessageType.Text, false, default);
        await client.Socket.SendAsync("ll"u8.ToArray(), WebSocketMessageType.Text, false, default);
        await client.Socket.SendAsync("o"u8.ToArray(), WebSocketMessageType.Text, true, default);
        (await client.TextAsync()).ShouldBe("4hello");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("7")]
    public async Task A_malformed_packet_closes_the_connection(string packet)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.SendAsync(packet);
        var (status, why) = await client.ClosedAsync();
        ((int?)status).ShouldBe(1008);
        why.ShouldBe("not an Engine.IO packet");
    }

    [Fact]
    public async Task A_close_packet_closes_the_connection()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.SendAsync("1");
        (await client.ClosedAsync()).Status.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_ping_of_the_client_is_the_wrong_way_round()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.SendAsync("2");
        (await client.ClosedAsync()).Why.ShouldBe("the client sent a ping, which is the server's part");
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_told_so_before_the_close()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxHttpBufferSize = 1000);
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.ShouldEchoAsync("4" + new string('x', 999));
        await client.SendAsync("4" + new string('x', 100_000));
        var (status, why) = await client.ClosedAsync();
        status.ShouldBe(WebSocketCloseStatus.MessageTooBig);
        why.ShouldBe("message larger than maxPayload (1000 bytes)");
        await Eventually.HoldsAsync(
            () => server.Log.All.Any(l => l.Contains("payload too large", StringComparison.Ordinal)),
            "the log says so too"
        );
    }

    [Fact]
    public async Task The_log_tells_why_a_connection_ended_and_not_its_id()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.WebSocketAsync();
        var sid = System.Text.Json.JsonDocument.Parse((await client.TextAsync())[1..]).RootElement.GetProperty("sid");
        await client.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await Eventually.HoldsAsync(
            () =>
                server.Log.All.Any(l =>
                    l.Contains("ended: transport close (the client closed)", StringComparison.Ordinal)
                ),
            "the close is in the log"
        );
        server.Log.All.ShouldNotContain(l =>
            l.Contains(sid.GetString()!, StringComparison.Ordinal)
            && l.StartsWith("Information: Connection", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Frames_that_queued_up_leave_in_their_order()
    {
        await using var server = await TestServer.StartAsync(handler: new Burst());
        await using var client = await server.WebSocketAsync();
        await client.TextAsync();
        await client.SendAsync("4go");
        for (var i = 0; i < 2000; i++)
        {
            (await client.TextAsync()).ShouldBe($"4{i}" + new string('.', i % 300));
        }
    }

    [Fact]
    public async Task Compression_works_where_it_is_switched_on()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.PerMessageDeflate = true);
        await using var client = await WebSocketClient.ConnectAsync(
            server.Address,
            "/engine.io/?EIO=4&transport=websocket",
            s => s.Options.DangerousDeflateOptions = new WebSocketDeflateOptions()
        );
        (await client.TextAsync()).ShouldStartWith("0{");
        for (var i = 0; i < 50; i++)
        {
            await client.ShouldEchoAsync("4" + new string('x', i * 100));
            var data = new byte[i * 50];
            await client.SendAsync(data);
            (await client.BinaryAsync()).ShouldBe(data);
        }
    }

    [Fact]
    public async Task Compression_is_off_unless_asked_for()
    {
        await using var server = await TestServer.StartAsync();
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync("127.0.0.1", new Uri(server.Address).Port);
        var stream = tcp.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
            )
        );
        var buffer = new byte[4096];
        var length = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            length += await stream.ReadAsync(buffer.AsMemory(length));
        }

        var answer = Encoding.ASCII.GetString(buffer, 0, length);
        answer.ShouldStartWith("HTTP/1.1 101");

        // The key and its answer are the example of RFC 6455 section 1.3.
        answer.ShouldContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        answer.ShouldNotContain("Sec-WebSocket-Extensions");
    }

    [Fact]
    public async Task Http_2_extended_connect_works_as_well()
    {
        await using var server = await TestServer.StartAsync(protocols: HttpProtocols.Http2);
        using var handler = new SocketsHttpHandler();
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = System.Net.HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(
            new Uri(
                server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/socket.io/?EIO=4&transport=websocket"
            ),
            invoker,
            default
        );
        await using var client = new WebSocketClient(socket);
        (await client.TextAsync()).ShouldStartWith("0{");
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldStartWith("40{");
        await client.SendAsync("1");
        (await client.ClosedAsync()).Status.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    private sealed class Burst : EngineHandler
    {
        public override ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message)
        {
            for (var i = 0; i < 2000; i++)
            {
                connection.Send(i + new string('.', i % 300));
            }

            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task Frames_that_queued_up_leave_in_one_write()
    {
        var stream = new TaskCompletionSource<GatedStream>();
        await using var server = await TestServer.StartAsync(pipeline: app =>
            app.Use(
                (context, next) =>
                {
                    if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
                    {
                        context.Features.Set<IHttpUpgradeFeature>(new GatedUpgrade(upgrade, stream));
                    }

                    return next(context);
                }
            )
        );
        await using var client = await server.JoinedAsync();
        var gated = await stream.Task;
        var main = server.SocketIO.Main;

        gated.Shut();
        await main.EmitAsync("first");
        for (var i = 0; i < 20; i++)
        {
            await main.EmitAsync("n", i);
        }

        gated.Open();
        (await client.TextAsync()).ShouldBe("""42["first"]""");
        for (var i = 0; i < 20; i++)
        {
            (await client.TextAsync()).ShouldBe($"42[\"n\",{i}]");
        }

        gated.Writes.ShouldBe(2);
    }

    private sealed class GatedUpgrade(IHttpUpgradeFeature inner, TaskCompletionSource<GatedStream> made)
        : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync()
        {
            var stream = new GatedStream(await inner.UpgradeAsync());
            made.SetResult(stream);
            return stream;
        }
    }

    /// <summary>A stream whose writes can be held up, and are counted from then on.</summary>
    private sealed class GatedStream(Stream inner) : Stream
    {
        private volatile TaskCompletionSource? _gate;
        private int _writes;

        public int Writes => Volatile.Read(ref _writes);

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Shut()
        {
            Volatile.Write(ref _writes, 0);
            _gate = new TaskCompletionSource();
        }

        public void Open() => _gate!.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
        {
            Interlocked.Increment(ref _writes);
            if (_gate is { } gate)
            {
                await gate.Task;
            }

            await inner.WriteAsync(buffer, ct);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) =>
            inner.ReadAsync(buffer, ct);

        public override Task FlushAsync(CancellationToken ct) => inner.FlushAsync(ct);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
