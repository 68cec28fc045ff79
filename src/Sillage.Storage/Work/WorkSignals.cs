using System.Collections.Concurrent;

namespace Sillage.Storage.Work;

/// <summary>What wakes the pump of one database, and what this process does for itself, before its timer does.</summary>
internal sealed class WorkSignals
{
    private readonly ConcurrentDictionary<string, long> _rung = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Signal> _own = new(StringComparer.Ordinal);
    private readonly Signal _due = new();

    /// <summary>A job was committed, or has ended.</summary>
    public void Set() => _due.Set();

    /// <summary>What recurs under this name is to be done now. Nothing is written down.</summary>
    public void Ring(string kind, TimeProvider clock)
    {
        if (!_rung.ContainsKey(kind) && _rung.TryAdd(kind, clock.GetTimestamp()))
        {
            (_own.TryGetValue(kind, out var own) ? own : _due).Set();
        }
    }

    /// <summary>What wakes the work of this name that each process does for itself; no pump is woken for it.</summary>
    public Signal Own(string kind) => _own.GetOrAdd(kind, _ => new Signal());

    /// <summary>How long it has been asked for; null if it has not.</summary>
    public TimeSpan? RungFor(string kind, TimeProvider clock) =>
        _rung.TryGetValue(kind, out var since) ? clock.GetElapsedTime(since) : null;

    public void Heard(string kind) => _rung.TryRemove(kind, out _);

    /// <summary>It was heard, and nobody could come: it counts again, at the next look.</summary>
    public void NotHeard(string kind, TimeProvider clock) => _rung.TryAdd(kind, clock.GetTimestamp());

    public Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken ct) =>
        _due.WaitAsync(longest, clock, ct);
}

/// <summary>
/// Has work that recurs done before its turn. Cheap enough for a hot path: nothing is written, and a ring that comes while
/// another one waits is the same one.
/// </summary>
public sealed class WorkBell<TModule>
{
    private readonly WorkSignals _signals;
    private readonly TimeProvider _clock;

    internal WorkBell(ModuleDatabases databases, TimeProvider clock)
    {
        _signals = databases.Of(typeof(TModule)).Work;
        _clock = clock;
    }

    /// <summary>Has the work done in this process, or in another one that is at it, once it has gathered.</summary>
    public void Ring<TJob>()
        where TJob : IJob => _signals.Ring(TJob.Kind, _clock);
}
