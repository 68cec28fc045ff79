using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>A run as it is stored.</summary>
internal sealed record RetentionRow(
    Guid Id,
    long Study,
    Guid? Actor,
    long Days,
    DateTimeOffset Cutoff,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    bool CutShort,
    long Traces,
    long Quarantined,
    DateTimeOffset? Oldest,
    DateTimeOffset? Newest
)
{
    public const string Columns =
        "id, study, actor, days, cutoff, started_at, finished_at, cut_short, traces, quarantined, oldest, newest";
}

/// <summary>What retention is to remove: written down first, done afterwards by <see cref="RetentionWork"/>.</summary>
internal sealed class RetentionRuns(TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO retention_run (id, study, actor, days, cutoff, started_at)
        VALUES (@Id, @Study, @Actor, @Days, @Cutoff, @StartedAt)
        """;

    /// <summary>Up to when what was received is past its time.</summary>
    public DateTimeOffset CutoffOf(int days) => clock.GetUtcNow().AddDays(-days);

    /// <summary>What a run would remove now, if the study kept its traces for so many days.</summary>
    public async Task<RetentionResource> PreviewAsync(
        IDatabase<TracesData> database,
        Study study,
        int? days,
        CancellationToken ct
    )
    {
        if (days is not { } kept)
        {
            return RetentionResource.Of(study, null, null, Past.None, Past.None);
        }

        var cutoff = CutoffOf(kept);
        var (traces, quarantined) = await Expired.CountAsync(database, study.Key, cutoff, ct);
        return RetentionResource.Of(study, kept, cutoff, traces, quarantined);
    }

    /// <summary>Writes down a run for a study that keeps its traces for a time.</summary>
    public async Task<RetentionRow> AddAsync(IUnitOfWork unit, long study, int days, Guid? actor, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var run = new RetentionRow(
            Guid.CreateVersion7(now),
            study,
            actor,
            days,
            CutoffOf(days),
            now,
            null,
            CutShort: false,
            0,
            0,
            null,
            null
        );
        await unit.ExecuteAsync(Insert, run, ct);
        await unit.EnqueueAsync(new Retain(), ct: ct);
        return run;
    }
}
