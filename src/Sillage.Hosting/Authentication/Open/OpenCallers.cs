using Microsoft.Extensions.Logging;
using Sillage.Api.Access;
using Sillage.Storage;

namespace Sillage.Hosting.Authentication.Open;

/// <summary>
/// Everything that goes on for callers, by account: ended when the session, the key or the account is, or when the caller may less than when
/// he was let in. An account that has changed is asked about again, once for each of its credentials; the rest is looked at each second.
/// </summary>
internal sealed partial class OpenCallers : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, List<IOpenCaller>> _byAccount = [];
    private readonly IAccountWatch? _watch;
    private readonly TimeProvider _clock;
    private readonly ILogger<OpenCallers> _logger;
    private readonly ITimer _pulse;
    private bool _isBeating;
    private int _isLooking;
    private long _changes;

    public OpenCallers(TimeProvider clock, ILogger<OpenCallers> logger, IAccountWatch? watch = null)
    {
        (_clock, _logger, _watch) = (clock, logger, watch);
        _pulse = clock.CreateTimer(
            _ => _ = Task.Run(LookAsync),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        watch?.OnChanged(OnChanged);
    }

    /// <summary>How many changes of accounts were heard of: what was checked before the last is checked again.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>From now on it is looked after. <paramref name="before"/>: how many changes there were before the caller was checked.</summary>
    public void Add(IOpenCaller open, long before)
    {
        var account = open.Caller.Id;
        lock (_gate)
        {
            if (!_byAccount.TryGetValue(account, out var list))
            {
                _byAccount.Add(account, list = new List<IOpenCaller>(1));
            }

            list.Add(open);
            Beat(true);
        }

        // The session may have ended before it was on the list.
        if (before != Changes)
        {
            Review(account);
        }
    }

    public void Remove(IOpenCaller open)
    {
        lock (_gate)
        {
            if (_byAccount.TryGetValue(open.Caller.Id, out var list) && list.Remove(open) && list.Count == 0)
            {
                _byAccount.Remove(open.Caller.Id);
                Beat(_byAccount.Count > 0);
            }
        }
    }

    /// <summary>The caller as he is now; null if the credential counts no more.</summary>
    public ValueTask<Caller?> FindAsync(Caller caller, CancellationToken ct) =>
        _watch is null ? ValueTask.FromResult<Caller?>(caller) : _watch.FindAsync(caller, ct);

    public void Dispose() => _pulse.Dispose();

    private void Beat(bool go)
    {
        if (go != _isBeating)
        {
            _isBeating = go;
            _pulse.Change(go ? Pause : Timeout.InfiniteTimeSpan, go ? Pause : Timeout.InfiniteTimeSpan);
        }
    }

    private void OnChanged(Guid account)
    {
        Interlocked.Increment(ref _changes);
        Guid[] accounts;
        lock (_gate)
        {
            accounts =
                account == Guid.Empty ? [.. _byAccount.Keys]
                : _byAccount.ContainsKey(account) ? [account]
                : [];
        }

        foreach (var one in accounts)
        {
            Review(one);
        }
    }

    private void Review(Guid account) => _ = Task.Run(() => ReviewAsync(account));

    private async Task ReviewAsync(Guid account)
    {
        while (true)
        {
            try
            {
                foreach (
                    var sameCredential in OpenOf(account)
                        .GroupBy(o => (o.Caller.Kind, o.Caller.CredentialId, o.Caller.Basis))
                )
                {
                    var now = await FindAsync(sameCredential.First().Caller, CancellationToken.None);
                    foreach (var open in sameCredential)
                    {
                        Settle(open, now);
                    }
                }

                return;
            }
            catch (DatabaseUnavailableException exception)
            {
                // Nobody is let go on for long whose session cannot be looked at, and nobody is put out for it.
                LogNotReviewed(_logger, account, exception);
            }
#pragma warning disable CA1031 // The edge of the task: a session that was not looked at would live on unseen.
            catch (Exception exception)
            {
                LogReviewFailed(_logger, account, exception);
            }
#pragma warning restore CA1031

            await Task.Delay(Pause, _clock);
        }
    }

    // Who may less than when he was let in is let in again, or not.
    private static void Settle(IOpenCaller open, Caller? now)
    {
        if (now is null or { MustEnrol: true } || !now.Permissions.IsSupersetOf(open.Caller.Permissions))
        {
            open.End();
        }
        else
        {
            open.Renew(now with { Reply = open.Caller.Reply });
        }
    }

    private async Task LookAsync()
    {
        // One that takes long is not joined by another.
        if (Interlocked.Exchange(ref _isLooking, 1) == 1)
        {
            return;
        }

        try
        {
            foreach (var open in All())
            {
                if (open.Caller.Until <= _clock.GetUtcNow() || !await HoldsAsync(open))
                {
                    open.End();
                }
            }
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private async ValueTask<bool> HoldsAsync(IOpenCaller open)
    {
        try
        {
            return await open.StillHoldsAsync(CancellationToken.None);
        }
        catch (DatabaseUnavailableException)
        {
            // Asked again in a second; storage tells of its outage itself.
            return true;
        }
#pragma warning disable CA1031 // The edge of the loop: one that cannot be looked at must not hide the others.
        catch (Exception exception)
        {
            LogReviewFailed(_logger, open.Caller.Id, exception);
            return true;
        }
#pragma warning restore CA1031
    }

    private IOpenCaller[] OpenOf(Guid account)
    {
        lock (_gate)
        {
            return _byAccount.TryGetValue(account, out var list) ? [.. list] : [];
        }
    }

    private IOpenCaller[] All()
    {
        lock (_gate)
        {
            return [.. _byAccount.Values.SelectMany(list => list)];
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Whether what account {Account} has open may go on cannot be known now; asked again."
    )]
    private static partial void LogNotReviewed(ILogger logger, Guid account, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Whether what account {Account} has open may go on was not found out; asked again."
    )]
    private static partial void LogReviewFailed(ILogger logger, Guid account, Exception exception);
}
