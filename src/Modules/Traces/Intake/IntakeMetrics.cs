using System.Diagnostics.Metrics;

namespace Sillage.Traces.Intake;

/// <summary>How much comes in: counted when it is durable.</summary>
internal sealed class IntakeMetrics
{
    private readonly Counter<long> _stored;
    private readonly Counter<long> _rejected;

    public IntakeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sillage.Traces");
        _stored = meter.CreateCounter<long>("sillage.traces.stored", "{trace}", "Traces stored.");
        _rejected = meter.CreateCounter<long>("sillage.traces.rejected", "{trace}", "Traces put in quarantine.");
        // There from the start: what is not there yet would look like what is not counted.
        _stored.Add(0);
        _rejected.Add(0);
    }

    public void Stored(ReadOnlySpan<IntakeOutcome> outcomes)
    {
        var (stored, rejected) = (0, 0);
        foreach (var outcome in outcomes)
        {
            stored += outcome.Reply?.Accepted ?? 0;
            rejected += outcome.Reply?.Rejected.Count ?? 0;
        }

        _stored.Add(stored);
        _rejected.Add(rejected);
    }
}
