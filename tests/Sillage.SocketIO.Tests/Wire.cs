using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO.Tests;

/// <summary>A server on a port of its own, with an Engine.IO echo beside the Socket.IO that the test defines.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, LogLines log)
    {
        _app = app;
        Log = log;
        Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        Address = Addresses[0];
        Http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromSeconds(15) };
    }

    /// <summary>Whether servers of this test listen with the library's own transport.</summary>
    public static AsyncLocal<bool> HasOwnTransport { get; } = new();

    public string Address { get; }
    public IReadOnlyList<string> Addresses { get; }
    public HttpClient Http { get; }
    public LogLines Log { get; }
    public IServiceProvider Services => _app.Services;
    public SocketIOServer SocketIO => _app.Services.GetRequiredService<SocketIOServer>();

    public static async Task<TestServer> StartAsync(
        Action<SocketIOBuilder>? configure = null,
        Action<SocketIOOptions>? options = null,
        Action<EngineIOOptions>? engine = null,
        Action<WebApplicationBuilder>? host = null,
        Action<WebApplication>? pipeline = null,
        EngineHandler? handler = null,
        HttpProtocols protocols = HttpProtocols.Http1
    )
    {
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o =>
            o.ShutdownTimeout = TimeSpan.FromSeconds(5)
        );
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = protocols));
        builder.Services.AddSocketIO(o => options?.Invoke(o));
        builder.Services.AddEngineIO(o => engine?.Invoke(o));
        if (HasOwnTransport.Value)
        {
            builder.WebHost.UseSocketIOTransport();
        }

        host?.Invoke(builder);
        var app = builder.Build();
        pipeline?.Invoke(app);
        app.MapEngineIO("/engine.io", handler ?? new EchoHandler());
        app.MapSocketIO("/socket.io", configure ?? (_ => { }));
        await app.StartAsync();
        return new TestServer(app, log);
    }

    public async Task<WebSocketClient> WebSocketAsync(string path = "/engine.io/", string query = "") =>
        await WebSocketClient.ConnectAsync(Address, $"{path}?EIO=4&transport=websocket{query}");

    /// <summary>A WebSocket that has joined the namespace / and has read all that this brings.</summary>
    public async Task<WebSocketClient> JoinedAsync(string auth = "", string query = "")
    {
        var client = await WebSocketAsync("/socket.io/", query);
        (await client.TextAsync()).ShouldStartWith("0{");
        await client.SendAsync("40" + auth);
        client.Joined = JsonDocument.Parse((await client.TextAsync())[2..]).RootElement;
        return client;
    }

    public async Task<PollingClient> PollingAsync(string path = "/engine.io/")
    {
        var client = new PollingClient(Http, path);
        await client.OpenAsync();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

internal sealed class EchoHandler : EngineHandler
{
    public override ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message)
    {
        _ = message.IsBinary ? connection.Send(message.Data.Span) : connection.Send(message.Text);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A bare WebSocket: packets as they are on the wire.</summary>
internal sealed class WebSocketClient(ClientWebSocket socket) : IAsyncDisposable
{
    public ClientWebSocket Socket => socket;
    public JsonElement Joined { get; set; }
    public string Id => Joined.GetProperty("sid").GetString()!;

    public static async Task<WebSocketClient> ConnectAsync(
        string address,
        string pathAndQuery,
        Action<ClientWebSocket>? configure = null
    )
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket);
        await socket.ConnectAsync(
            new Uri(address.Replace("http", "ws", StringComparison.Ordinal) + pathAndQuery),
            Soon()
        );
        return new WebSocketClient(socket);
    }

    public Task SendAsync(string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Soon());

    public Task SendAsync(byte[] data) => socket.SendAsync(data, WebSocketMessageType.Binary, true, Soon());

    /// <summary>The next message, whatever it is; null when the server closed.</summary>
    public async Task<(WebSocketMessageType Type, byte[] Data)?> NextAsync()
    {
        using var data = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            WebSocketReceiveResult result;
            try
            {
                result = await socket.ReceiveAsync(buffer, Soon());
            }
            catch (Exception e)
                when (e is WebSocketException or ObjectDisposedException || socket.State is WebSocketState.Aborted)
            {
                return null;
            }

            if (result.MessageType is WebSocketMessageType.Close)
            {
                return null;
            }

            await data.WriteAsync(buffer.AsMemory(0, result.Count));
            if (result.EndOfMessage)
            {
                return (result.MessageType, data.ToArray());
            }
        }
    }

    /// <summary>The next text.</summary>
    public async Task<string> TextAsync()
    {
        var next = await NextAsync();
        next.ShouldNotBeNull($"closed with {socket.CloseStatus} {socket.CloseStatusDescription}");
        next.Value.Type.ShouldBe(WebSocketMessageType.Text);
        return Encoding.UTF8.GetString(next.Value.Data);
    }

    /// <summary>The next binary message.</summary>
    public async Task<byte[]> BinaryAsync()
    {
        var next = await NextAsync();
        next.ShouldNotBeNull();
        next.Value.Type.ShouldBe(WebSocketMessageType.Binary);
        return next.Value.Data;
    }

    /// <summary>Reads on until the server closes; says what it said last.</summary>
    public async Task<(WebSocketCloseStatus? Status, string? Why)> ClosedAsync()
    {
        while (await NextAsync() is not null) { }

        return (socket.CloseStatus, socket.CloseStatusDescription);
    }

    /// <summary>Sends a message to the echo of Engine.IO or Socket.IO and expects it back: the connection lives.</summary>
    public async Task ShouldEchoAsync(string packet)
    {
        await SendAsync(packet);
        (await TextAsync()).ShouldBe(packet);
    }

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>HTTP long-polling by hand.</summary>
internal sealed class PollingClient(HttpClient http, string path)
{
    public string Sid { get; private set; } = "";
    public JsonElement Handshake { get; private set; }
    public string Url => $"{path}?EIO=4&transport=polling&sid={Sid}";

    public async Task OpenAsync()
    {
        var open = await http.GetStringAsync($"{path}?EIO=4&transport=polling");
        open.ShouldStartWith("0{");
        Handshake = JsonDocument.Parse(open[1..]).RootElement;
        Sid = Handshake.GetProperty("sid").GetString()!;
    }

    public async Task<string> PollAsync()
    {
        var (status, body) = await TryPollAsync();
        status.ShouldBe(200, body);
        return body;
    }

    public async Task<(int Status, string Body)> TryPollAsync(CancellationToken cancellation = default)
    {
        using var response = await http.GetAsync(Url, cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }

    public async Task<(int Status, string Body)> PostAsync(string body, string type = "text/plain")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var response = await http.PostAsync(Url, content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<int> PostOctetsAsync()
    {
        using var content = new ByteArrayContent([4, 1, 2]);
        content.Headers.ContentType = new("application/octet-stream");
        using var response = await http.PostAsync(Url, content);
        return (int)response.StatusCode;
    }

    public async Task PostOkAsync(string body) => (await PostAsync(body)).ShouldBe((200, "ok"));
}

/// <summary>What the server wrote to its log.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public string[] All
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose() { }
}
