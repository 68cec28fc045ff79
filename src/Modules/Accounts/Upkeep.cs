using Microsoft.Extensions.Hosting;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Keys;
using Sillage.Accounts.Sessions;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Accounts;

/// <summary>Tidies up.</summary>
internal sealed record Tidy : IRecurringJob
{
    public static string Kind => "accounts.tidy";
}

/// <summary>Listens for what other processes have changed.</summary>
internal sealed record Listen : IRecurringJob
{
    public static string Kind => "accounts.listen";
}

/// <summary>
/// What goes on beside the requests, in each process: the key ring turns, what other processes changed is heard of, ended
/// sessions are forgotten, uses of API keys are written down.
/// </summary>
internal sealed class Upkeep(
    IDatabase<AccountsData> database,
    KeyRing ring,
    AccountStates states,
    ApiKeyUses uses,
    TimeProvider clock
) : IHostedService, IWork<Tidy>, IWork<Listen>
{
    // The ring must be there before the first login is.
    public async Task StartAsync(CancellationToken ct)
    {
        await ring.ReloadAsync(ct);
        await ring.TurnAsync(ct);
    }

    public async Task StopAsync(CancellationToken ct)
    {
        try
        {
            await uses.WriteAsync(ct);
        }
        catch (DatabaseUnavailableException)
        {
            // When a key was last used is not worth a stop that fails.
        }
    }

    public async Task<WorkResult> RunAsync(Tidy job, WorkRun run, CancellationToken ct)
    {
        await ring.TurnAsync(ct);
        await uses.WriteAsync(ct);
        await OpenSessions.PurgeAsync(database, clock.GetUtcNow(), ct);
        await MailTokens.PurgeAsync(database, clock.GetUtcNow(), ct);
        await states.PurgeAsync(ct);
        return WorkResult.Done;
    }

    public async Task<WorkResult> RunAsync(Listen job, WorkRun run, CancellationToken ct)
    {
        if (states.Shared && await states.ListenAsync(ct))
        {
            await ring.ReloadAsync(ct);
        }

        return WorkResult.Done;
    }
}
