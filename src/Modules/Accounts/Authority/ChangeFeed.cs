using Sillage.Accounts.Contracts.Remote;

namespace Sillage.Accounts.Authority;

/// <summary>
/// Which accounts have changed lately, numbered, for the processes without this module to follow. It begins anew with the
/// process: whoever comes with a number of another one forgets everything.
/// </summary>
internal sealed class ChangeFeed(TimeProvider clock)
{
    private const int Kept = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<Guid> _recent = new();
    private readonly Guid _instance = Guid.CreateVersion7(clock.GetUtcNow());
    private TaskCompletionSource _news = New();
    private long _last;

    public void Add(Guid accountId)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            _last++;
            _recent.Enqueue(accountId);
            if (_recent.Count > Kept)
            {
                _recent.Dequeue();
            }

            (news, _news) = (_news, New());
        }

        news.TrySetResult();
    }

    /// <summary>What came after a number, at once or when there is something, or after so long.</summary>
    public async Task<AccountChanges> ReadAsync(Guid instance, long after, TimeSpan longest, CancellationToken ct)
    {
        var (changes, news) = Look(instance, after);
        if (!changes.All && changes.Accounts.Count == 0)
        {
            await Task.WhenAny(news, Task.Delay(longest, clock, ct));
            ct.ThrowIfCancellationRequested();
            (changes, _) = Look(instance, after);
        }

        return changes;
    }

    private (AccountChanges Changes, Task News) Look(Guid instance, long after)
    {
        lock (_lock)
        {
            var missed = _last - after;
            var isKnown = instance == _instance && missed >= 0 && missed <= _recent.Count;
            Guid[] accounts = isKnown ? [.. _recent.Skip(_recent.Count - (int)missed).Distinct()] : [];
            return (new AccountChanges(_instance, _last, !isKnown, accounts), _news.Task);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
