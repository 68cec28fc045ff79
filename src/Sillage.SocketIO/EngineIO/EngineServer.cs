using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sillage.SocketIO.EngineIO;

/// <summary>All connections of one mapped path: takes its requests, and refuses those that are not the protocol's.</summary>
internal sealed class EngineServer : IDisposable
{
    private readonly ConcurrentDictionary<string, EngineConnection> _connections = new(StringComparer.Ordinal);
    private readonly TimerWheel[] _wheels;
    private readonly CorsService? _cors;
    private uint _nextWheel;
    private volatile bool _stopping;

    public EngineServer(
        EngineIOOptions options,
        EngineHandler handler,
        TimeProvider time,
        SocketIOMetrics metrics,
        ILoggerFactory loggers
    )
    {
        Options = options;
        Handler = handler;
        Metrics = metrics;
        Clock = new EngineClock(time);
        Logger = loggers.CreateLogger("Sillage.SocketIO.EngineIO");
        PingIntervalMilliseconds = (long)options.PingInterval.TotalMilliseconds;
        PingTimeoutMilliseconds = (long)options.PingTimeout.TotalMilliseconds;

        // Short heartbeats have a finer tick: what each is late adds up from ping to ping.
        var tick = (int)
            Math.Clamp(
                Math.Min(PingIntervalMilliseconds, PingTimeoutMilliseconds) / 32,
                TimerWheel.ShortestTick,
                TimerWheel.LongestTick
            );
        _wheels = new TimerWheel[Environment.ProcessorCount];
        for (var i = 0; i < _wheels.Length; i++)
        {
            _wheels[i] = new TimerWheel(Clock, tick);
        }

        _cors = options.Cors is null
            ? null
            : new CorsService(Microsoft.Extensions.Options.Options.Create(new CorsOptions()), loggers);
    }

    public EngineIOOptions Options { get; }
    public EngineHandler Handler { get; }
    public SocketIOMetrics Metrics { get; }
    public EngineClock Clock { get; }
    public ILogger Logger { get; }
    public long PingIntervalMilliseconds { get; }
    public long PingTimeoutMilliseconds { get; }
    public int Count => _connections.Count;

    public TimerWheel NextWheel() => _wheels[Interlocked.Increment(ref _nextWheel) % (uint)_wheels.Length];

    public void Remove(EngineConnection connection) => _connections.TryRemove(connection.Id, out _);

    /// <summary>Takes one request of the mapped path.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (_cors is not null)
        {
            var result = _cors.EvaluatePolicy(context, Options.Cors!);
            _cors.ApplyResult(result, context.Response);
            if (result.IsPreflightRequest)
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
        }

        // The checks stand in the protocol's order: the codes that clients see depend on it.
        var query = context.Request.Query;
        EngineTransports? transport = query["transport"].ToString() switch
        {
            "polling" => EngineTransports.Polling,
            "websocket" => EngineTransports.WebSocket,
            _ => null,
        };
        if (transport is null || !Options.Transports.HasFlag(transport.Value))
        {
            return RefuseAsync(context, EngineError.UnknownTransport, "no such transport");
        }

        if (Options.CheckOrigin && !IsOriginAllowed(context))
        {
            return RefuseAsync(context, EngineError.Forbidden, "the page's origin is not allowed");
        }

        var sid = query["sid"].ToString();
        var isWebSocket = WebSocketHandshake.IsRequested(context);
        if (isWebSocket != (transport is EngineTransports.WebSocket) && (isWebSocket || sid.Length == 0))
        {
            return HttpMethods.IsGet(context.Request.Method) || isWebSocket
                ? RefuseAsync(context, EngineError.BadRequest, "the transport does not fit the request")
                : RefuseAsync(context, EngineError.BadHandshakeMethod, "a handshake is a GET");
        }

        if (isWebSocket && !WebSocketHandshake.IsValid(context))
        {
            return RefuseAsync(context, EngineError.BadRequest, "not a WebSocket handshake");
        }

        return sid.Length > 0
            ? ContinueAsync(context, sid, transport.Value, isWebSocket)
            : BeginAsync(context, isWebSocket);
    }

    /// <summary>Serves a WebSocket that the host has on a stream of its own.</summary>
    public async Task ServeAsync(HttpContext context, Stream stream)
    {
        if (_stopping)
        {
            context.Abort();
            return;
        }

        var connection = NewConnection(context);
        var webSocket = new WebSocketTransport(connection, new AcceptedStream(stream, context), deflate: false);
        await connection.ServeWebSocketAsync(webSocket);
    }

    private EngineConnection NewConnection(HttpContext context) =>
        new(this, Options.SessionPrefix + NewId(), new EngineHandshake(context, Clock.Provider.GetUtcNow()));

    private Task ContinueAsync(HttpContext context, string sid, EngineTransports transport, bool isWebSocket)
    {
        if (!_connections.TryGetValue(sid, out var connection))
        {
            return RefuseAsync(context, EngineError.UnknownSession, "no such session");
        }

        if (context.Request.Query["EIO"] != "4")
        {
            return RefuseAsync(context, EngineError.BadRequest, "the session speaks protocol 4");
        }

        if (!SocketIOGate.IsSameUser(connection.Handshake.User, context.User))
        {
            return RefuseAsync(context, EngineError.Forbidden, "the session is another user's");
        }

        if (isWebSocket)
        {
            return UpgradeAsync(context, connection);
        }

        if (transport is not EngineTransports.Polling)
        {
            return RefuseAsync(context, EngineError.BadRequest, "not a WebSocket request");
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            return connection.PollAsync(context);
        }

        return HttpMethods.IsPost(context.Request.Method)
            ? connection.PostAsync(context)
            : RefuseAsync(context, EngineError.BadRequest, "a session takes GET and POST");
    }

    private async Task BeginAsync(HttpContext context, bool isWebSocket)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !isWebSocket)
        {
            await RefuseAsync(context, EngineError.BadHandshakeMethod, "a handshake is a GET");
            return;
        }

        if (context.Request.Query["EIO"] != "4")
        {
            await (
                context.Request.Query["EIO"] == "3" && Handler.ToProtocol3 is { } message
                    ? RefuseProtocol3Async(context, isWebSocket, message)
                    : RefuseAsync(context, EngineError.UnsupportedProtocolVersion, "only protocol 4 is spoken")
            );
            return;
        }

        if (_stopping)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var connection = NewConnection(context);
        SetCookie(context, connection.Id);
        if (!isWebSocket)
        {
            Open(connection, upgrades: Options.AllowUpgrades && Options.Transports.HasFlag(EngineTransports.WebSocket));
            await connection.PollAsync(context);
            return;
        }

        var webSocket = await AcceptAsync(context, connection);
        await ServeAsync(webSocket, () => connection.ServeWebSocketAsync(webSocket));
    }

    /// <summary>Opens a session of protocol 3 that says why it ends: an open packet, the message, a close packet.</summary>
    private async Task RefuseProtocol3Async(HttpContext context, bool isWebSocket, string message)
    {
        Metrics.Refused(EngineError.UnsupportedProtocolVersion);
        EngineLog.Refused(
            Logger,
            (int)EngineError.UnsupportedProtocolVersion,
            EngineError.UnsupportedProtocolVersion.Message(),
            "only protocol 4 is spoken"
        );
        string[] packets =
        [
            "0" + Encoding.UTF8.GetString(OpenPacket(NewId(), upgrades: false)),
            (char)EnginePacketType.Message + message,
            "1",
        ];
        if (!isWebSocket)
        {
            // Protocol 3 counts a packet's characters before it.
            context.Response.ContentType = "text/plain; charset=UTF-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(
                string.Concat(packets.Select(p => $"{p.Length}:{p}")),
                context.RequestAborted
            );
            return;
        }

        await SayAndCloseAsync(context, [.. packets.SelectMany(TextFrame), .. WebSocketFrame.EmptyClose]);

        static byte[] TextFrame(string text)
        {
            var payload = Encoding.UTF8.GetBytes(text);
            var frame = new byte[WebSocketFrame.HeaderLength(payload.Length) + payload.Length];
            payload.CopyTo(frame, WebSocketFrame.WriteHeader(frame, WebSocketFrame.Text, payload.Length));
            return frame;
        }
    }

    private async Task UpgradeAsync(HttpContext context, EngineConnection connection)
    {
        if (!Options.AllowUpgrades)
        {
            await RefuseAsync(context, EngineError.BadRequest, "upgrades are switched off");
            return;
        }

        if (!connection.TryBeginUpgrade(out var error))
        {
            if (error is EngineError.BadRequest)
            {
                await CloseSurplusAsync(context);
                return;
            }

            await RefuseAsync(context, error, "the session cannot be upgraded, or is being so already");
            return;
        }

        WebSocketTransport webSocket;
        try
        {
            webSocket = await AcceptAsync(context, connection);
        }
        catch
        {
            connection.AbandonUpgrade();
            throw;
        }

        await ServeAsync(webSocket, () => connection.ServeUpgradeAsync(webSocket));
    }

    /// <summary>A session has one WebSocket: another is accepted and closed, as clients expect, and the session goes on.</summary>
    private async Task CloseSurplusAsync(HttpContext context)
    {
        Metrics.Refused(EngineError.BadRequest);
        EngineLog.Refused(
            Logger,
            (int)EngineError.BadRequest,
            "A second WebSocket",
            "the session has one, or is moving to one"
        );
        await SayAndCloseAsync(context, WebSocketFrame.EmptyClose);
    }

    /// <summary>Accepts a WebSocket for these frames only.</summary>
    private static async Task SayAndCloseAsync(HttpContext context, byte[] frames)
    {
        var accepted = await WebSocketHandshake.AcceptAsync(context, deflate: false);
        try
        {
            await accepted.Stream.WriteAsync(frames, CancellationToken.None);
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (accepted.IsDetached)
        {
            await accepted.Stream.DisposeAsync();
        }
    }

    /// <summary>Serves a WebSocket to its end, in the time of its request if it has need of that.</summary>
    private static Task ServeAsync(WebSocketTransport webSocket, Func<Task> serve)
    {
        if (!webSocket.IsDetached)
        {
            return serve();
        }

        // Nothing of the request may stay with the connection.
        using (ExecutionContext.SuppressFlow())
        {
            _ = serve();
        }

        return Task.CompletedTask;
    }

    private async ValueTask<WebSocketTransport> AcceptAsync(HttpContext context, EngineConnection connection)
    {
        var deflate = Options.PerMessageDeflate && WebSocketHandshake.OffersDeflate(context);
        return new WebSocketTransport(connection, await WebSocketHandshake.AcceptAsync(context, deflate), deflate);
    }

    /// <summary>Opens a connection: the handshake is its first packet, whatever the handler sends comes after it.</summary>
    public void Open(EngineConnection connection, bool upgrades)
    {
        _connections[connection.Id] = connection;
        Metrics.Opened();
        EngineLog.Opened(
            Logger,
            connection.LogId,
            connection.Transport,
            connection.Handshake.RemoteAddress?.ToString()
        );
        connection.Send(OutgoingMessage.Open(OpenPacket(connection.Id, upgrades)));
#pragma warning disable CA1031 // The edge: a program that fails to open one connection loses that one only.
        try
        {
            Handler.OnOpen(connection);
        }
        catch (Exception e)
        {
            EngineLog.HandlerFailed(Logger, e, connection.LogId);
            connection.Close(CloseReason.ServerClose, "the program's handler failed");
        }
#pragma warning restore CA1031

        connection.StartDeadlines();
        if (_stopping)
        {
            connection.Close(CloseReason.ServerShutdown);
        }
    }

    private byte[] OpenPacket(string id, bool upgrades)
    {
        var json = new System.Buffers.ArrayBufferWriter<byte>(128);
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WriteString("sid"u8, id);
        writer.WriteStartArray("upgrades"u8);
        if (upgrades)
        {
            writer.WriteStringValue("websocket"u8);
        }

        writer.WriteEndArray();
        writer.WriteNumber("pingInterval"u8, PingIntervalMilliseconds);
        writer.WriteNumber("pingTimeout"u8, PingTimeoutMilliseconds);
        writer.WriteNumber("maxPayload"u8, Options.MaxHttpBufferSize);
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    public void OnClosed(EngineConnection connection, CloseReason reason, string? detail)
    {
        Metrics.Closed(reason);
        EngineLog.Closed(
            Logger,
            connection.LogId,
            reason.Text(),
            detail ?? "no more to tell",
            connection.Transport,
            (Clock.Now - connection.OpenedAt) / 1000
        );
#pragma warning disable CA1031 // The edge: a handler that fails at the end of one connection must not stop the others' timer.
        try
        {
            Handler.OnClose(connection, reason, detail);
        }
        catch (Exception e)
        {
            EngineLog.HandlerFailed(Logger, e, connection.LogId);
        }
#pragma warning restore CA1031
    }

    /// <summary>Refuses a request with the protocol's error object.</summary>
    public async Task RefuseAsync(HttpContext context, EngineError error, string why)
    {
        Metrics.Refused(error);
        EngineLog.Refused(Logger, (int)error, error.Message(), why);
        context.Response.StatusCode = error.StatusCode();
        await WriteErrorAsync(context, (int)error, error.Message());
    }

    /// <summary>Refuses a body that is larger than a client may send.</summary>
    public async Task RefuseTooLargeAsync(HttpContext context, int limit)
    {
        Metrics.Refused(EngineError.BadRequest);
        EngineLog.Refused(Logger, (int)EngineError.BadRequest, "Payload too large", "a body above maxPayload");
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        await WriteErrorAsync(
            context,
            (int)EngineError.BadRequest,
            $"The payload is larger than maxPayload ({limit} bytes)"
        );
    }

    private static async Task WriteErrorAsync(HttpContext context, int code, string message)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using (var writer = new Utf8JsonWriter(context.Response.BodyWriter))
        {
            writer.WriteStartObject();
            writer.WriteNumber("code"u8, code);
            writer.WriteString("message"u8, message);
            writer.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
    }

    private bool IsOriginAllowed(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return true;
        }

        if (Options.Cors is { } policy && (policy.AllowAnyOrigin || policy.IsOriginAllowed(origin)))
        {
            return true;
        }

        // The scheme is left out: behind a proxy that ends TLS the server sees another one than the page.
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && context.Request.Host is { HasValue: true } host
            && uri.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
            && uri.Port == (host.Port ?? (uri.Scheme == Uri.UriSchemeHttps ? 443 : 80));
    }

    private void SetCookie(HttpContext context, string id)
    {
        if (Options.Cookie is { } cookie)
        {
            context.Response.Cookies.Append(cookie.Name ?? "io", id, cookie.Build(context, Clock.Provider.GetUtcNow()));
        }
    }

    /// <summary>A name that nobody guesses: 120 random bits.</summary>
    public static string NewId()
    {
        Span<byte> random = stackalloc byte[15];
        RandomNumberGenerator.Fill(random);
        return System.Buffers.Text.Base64Url.EncodeToString(random);
    }

    /// <summary>Tells every client that the server stops, and takes no new ones.</summary>
    public void Stop()
    {
        _stopping = true;
        EngineLog.Stopping(Logger, Count);
        foreach (var connection in _connections.Values)
        {
            connection.Close(CloseReason.ServerShutdown);
        }
    }

    public void Dispose()
    {
        foreach (var wheel in _wheels)
        {
            wheel.Dispose();
        }
    }
}
