using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Traces.Consent;

namespace Sillage.Traces.Withdrawing;

/// <summary>
/// Applies, before the first request, every withdrawal that does not count as applied: all of them after a restore, and one
/// that a crash cut off. A server that cannot do so does not start.
/// </summary>
internal sealed partial class WithdrawalReplay(
    WithdrawalList list,
    Withdrawals withdrawals,
    ILogger<WithdrawalReplay> logger
) : IHostedService
{
    private const int PageSize = 500;

    public async Task StartAsync(CancellationToken ct)
    {
        IReadOnlyList<WithdrawalRow> page;
        var after = Guid.Empty;
        var applied = 0;
        do
        {
            page = await list.ReadUnappliedAsync(after, PageSize, ct);
            foreach (var row in page)
            {
                await withdrawals.ApplyAgainAsync(row, ct);
                applied++;
                after = row.Id;
            }
        } while (page.Count == PageSize);

        if (applied > 0)
        {
            LogApplied(logger, applied);
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Looked for {Count} withdrawals in data that came from a backup."
    )]
    private static partial void LogApplied(ILogger logger, int count);
}
