using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sillage.Storage.Events;

namespace Sillage.Storage;

/// <summary>What storage tells of itself, under the meter and the activity source <c>Sillage.Storage</c>.</summary>
internal sealed class StorageMetrics
{
    public const string Name = "Sillage.Storage";

    private readonly ConcurrentDictionary<string, Func<int>> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, OutboxCounts> _outboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, InboxCounts> _inboxes = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;
    private readonly Histogram<int> _groupSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _dispatched;
    private readonly Counter<long> _parked;

    public StorageMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
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
        _parked = meter.CreateCounter<long>(
            "sillage.storage.inbox.failures",
            "{event}",
            "Events parked after the last attempt."
        );
        meter.CreateObservableGauge(
            "sillage.storage.queue.length",
            () => _queues.Select(pair => new Measurement<int>(pair.Value(), Tag(pair.Key))),
            "{unit}",
            "Units of work that wait for the writer."
        );
        Gauge("outbox.pending", "{event}", "Events that wait to be handed to the bus.", _outboxes, row => row.Waiting);
        Gauge("outbox.age", "s", "Age of the oldest of them.", _outboxes, row => Age(row.Oldest));
        Gauge("inbox.waiting", "{event}", "Events that wait for their handlers.", _inboxes, row => row.Waiting);
        Gauge("inbox.parked", "{event}", "Events parked, waiting for someone to look.", _inboxes, row => row.Parked);
        Gauge(
            "inbox.age",
            "s",
            "Age of the oldest event that waits for its handlers.",
            _inboxes,
            row => Age(row.Oldest)
        );

        void Gauge<T>(
            string name,
            string unit,
            string description,
            ConcurrentDictionary<string, T> rows,
            Func<T, double> value
        ) =>
            meter.CreateObservableGauge(
                $"sillage.storage.{name}",
                () => rows.Select(pair => new Measurement<double>(value(pair.Value), Tag(pair.Key))),
                unit,
                description
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

    public void Parked(string database) => _parked.Add(1, Tag(database));

    public void Outbox(string database, OutboxCounts counts) => _outboxes[database] = counts;

    public void Inbox(string database, InboxCounts counts) => _inboxes[database] = counts;

    /// <summary>Has the counters of events there from the start: what shows at its first count only looks as if it were not.</summary>
    public void Begin(string database)
    {
        _dispatched.Add(0, Tag(database));
        _parked.Add(0, Tag(database));
    }

    private double Age(DateTimeOffset? oldest) =>
        oldest is null ? 0 : Math.Max(0, (_clock.GetUtcNow() - oldest.Value).TotalSeconds);

    private static KeyValuePair<string, object?> Tag(string database) => new("database", database);
}
