using System.Collections.Concurrent;

namespace Sillage.Notifications.Intake;

/// <summary>Wakes the live streams of somebody's notifications. A wake-up carries nothing: what is new is read from storage.</summary>
internal sealed class NotificationSignals
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>Completes at the next <see cref="Wake"/>. Take it before reading, so that nothing slips between.</summary>
    public Task NextAsync(Guid account) =>
        _waiting
            .GetOrAdd(account, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .Task;

    /// <summary>Something about the account's notifications was committed.</summary>
    public void Wake(Guid account)
    {
        if (_waiting.TryRemove(account, out var waiting))
        {
            waiting.TrySetResult();
        }
    }
}
