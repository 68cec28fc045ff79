using System.Diagnostics.Metrics;

namespace Sillage.SocketIO.EngineIO;

/// <summary>The instruments of the meter <c>Sillage.SocketIO</c>.</summary>
internal sealed class SocketIOMetrics
{
    public const string MeterName = "Sillage.SocketIO";

    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _sockets;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _broadcasts;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _upgrades;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _events;

    public SocketIOMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>(
            "socketio.connections",
            "{connection}",
            "Engine.IO connections that are open."
        );
        _sockets = meter.CreateUpDownCounter<long>(
            "socketio.sockets",
            "{socket}",
            "Sockets: connections times the namespaces that each has joined."
        );
        _closed = meter.CreateCounter<long>(
            "socketio.connections.closed",
            "{connection}",
            "Connections that ended, by reason."
        );
        _received = meter.CreateCounter<long>("socketio.messages.received", "{message}", "Messages from clients.");
        _receivedBytes = meter.CreateCounter<long>("socketio.bytes.received", "By", "Bytes of messages from clients.");
        _broadcasts = meter.CreateCounter<long>("socketio.broadcasts", "{broadcast}", "Events sent to many.");
        _deliveries = meter.CreateCounter<long>(
            "socketio.deliveries",
            "{message}",
            "Messages queued to clients: a broadcast counts once for each receiver."
        );
        _dropped = meter.CreateCounter<long>(
            "socketio.volatile.dropped",
            "{message}",
            "Volatile messages that were dropped because the client was not ready."
        );
        _upgrades = meter.CreateCounter<long>("socketio.upgrades", "{upgrade}", "Upgrades from polling, by success.");
        _refused = meter.CreateCounter<long>(
            "socketio.requests.refused",
            "{request}",
            "Requests that were refused, by the protocol's error code."
        );
        _events = meter.CreateHistogram<double>(
            "socketio.event.duration",
            "s",
            "How long handlers of events ran, by namespace and event.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
            }
        );
    }

    public bool TimesEvents => _events.Enabled;

    public void Opened() => _connections.Add(1);

    public void Closed(CloseReason reason)
    {
        _connections.Add(-1);
        _closed.Add(1, new KeyValuePair<string, object?>("reason", reason.Text()));
    }

    public void SocketJoined() => _sockets.Add(1);

    public void SocketLeft() => _sockets.Add(-1);

    public void Received(int bytes)
    {
        _received.Add(1);
        _receivedBytes.Add(bytes);
    }

    public void Broadcast(int deliveries)
    {
        _broadcasts.Add(1);
        _deliveries.Add(deliveries);
    }

    public void Delivered() => _deliveries.Add(1);

    public void VolatileDropped() => _dropped.Add(1);

    public void Upgraded(bool success) => _upgrades.Add(1, new KeyValuePair<string, object?>("success", success));

    public void Refused(EngineError error) => _refused.Add(1, new KeyValuePair<string, object?>("code", (int)error));

    public void Handled(string @namespace, string name, TimeSpan duration) =>
        _events.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("namespace", @namespace),
            new KeyValuePair<string, object?>("event", name)
        );
}
