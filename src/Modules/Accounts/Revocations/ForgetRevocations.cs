using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Storage.Work;

namespace Sillage.Accounts.Revocations;

/// <summary>Forgets the revocations that no backup is restored from before.</summary>
internal sealed record ForgetRevocations : IRecurringJob
{
    public static string Kind => "revocations.forget";
}

/// <inheritdoc cref="ForgetRevocations"/>
internal sealed class ForgetRevocationsWork(RevocationList list, IOptions<AccountsOptions> options, TimeProvider clock)
    : IWork<ForgetRevocations>
{
    public async Task<WorkResult> RunAsync(ForgetRevocations job, WorkRun run, CancellationToken ct)
    {
        await list.ForgetAsync(clock.GetUtcNow() - options.Value.KeepErasures, ct);
        return WorkResult.Done;
    }
}
