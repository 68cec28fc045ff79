using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>
/// Applies, before the first request, every erasure that a section of this process has not answered: all of them after a
/// restore, and one that a crash cut off, or that came while the section was switched off. A server that cannot do so does
/// not start.
/// </summary>
internal sealed partial class ErasureReplay(
    ErasureList list,
    IEnumerable<PersonalDataModule> modules,
    ILogger<ErasureReplay> logger
) : IHostedService
{
    private const int PageSize = 500;

    public async Task StartAsync(CancellationToken ct)
    {
        await list.SeeAsync([.. modules.Select(module => module.Data.Section)], ct);
        await DisguiseDoneAsync(ct);
        Dictionary<string, Guid>? known = null;
        IReadOnlyList<ErasureRow> page;
        var after = Guid.Empty;
        var applied = 0;
        do
        {
            page = await list.ReadOpenAsync(after, PageSize, ct);
            foreach (var listed in page)
            {
                after = listed.Id;
                var erasure = listed;
                if (listed.Digest is { } digest)
                {
                    known ??= await ReadAccountsAsync(ct);
                    erasure = await RecogniseAsync(listed, known, digest, ct);
                }

                if (await ApplyAsync(erasure, ct))
                {
                    applied++;
                }
            }
        } while (page.Count == PageSize);

        if (applied > 0)
        {
            LogApplied(logger, applied);
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    // By digest, everybody who is named in what this process runs.
    private async Task<Dictionary<string, Guid>> ReadAccountsAsync(CancellationToken ct)
    {
        var known = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var module in modules)
        {
            foreach (var account in await module.Data.ListAccountsAsync(ct))
            {
                known[ErasedAccount.NameOf(account)] = account;
            }
        }

        return known;
    }

    private async Task<ErasureRow> RecogniseAsync(
        ErasureRow erasure,
        Dictionary<string, Guid> known,
        string digest,
        CancellationToken ct
    )
    {
        if (!known.TryGetValue(digest, out var account))
        {
            return erasure;
        }

        await list.RecogniseAsync(erasure.Id, account, ct);
        return erasure with { Account = account, Part = null };
    }

    // Erasures of earlier versions said for two years whose they were, and so did the trail and what was sent for others.
    private async Task DisguiseDoneAsync(CancellationToken ct)
    {
        while (await list.ReadDoneByNameAsync(PageSize, ct) is { Count: > 0 } done)
        {
            foreach (var erasure in done)
            {
                foreach (var (data, database) in modules)
                {
                    await database.WriteAsync(
                        async unit =>
                        {
                            await erasure.EraseInAsync(data, unit, ct);
                            return true;
                        },
                        ct
                    );
                }

                await list.DisguiseAsync(erasure, ct);
            }
        }
    }

    /// <summary>Applies one to what is here.</summary>
    /// <returns>Whether there was something to apply it to.</returns>
    public async Task<bool> ApplyAsync(ErasureRow erasure, CancellationToken ct)
    {
        var answers = await list.ReadAnswersAsync(erasure, ct);
        var concerned = modules
            .Where(module => erasure.Concerns(module.Data.Section) && !answers.Contains(module.Data.Section))
            .ToList();
        if (concerned.Count == 0)
        {
            if (erasure.AppliedAt is null)
            {
                LogWaits(logger, erasure.Id, erasure.Section ?? "");
            }

            return false;
        }

        var wasNews = erasure.AppliedAt is null;
        foreach (var (data, database) in concerned)
        {
            if (await erasure.IsErasedInAsync(data, ct))
            {
                continue;
            }

            wasNews = true;
            await database.WriteAsync(
                async unit =>
                {
                    await erasure.EraseInAsync(data, unit, ct);
                    return true;
                },
                ct
            );
        }

        if (erasure.AppliedAt is null)
        {
            await list.MarkAppliedAsync(erasure.Id, ct);
        }

        return wasNews;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Applied {Count} erasures to data that came from a backup.")]
    private static partial void LogApplied(ILogger logger, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Erasure {Id} is applied at the next start with the module '{Section}'."
    )]
    private static partial void LogWaits(ILogger logger, Guid id, string section);
}
