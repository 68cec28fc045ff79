using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sillage.RabbitMq;

/// <summary>What the bus tells of itself, under the meter <c>Sillage.RabbitMq</c>.</summary>
internal sealed class BusMetrics
{
    private readonly ConcurrentDictionary<string, QueueState> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TimeSpan> _lags = new(StringComparer.Ordinal);
    private readonly Counter<long> _published;
    private readonly Counter<long> _received;
    private readonly Counter<long> _putAside;
    private readonly Counter<long> _restarted;
    private Func<bool> _isConnected = () => false;

    public BusMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sillage.RabbitMq");
        _published = meter.CreateCounter<long>(
            "sillage.bus.published",
            "{event}",
            "Events that RabbitMQ has confirmed."
        );
        _received = meter.CreateCounter<long>("sillage.bus.received", "{event}", "Events put into a module's inbox.");
        _putAside = meter.CreateCounter<long>(
            "sillage.bus.put.aside",
            "{message}",
            "Messages put aside as unreadable."
        );
        _restarted = meter.CreateCounter<long>("sillage.bus.restarts", "{restart}", "Times a queue was consumed anew.");
        meter.CreateObservableGauge(
            "sillage.bus.connected",
            () => _isConnected() ? 1 : 0,
            unit: null,
            "Whether RabbitMQ is reached: 1 or 0."
        );
        meter.CreateObservableGauge(
            "sillage.bus.queue.waiting",
            () => _queues.Select(pair => new Measurement<long>(pair.Value.Waiting, Tag(pair.Key))),
            "{event}",
            "Events in a module's queue at the last look."
        );
        meter.CreateObservableGauge(
            "sillage.bus.queue.dead",
            () => _queues.Select(pair => new Measurement<long>(pair.Value.Dead, Tag(pair.Key))),
            "{message}",
            "Messages put aside, waiting for someone to look."
        );
        meter.CreateObservableGauge(
            "sillage.bus.lag",
            () => _lags.Select(pair => new Measurement<double>(pair.Value.TotalSeconds, Tag(pair.Key))),
            "s",
            "Time from an event's publication to the module's inbox, for the event that came last."
        );
    }

    public void Watch(Func<bool> isConnected) => _isConnected = isConnected;

    public void Published(int events) => _published.Add(events);

    public void Received(string subscriber, int events, TimeSpan lag)
    {
        _received.Add(events, Tag(subscriber));
        _lags[subscriber] = lag > TimeSpan.Zero ? lag : TimeSpan.Zero;
    }

    public TimeSpan? Lag(string subscriber) => _lags.TryGetValue(subscriber, out var lag) ? lag : null;

    public void PutAside(string subscriber) => _putAside.Add(1, Tag(subscriber));

    public void Restarted(string subscriber) => _restarted.Add(1, Tag(subscriber));

    public void Looked(string subscriber, QueueState state) => _queues[subscriber] = state;

    private static KeyValuePair<string, object?> Tag(string subscriber) => new("module", subscriber);
}
