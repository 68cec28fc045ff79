using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;

namespace Sillage.Accounts.Remote;

/// <summary>
/// Follows the changes of accounts, so that a logout, a new role or another key is known here at once; and knows how long
/// nothing was heard, after which nothing that is remembered counts unasked.
/// </summary>
internal sealed partial class ChangeListener(
    AccountsClient client,
    KnownAccounts known,
    RemoteKeys keys,
    IOptions<RemoteAccountsOptions> options,
    TimeProvider clock,
    ILogger<ChangeListener> logger
) : BackgroundService
{
    // Before the first word all is silent.
    private const long Never = long.MinValue;

    private readonly RemoteAccountsOptions _options = options.Value;
    private ImmutableArray<Action<Guid>> _heardBy = [];
    private long _heard = Never;
    private volatile bool _isDown;

    /// <summary>Whether the changes are heard of.</summary>
    public bool IsHearing => Silence < _options.LongestSilence;

    /// <summary>Whether the accounts answered when they were last asked.</summary>
    public bool IsReached => IsHearing && !_isDown;

    /// <summary>Whether the last answers still count where nobody answers.</summary>
    public bool IsLastAnswerRecent => Silence < _options.LastAnswer;

    private TimeSpan Silence =>
        Interlocked.Read(ref _heard) is var heard && heard == Never ? TimeSpan.MaxValue : clock.GetElapsedTime(heard);

    /// <summary>Has a method called with the id of each account that has changed; with the empty id where any may have.</summary>
    public void OnChanged(Action<Guid> heard) => ImmutableInterlocked.Update(ref _heardBy, by => by.Add(heard));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (instance, sequence) = (Guid.Empty, 0L);
        while (!stoppingToken.IsCancellationRequested)
        {
            var asked = clock.GetTimestamp();
            try
            {
                var patience = RemoteRoutes.LongestPoll + TimeSpan.FromSeconds(2);
                var changes = await client.PollAsync(instance, sequence, patience, stoppingToken);
                await TakeAsync(changes, stoppingToken);
                (instance, sequence) = (changes.Instance, changes.Sequence);
                Interlocked.Exchange(ref _heard, asked);
                if (_isDown)
                {
                    LogBack();
                }

                _isDown = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
                when (e is AccountsUnreachableException or ProblemException or OperationCanceledException)
            {
                if (!_isDown)
                {
                    LogDown(e.Message);
                }

                _isDown = true;
                if (!await PauseAsync(stoppingToken))
                {
                    return;
                }
            }
        }
    }

    private async Task TakeAsync(AccountChanges changes, CancellationToken ct)
    {
        // The empty id stands for the signing keys, and for whatever was not heard.
        var isAny = changes.All || changes.Accounts.Contains(Guid.Empty);
        if (isAny)
        {
            known.ForgetAll();
        }

        foreach (var account in changes.Accounts)
        {
            known.Forget(account);
            Tell(account);
        }

        if (isAny)
        {
            await keys.FetchAsync(ct);
            Tell(Guid.Empty);
        }
    }

    private void Tell(Guid account)
    {
        foreach (var heard in _heardBy)
        {
            heard(account);
        }
    }

    // With jitter: when the accounts come back, not everybody asks in the same moment.
    private async Task<bool> PauseAsync(CancellationToken ct)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(200, 600)), clock, ct);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The accounts cannot be reached; what is known of them goes on for a while. {Reason}"
    )]
    private partial void LogDown(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The accounts are reached again.")]
    private partial void LogBack();
}
