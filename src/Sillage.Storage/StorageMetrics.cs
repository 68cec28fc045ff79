using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sillage.Storage;

/// <summary>What storage tells of itself, under the meter and the activity source <c>Sillage.Storage</c>.</summary>
internal sealed class StorageMetrics
{
    public const string Name = "Sillage.Storage";

    private readonly ConcurrentDictionary<string, Func<int>> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (long Pending, long Failed)> _outboxes = new(StringComparer.Ordinal);
    private readonly Histogram<int> _groupSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _dispatched;
    private readonly Counter<long> _setAside;

    public StorageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _groupSize = meter.CreateHistogram<int>(
            "sillage.storage.group.units",
            "{unit}",
            "Units of work stored by one commit.",
            tags: null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] }
        );
        _commitDuration = meter.CreateHistogram<double>(
            "sillage.storage.commit.duration",
            "s",
            "Time from the order to commit to its being durable.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
            }
        );
        _dispatched = meter.CreateCounter<long>(
            "sillage.storage.outbox.dispatched",
            "{event}",
            "Events handed to the bus."
        );
        _setAside = meter.CreateCounter<long>(
            "sillage.storage.outbox.failures",
            "{event}",
            "Events set aside after the last attempt."
        );
        meter.CreateObservableGauge(
            "sillage.storage.queue.length",
            () => _queues.Select(pair => new Measurement<int>(pair.Value(), Tag(pair.Key))),
            "{unit}",
            "Units of work that wait for the writer."
        );
        meter.CreateObservableGauge(
            "sillage.storage.outbox.pending",
            () => _outboxes.Select(pair => new Measurement<long>(pair.Value.Pending, Tag(pair.Key))),
            "{event}",
            "Events that wait to be handed to the bus."
        );
        meter.CreateObservableGauge(
            "sillage.storage.outbox.failed",
            () => _outboxes.Select(pair => new Measurement<long>(pair.Value.Failed, Tag(pair.Key))),
            "{event}",
            "Events that were set aside and wait for someone to look."
        );
    }

    public static ActivitySource Activities { get; } = new(Name);

    public void Watch(string database, Func<int> queueLength) => _queues[database] = queueLength;

    public void Unwatch(string database) => _queues.TryRemove(database, out _);

    public void Committed(string database, int units, TimeSpan duration)
    {
        _groupSize.Record(units, Tag(database));
        _commitDuration.Record(duration.TotalSeconds, Tag(database));
    }

    public void Dispatched(string database, int events) => _dispatched.Add(events, Tag(database));

    public void SetAside(string database) => _setAside.Add(1, Tag(database));

    public void Outbox(string database, long pending, long failed) => _outboxes[database] = (pending, failed);

    private static KeyValuePair<string, object?> Tag(string database) => new("database", database);
}
