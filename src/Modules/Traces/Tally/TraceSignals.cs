using System.Collections.Concurrent;
using Sillage.Storage.Work;

namespace Sillage.Traces.Tally;

/// <summary>Wakes those who wait for new traces of a study. A wake-up carries nothing: what is new is read from storage.</summary>
internal sealed class TraceSignals(WorkBell<TracesData> bell)
{
    // No study has this key.
    private const long Any = 0;

    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();

    /// <summary>Completes at the next <see cref="Wake"/>. Take it before reading, so that nothing slips between.</summary>
    public Task NextAsync(long study) => _waiting.GetOrAdd(study, static _ => NewSource()).Task;

    /// <summary>Completes at the next <see cref="Wake"/> of whichever study.</summary>
    public Task NextOfAnyAsync() => NextAsync(Any);

    /// <summary>New traces of the study are committed.</summary>
    public void Wake(long study)
    {
        Complete(study);
        Complete(Any);
        bell.Ring<CountTraces>();
    }

    private void Complete(long study)
    {
        if (_waiting.TryRemove(study, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
