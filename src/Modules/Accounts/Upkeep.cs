using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Keys;
using Sillage.Accounts.Sessions;
using Sillage.Storage;

namespace Sillage.Accounts;

/// <summary>
/// What goes on beside the requests: the key ring turns, what other processes changed is heard of, ended sessions are
/// forgotten, uses of API keys are written down.
/// </summary>
internal sealed partial class Upkeep(
    IDatabase<AccountsModule> database,
    KeyRing ring,
    AccountStates states,
    ApiKeyUses uses,
    TimeProvider clock,
    ILogger<Upkeep> logger
) : BackgroundService
{
    private static readonly TimeSpan Listening = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tidying = TimeSpan.FromMinutes(1);

    // The ring must be there before the first login is.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ring.ReloadAsync(cancellationToken);
        await ring.TurnAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(uses.WriteAsync, cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            EveryAsync(Tidying, TidyAsync, stoppingToken),
            states.Shared ? EveryAsync(Listening, ListenAsync, stoppingToken) : Task.CompletedTask
        );

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        await ring.TurnAsync(cancellationToken);
        await uses.WriteAsync(cancellationToken);
        await OpenSessions.PurgeAsync(database, clock.GetUtcNow(), cancellationToken);
        await states.PurgeAsync(cancellationToken);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (await states.ListenAsync(cancellationToken))
        {
            await ring.ReloadAsync(cancellationToken);
        }
    }

    private async Task EveryAsync(
        TimeSpan period,
        Func<CancellationToken, Task> work,
        CancellationToken cancellationToken
    )
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await TryAsync(work, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
#pragma warning disable CA1031 // The edge of a loop: it is logged, and tried again at the next turn.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Upkeep of accounts failed and will be tried again")]
    private partial void LogFailed(Exception exception);
}
