using System.Globalization;

namespace Sillage.Benchmarks.Processes;

/// <summary>
/// Sees to it that others on the machine do not spoil a measurement: waits until they are still, and tells how much of
/// the processors they took meanwhile.
/// </summary>
internal sealed class Quiet(params int[] others)
{
    private const double Still = 0.08;
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Everything that the benchmarks started, and they themselves.
    private readonly ProcessTree _ours = new([Environment.ProcessId, .. others]);

    /// <summary>The share of all processors above which a stretch is measured again.</summary>
    public const double TooMuch = 0.12;

    /// <summary>Returns when others take next to nothing, or when patience ends.</summary>
    public async Task WaitAsync()
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Glance)
        {
            var moment = Now();
            await Task.Delay(Glance);
            if (OthersSince(moment) < Still)
            {
                return;
            }
        }
    }

    public Moment Now() => new(TimeProvider.System.GetTimestamp(), BusyTicks(), _ours.Usage().Processor);

    /// <summary>The share of all processors, 0 to 1, that went to others since then.</summary>
    public double OthersSince(Moment then)
    {
        var now = Now();
        var busy = TimeSpan.FromSeconds((now.BusyTicks - then.BusyTicks) / 100.0);
        var all = TimeProvider.System.GetElapsedTime(then.Timestamp, now.Timestamp) * Environment.ProcessorCount;
        return Math.Clamp((busy - (now.Ours - then.Ours)) / all, 0, 1);
    }

    // All of the first line of /proc/stat but idle and waiting for the disk (fields 4 and 5).
    private static long BusyTicks() =>
        File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Take(8)
            .Where((_, i) => i is not 3 and not 4)
            .Sum(field => long.Parse(field, CultureInfo.InvariantCulture));

    /// <summary>Processor time used so far, by all and by us.</summary>
    internal sealed record Moment(long Timestamp, long BusyTicks, TimeSpan Ours);
}
