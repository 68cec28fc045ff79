using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Hosting.PersonalData;

namespace Sillage.Accounts.Erasures;

/// <summary>
/// Applies, before the first request, every erasure that does not count as applied: all of them after a restore, and one
/// that a crash cut off. A server that cannot do so does not start.
/// </summary>
internal sealed partial class ErasureReplay(
    ErasureList list,
    IEnumerable<PersonalDataModule> modules,
    ILogger<ErasureReplay> logger
) : IHostedService
{
    private const int PageSize = 500;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ErasureRow> page;
        var after = Guid.Empty;
        var applied = 0;
        do
        {
            page = await list.ReadOpenAsync(after, PageSize, cancellationToken);
            foreach (var erasure in page)
            {
                if (erasure.AppliedAt is null && await TryApplyAsync(erasure, cancellationToken))
                {
                    applied++;
                }

                after = erasure.Id;
            }
        } while (page.Count == PageSize);

        if (applied > 0)
        {
            LogApplied(logger, applied);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Applies one.</summary>
    /// <returns>False if it is of a module that is switched off: it waits for a start with it.</returns>
    private async Task<bool> TryApplyAsync(ErasureRow erasure, CancellationToken cancellationToken)
    {
        if (erasure.Section is { } section && modules.All(module => module.Data.Section != section))
        {
            LogWaits(logger, erasure.Id, section);
            return false;
        }

        foreach (var (data, database) in modules)
        {
            if (await erasure.IsErasedInAsync(data, cancellationToken))
            {
                continue;
            }

            await database.WriteAsync(
                async unit =>
                {
                    await erasure.EraseInAsync(data, unit, cancellationToken);
                    return true;
                },
                cancellationToken
            );
        }

        await list.MarkAppliedAsync(erasure.Id, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Applied {Count} erasures to data that came from a backup.")]
    private static partial void LogApplied(ILogger logger, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Erasure {Id} is applied at the next start with the module '{Section}'."
    )]
    private static partial void LogWaits(ILogger logger, Guid id, string section);
}
