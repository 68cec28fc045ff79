using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Hosting.PersonalData;
using Sillage.Hosting.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Erasures;

/// <summary>
/// Sees erasures through: once no module has a row left it has the files wiped, once for all that have come so far, and
/// writes down that it is done.
/// </summary>
internal sealed partial class ErasureWorker(
    ErasureList list,
    IEnumerable<PersonalDataModule> modules,
    IEnumerable<IDatabase> databases,
    IDatabase<AccountsModule> accounts,
    IOptions<AccountsOptions> options,
    TimeProvider clock,
    ILogger<ErasureWorker> logger
) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan WhileRemoving = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AtRest = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = AtRest;
            try
            {
                wait = await SeeThroughAsync(stoppingToken) ? WhileRemoving : AtRest;
                await list.ForgetAsync(clock.GetUtcNow() - options.Value.KeepErasures, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The edge of the loop: it is logged and tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotDone(logger, exception);
            }

            try
            {
                await list.WaitAsync(wait, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Does what can be done now.</summary>
    /// <returns>Whether some module has not removed all yet.</returns>
    private async Task<bool> SeeThroughAsync(CancellationToken cancellationToken)
    {
        var removed = new List<ErasureRow>();
        var isOneRemoving = false;
        IReadOnlyList<ErasureRow> page;
        var after = Guid.Empty;
        do
        {
            page = await list.ReadOpenAsync(after, PageSize, cancellationToken);
            foreach (var erasure in page)
            {
                after = erasure.Id;
                // One that is not applied is being asked for at this moment, or waits for the next start.
                if (erasure.AppliedAt is null)
                {
                    continue;
                }

                if (erasure.RemovedAt is not null || await IsRemovedAsync(erasure, cancellationToken))
                {
                    removed.Add(erasure);
                }
                else
                {
                    isOneRemoving = true;
                }
            }
        } while (page.Count == PageSize);

        if (removed.Count > 0)
        {
            await WipeAsync(removed, cancellationToken);
        }

        return isOneRemoving;
    }

    private async Task<bool> IsRemovedAsync(ErasureRow erasure, CancellationToken cancellationToken)
    {
        foreach (var (data, _) in modules)
        {
            if (!await erasure.IsErasedInAsync(data, cancellationToken))
            {
                return false;
            }
        }

        await list.MarkRemovedAsync(erasure.Id, cancellationToken);
        return true;
    }

    private async Task WipeAsync(IReadOnlyList<ErasureRow> erasures, CancellationToken cancellationToken)
    {
        foreach (var database in databases)
        {
            await database.WipeDeletedAsync(cancellationToken);
        }

        foreach (var erasure in erasures)
        {
            var details = JsonSerializer.Serialize(new { id = erasure.Id, form = erasure.ReadForm() }, Json.Options);
            var entry = new AuditEntry("erasure.completed", null, erasure.Subject, details);
            await accounts.WriteAsync(
                async unit =>
                {
                    await unit.AuditAsync(entry, cancellationToken);
                    return true;
                },
                cancellationToken
            );
            await list.MarkWipedAsync(erasure.Id, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An erasure is not seen through yet; it is tried again.")]
    private static partial void LogNotDone(ILogger logger, Exception exception);
}
