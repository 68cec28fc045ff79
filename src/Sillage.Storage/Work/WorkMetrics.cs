using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sillage.Storage.Work;

/// <summary>What the work in the background tells of itself, under the meter of storage.</summary>
internal sealed class WorkMetrics
{
    private readonly ConcurrentDictionary<(string Database, string Kind), (JobCounts Counts, double Age)> _kinds =
        new();
    private readonly Counter<long> _failures;

    public WorkMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(StorageMetrics.Name);
        _failures = meter.CreateCounter<long>(
            "sillage.storage.work.failures",
            "{attempt}",
            "Attempts at a job that failed."
        );
        Watch(meter, "waiting", "{job}", "Jobs that are due and not begun.", kind => kind.Counts.Waiting);
        Watch(meter, "running", "{job}", "Jobs that are being done.", kind => kind.Counts.Running);
        Watch(
            meter,
            "parked",
            "{job}",
            "Jobs that failed too often and wait for someone to look.",
            kind => kind.Counts.Parked
        );
        Watch(meter, "age", "s", "How long the oldest job that waits has been due.", kind => kind.Age);
    }

    public void Failed(string database, string kind, int attempts = 1) => _failures.Add(attempts, Tags(database, kind));

    public void Counted(string database, JobCounts counts, DateTimeOffset now) =>
        _kinds[(database, counts.Kind)] = (counts, counts.Oldest is { } oldest ? (now - oldest).TotalSeconds : 0);

    private void Watch(
        Meter meter,
        string name,
        string unit,
        string description,
        Func<(JobCounts Counts, double Age), double> value
    ) =>
        meter.CreateObservableGauge(
            $"sillage.storage.work.{name}",
            () =>
                _kinds.Select(pair => new Measurement<double>(
                    value(pair.Value),
                    Tags(pair.Key.Database, pair.Key.Kind)
                )),
            unit,
            description
        );

    private static KeyValuePair<string, object?>[] Tags(string database, string kind) =>
        [new("database", database), new("kind", kind)];
}
