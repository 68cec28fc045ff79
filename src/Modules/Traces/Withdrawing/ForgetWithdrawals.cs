using Microsoft.Extensions.Options;
using Sillage.Storage.Work;
using Sillage.Traces.Consent;

namespace Sillage.Traces.Withdrawing;

/// <summary>Forgets the withdrawals that no backup is restored from before.</summary>
internal sealed record ForgetWithdrawals : IRecurringJob
{
    public static string Kind => "withdrawals.forget";
}

/// <inheritdoc cref="ForgetWithdrawals"/>
internal sealed class ForgetWithdrawalsWork(WithdrawalList list, IOptions<TracesOptions> options, TimeProvider clock)
    : IWork<ForgetWithdrawals>
{
    public async Task<WorkResult> RunAsync(ForgetWithdrawals job, WorkRun run, CancellationToken ct)
    {
        await list.ForgetAsync(clock.GetUtcNow() - options.Value.KeepWithdrawals, ct);
        return WorkResult.Done;
    }
}
