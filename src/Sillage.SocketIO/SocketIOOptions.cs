using System.Text.Json;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO;

/// <summary>Settings of a Socket.IO server. Every one is checked when the host starts.</summary>
public sealed class SocketIOOptions : EngineIOOptions
{
    /// <summary>How long a client may stay connected without having joined a namespace. Default 45 s; 100 ms to 10 min.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How many binary attachments an event may have. Default 10; 0 to 1000.</summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>How many namespaces one connection may join. Default 100; at least 1.</summary>
    public int MaxNamespacesPerConnection { get; set; } = 100;

    /// <summary>
    /// How many events of one socket may wait for its handlers before nothing more is read from its connection. Default 256;
    /// at least 1.
    /// </summary>
    public int MaxPendingEvents { get; set; } = 256;

    /// <summary>
    /// How many events of one socket are handled at once. Their handlers begin in the events' order; one that waits does not hold up
    /// the next, as in Node. Default 256; at least 1. With 1 each event waits for the one before it: strict order, and a handler that
    /// awaits an acknowledgement of its own client then holds back that client's other events.
    /// </summary>
    public int EventConcurrency { get; set; } = 256;

    /// <summary>How long a client may take to acknowledge where the program says nothing else. Default 30 s.</summary>
    public TimeSpan AckTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How arguments become JSON and back. Default: that of the web, camel case.</summary>
    public JsonSerializerOptions Json { get; set; } = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// Lets a client that lost its network take up where it was; null, the default, switches it off. A namespace may say otherwise:
    /// <see cref="NamespaceBuilder.UseRecovery"/>.
    /// </summary>
    public RecoveryOptions? Recovery { get; set; }

    internal override IEnumerable<string> Errors()
    {
        foreach (var error in base.Errors())
        {
            yield return error;
        }

        if (ConnectTimeout < TimeSpan.FromMilliseconds(100) || ConnectTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"{nameof(ConnectTimeout)} is {ConnectTimeout}: 100 ms to 10 min.";
        }

        if (MaxAttachments is < 0 or > 1000)
        {
            yield return $"{nameof(MaxAttachments)} is {MaxAttachments}: 0 to 1000.";
        }

        if (MaxNamespacesPerConnection < 1)
        {
            yield return $"{nameof(MaxNamespacesPerConnection)} is {MaxNamespacesPerConnection}: at least 1.";
        }

        if (MaxPendingEvents < 1)
        {
            yield return $"{nameof(MaxPendingEvents)} is {MaxPendingEvents}: at least 1.";
        }

        if (EventConcurrency < 1)
        {
            yield return $"{nameof(EventConcurrency)} is {EventConcurrency}: at least 1.";
        }

        if (AckTimeout <= TimeSpan.Zero || AckTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(AckTimeout)} is {AckTimeout}: above 0, at most 1 h.";
        }

        foreach (var error in Recovery?.Errors() ?? [])
        {
            yield return $"{nameof(Recovery)}.{error}";
        }
    }
}

/// <summary>Connection state recovery: what is kept, per namespace, for clients that come back.</summary>
public sealed class RecoveryOptions
{
    /// <summary>How long a client may be away. Default 2 min; above 0, at most 1 h.</summary>
    public TimeSpan MaxDisconnection { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How many events are kept. Default 10 000; the oldest go first.</summary>
    public int MaxEvents { get; set; } = 10_000;

    /// <summary>How many bytes of events are kept. Default 16 MiB; the oldest go first.</summary>
    public long MaxBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many absent clients are remembered. Default 10 000; the first to leave go first.</summary>
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>Whether the namespace's middleware is passed over when a client comes back. Default true; its authorization policy never is.</summary>
    public bool SkipMiddleware { get; set; } = true;

    internal IEnumerable<string> Errors()
    {
        if (MaxDisconnection <= TimeSpan.Zero || MaxDisconnection > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(MaxDisconnection)} is {MaxDisconnection}: above 0, at most 1 h.";
        }

        if (MaxEvents < 1 || MaxBytes < 1 || MaxSessions < 1)
        {
            yield return $"{nameof(MaxEvents)}, {nameof(MaxBytes)} and {nameof(MaxSessions)}: at least 1.";
        }
    }
}
