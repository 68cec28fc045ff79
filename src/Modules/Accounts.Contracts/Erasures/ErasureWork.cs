using System.Text.Json;
using Microsoft.Extensions.Options;
using Sillage.Api.Formats;
using Sillage.Storage;
using Sillage.Storage.Events;
using Sillage.Storage.Work;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>Sees erasures through.</summary>
internal sealed record SeeErasuresThrough : IRecurringJob
{
    public static string Kind => "erasures.see-through";
}

/// <summary>
/// Sees erasures through, each process for the sections that it has. Once one of them has no row left, the files are wiped, once for all
/// that have come so far, and the section answers by an event; once every section of the deployment has answered, the erasure is done.
/// </summary>
internal sealed class ErasureWork(
    ErasureList list,
    ErasureReplay replay,
    ErasureAlarm alarm,
    IEnumerable<PersonalDataModule> modules,
    IEnumerable<IDatabase> databases,
    IDeployment deployment,
    IOptions<AccountsOptions> options,
    TimeProvider clock
) : IWork<SeeErasuresThrough>
{
    private const int PageSize = 500;
    private static readonly TimeSpan WhileRemoving = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WhileWaiting = TimeSpan.FromSeconds(2);

    // One that is younger may be asked for in another process at this moment, and be refused there yet.
    private static readonly TimeSpan BeingAskedFor = TimeSpan.FromMinutes(1);

    // By then a section has heard of it; what is there still has come since.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    // An answer that was not heard by then is given again.
    private static readonly TimeSpan Unheard = TimeSpan.FromMinutes(2);

    private readonly Dictionary<(Guid Erasure, string Section), DateTimeOffset> _given = [];

    private sealed record Erased(ErasureRow Erasure, PersonalDataModule Module);

    /// <summary>Does what can be done now.</summary>
    public async Task<WorkResult> RunAsync(SeeErasuresThrough job, WorkRun run, CancellationToken ct)
    {
        var pause = await SeeThroughAsync(ct);
        await list.ForgetAsync(clock.GetUtcNow() - options.Value.KeepErasures, ct);
        return pause is { } soon ? WorkResult.Again(soon) : WorkResult.Done;
    }

    /// <summary>Looks at all that are open.</summary>
    /// <returns>When to look again, unless something comes on before; null if nothing is waited for.</returns>
    private async Task<TimeSpan?> SeeThroughAsync(CancellationToken ct)
    {
        var there = await ReadSectionsAsync(ct);
        var erased = new List<Erased>();
        var waiting = new Dictionary<Guid, IReadOnlyList<string>>();
        var (isOneRemoving, isOneBeingAskedFor) = (false, false);
        IReadOnlyList<ErasureRow> page;
        var after = Guid.Empty;
        do
        {
            page = await list.ReadOpenAsync(after, PageSize, ct);
            foreach (var erasure in page)
            {
                after = erasure.Id;
                if (erasure.AppliedAt is null)
                {
                    await ApplyLeftOverAsync(erasure, ct);
                    isOneBeingAskedFor = true;
                    continue;
                }

                var answers = await list.ReadAnswersAsync(erasure, ct);
                var missing = Required(erasure, there).Where(section => !answers.Contains(section)).ToList();
                if (missing.Count == 0)
                {
                    await CompleteAsync(erasure, answers, ct);
                    continue;
                }

                waiting[erasure.Id] = missing;
                isOneRemoving |= !await LookAsync(erasure, missing, erased, ct);
            }
        } while (page.Count == PageSize);

        if (erased.Count > 0)
        {
            await AnswerAsync(erased, ct);
        }

        Remember(waiting);
        // Nothing is asked as long as nothing is waited for.
        alarm.Take(
            waiting,
            waiting.Count == 0 ? new HashSet<string>() : PersonalSections.Here(await deployment.ListAsync(ct))
        );
        return isOneRemoving ? WhileRemoving
            : waiting.Count > 0 || isOneBeingAskedFor ? WhileWaiting
            : null;
    }

    // One that was retired and runs all the same has to answer again.
    private async Task<IReadOnlyList<SectionRow>> ReadSectionsAsync(CancellationToken ct)
    {
        var there = await list.ReadSectionsAsync(ct);
        var own = modules.Select(module => module.Data.Section).ToList();
        if (own.TrueForAll(section => there.Any(row => row.Section == section && row.RetiredAt is null)))
        {
            return there;
        }

        await list.SeeAsync(own, ct);
        return await list.ReadSectionsAsync(ct);
    }

    // One that a crash of another process has left; what is asked for at this moment is that process's business.
    private async Task ApplyLeftOverAsync(ErasureRow erasure, CancellationToken ct)
    {
        if (list.IsShared && erasure.RequestedAt < clock.GetUtcNow() - BeingAskedFor)
        {
            await replay.ApplyAsync(erasure, ct);
        }
    }

    private static IEnumerable<string> Required(ErasureRow erasure, IReadOnlyList<SectionRow> there) =>
        erasure.Section is { } section
            ? [section]
            : there.Where(row => row.RetiredAt is null).Select(row => row.Section);

    /// <summary>Collects the sections of this process that have nothing left.</summary>
    /// <returns>False if one has.</returns>
    private async Task<bool> LookAsync(
        ErasureRow erasure,
        List<string> missing,
        List<Erased> erased,
        CancellationToken ct
    )
    {
        var areAllErased = true;
        var isOthers = missing.Exists(section => modules.All(module => module.Data.Section != section));
        foreach (var module in modules.Where(module => missing.Contains(module.Data.Section)))
        {
            if (!await erasure.IsErasedInAsync(module.Data, ct))
            {
                areAllErased = false;
                if (erasure.AppliedAt < clock.GetUtcNow() - Late)
                {
                    await EraseLateAsync(erasure, module, ct);
                }
            }
            else if (!HasAnswered(erasure.Id, module.Data.Section))
            {
                erased.Add(new Erased(erasure, module));
            }
        }

        if (areAllErased && !isOthers && erasure.RemovedAt is null)
        {
            await list.MarkRemovedAsync(erasure.Id, ct);
        }

        return areAllErased;
    }

    // What was under way when the section heard of the erasure and was written behind it: nobody else removes it, and the erasure would not end.
    private static Task<bool> EraseLateAsync(ErasureRow erasure, PersonalDataModule module, CancellationToken ct) =>
        module.Database.WriteAsync(
            async unit =>
            {
                await erasure.EraseInAsync(module.Data, unit, ct);
                return true;
            },
            ct
        );

    private bool HasAnswered(Guid erasure, string section) =>
        _given.TryGetValue((erasure, section), out var at) && clock.GetUtcNow() < at + Unheard;

    private async Task AnswerAsync(List<Erased> erased, CancellationToken ct)
    {
        foreach (var database in databases)
        {
            await database.WipeDeletedAsync(ct);
        }

        foreach (var (module, some) in erased.GroupBy(e => e.Module).Select(g => (g.Key, g.ToList())))
        {
            await module.Database.WriteAsync(
                async unit =>
                {
                    foreach (var (erasure, _) in some)
                    {
                        await unit.PublishAsync(new SectionErased(erasure.Id, module.Data.Section), ct);
                    }

                    return true;
                },
                ct
            );
            foreach (var (erasure, _) in some)
            {
                _given[(erasure.Id, module.Data.Section)] = clock.GetUtcNow();
            }
        }
    }

    private Task CompleteAsync(ErasureRow erasure, IReadOnlySet<string> answers, CancellationToken ct)
    {
        var details = JsonSerializer.Serialize(
            new
            {
                id = erasure.Id,
                form = erasure.ReadForm(),
                sections = answers.Order(StringComparer.Ordinal),
            },
            Json.Options
        );
        var entry = new AuditEntry("erasure.completed", null, erasure.Id.ToString(), details) { IsOfTheDay = true };
        return list.CompleteAsync(erasure, entry, ct);
    }

    private void Remember(Dictionary<Guid, IReadOnlyList<string>> waiting)
    {
        foreach (var done in _given.Keys.Where(key => !waiting.ContainsKey(key.Erasure)).ToList())
        {
            _given.Remove(done);
        }
    }
}
