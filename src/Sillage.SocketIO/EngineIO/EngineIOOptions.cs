using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Sillage.SocketIO.EngineIO;

/// <summary>The ways in which a client may talk to the server.</summary>
[Flags]
public enum EngineTransports
{
    /// <summary>None; not a valid setting.</summary>
    None = 0,

    /// <summary>HTTP long-polling.</summary>
    Polling = 1,

    /// <summary>WebSocket, over HTTP/1.1 upgrade or HTTP/2 extended CONNECT.</summary>
    WebSocket = 2,

    /// <summary>Both.</summary>
    All = Polling | WebSocket,
}

/// <summary>Settings of an Engine.IO server. Every one is checked when the host starts.</summary>
public class EngineIOOptions
{
    /// <summary>The time from one ping of the server to the next. Default 25 s; 100 ms to 10 min.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long after a ping the client's pong may take. Default 20 s; 100 ms to 10 min.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The largest message or POST body, in bytes, that a client may send; told to it as <c>maxPayload</c>.
    /// Default 1 000 000; 1 to 1 000 000 000.
    /// </summary>
    public int MaxHttpBufferSize { get; set; } = 1_000_000;

    /// <summary>How long a client may take between opening the WebSocket of an upgrade and completing it. Default 10 s.</summary>
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The transports that are served. Default both; <see cref="EngineTransports.WebSocket"/> needs no sticky sessions.</summary>
    public EngineTransports Transports { get; set; } = EngineTransports.All;

    /// <summary>Whether a session that began by polling may move to a WebSocket. Default true.</summary>
    public bool AllowUpgrades { get; set; } = true;

    /// <summary>
    /// Whether WebSocket messages may be compressed (RFC 7692). Default false: it costs some tens of kilobytes a connection,
    /// and each frame is then compressed for each receiver.
    /// </summary>
    public bool PerMessageDeflate { get; set; }

    /// <summary>The cookie that carries the session id for sticky load balancers; null, the default, sets none. Its name defaults to <c>io</c>.</summary>
    public CookieBuilder? Cookie { get; set; }

    /// <summary>
    /// What the id of every session begins with: a name of this server, by which a balancer finds it again for clients that keep no
    /// cookies. Letters, digits, <c>-</c> and <c>_</c>, up to 32; default none.
    /// </summary>
    public string SessionPrefix { get; set; } = "";

    /// <summary>The pages of other origins that may connect, by polling or WebSocket; null, the default, allows none.</summary>
    public CorsPolicy? Cors { get; set; }

    /// <summary>
    /// Whether a request whose <c>Origin</c> is neither the server's own nor allowed by <see cref="Cors"/> is refused
    /// with 403. Default true: browsers do not apply CORS to WebSockets, so the server must.
    /// </summary>
    public bool CheckOrigin { get; set; } = true;

    /// <summary>How many messages may wait for one slow connection before it is closed. Default 10 000; at least 1.</summary>
    public int MaxQueuedMessages { get; set; } = 10_000;

    /// <summary>How many bytes may wait for one slow connection before it is closed. Default 4 MiB; at least 1. One message is always let in.</summary>
    public long MaxQueuedBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long one write to a WebSocket may wait for the client to take it. Default 30 s; at least 100 ms.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection that the server closes is kept for the client to hear of it. Default 5 s; at most 1 min.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with these settings, one line each.</summary>
    internal virtual IEnumerable<string> Errors()
    {
        var shortest = TimeSpan.FromMilliseconds(100);
        var longest = TimeSpan.FromMinutes(10);
        if (PingInterval < shortest || PingInterval > longest)
        {
            yield return $"{nameof(PingInterval)} is {PingInterval}: 100 ms to 10 min.";
        }

        if (PingTimeout < shortest || PingTimeout > longest)
        {
            yield return $"{nameof(PingTimeout)} is {PingTimeout}: 100 ms to 10 min.";
        }

        if (UpgradeTimeout < shortest || UpgradeTimeout > longest)
        {
            yield return $"{nameof(UpgradeTimeout)} is {UpgradeTimeout}: 100 ms to 10 min.";
        }

        if (StallTimeout < shortest || StallTimeout > longest)
        {
            yield return $"{nameof(StallTimeout)} is {StallTimeout}: 100 ms to 10 min.";
        }

        if (CloseTimeout < TimeSpan.Zero || CloseTimeout > TimeSpan.FromMinutes(1))
        {
            yield return $"{nameof(CloseTimeout)} is {CloseTimeout}: 0 to 1 min.";
        }

        if (MaxHttpBufferSize is < 1 or > 1_000_000_000)
        {
            yield return $"{nameof(MaxHttpBufferSize)} is {MaxHttpBufferSize}: 1 to 1 000 000 000 bytes.";
        }

        if (MaxQueuedMessages < 1)
        {
            yield return $"{nameof(MaxQueuedMessages)} is {MaxQueuedMessages}: at least 1.";
        }

        if (MaxQueuedBytes < 1)
        {
            yield return $"{nameof(MaxQueuedBytes)} is {MaxQueuedBytes}: at least 1.";
        }

        if (SessionPrefix.Length > 32 || SessionPrefix.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
        {
            yield return $"{nameof(SessionPrefix)} is '{SessionPrefix}': up to 32 letters, digits, - and _.";
        }

        if (Transports is EngineTransports.None || (Transports | EngineTransports.All) is not EngineTransports.All)
        {
            yield return $"{nameof(Transports)} is {Transports}: Polling, WebSocket or both.";
        }
    }
}
