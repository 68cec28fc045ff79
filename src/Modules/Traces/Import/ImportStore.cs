using Sillage.Storage;
using Sillage.Storage.Sqlite;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Import;

/// <summary>
/// Puts what an import has read into storage, by the same door as what comes by HTTP: the study's lock, its version, what
/// is known already, the order of positions.
/// </summary>
internal sealed class ImportStore(
    IDatabase<TracesData> database,
    StudyDirectory directory,
    TraceSignals signals,
    TimeProvider clock
)
{
    private const int MaximumTries = 10;
    private const int IdsAtOnce = 500;

    private const string SaveRun = """
        INSERT INTO import_run (study, id, rows, updated_at)
        SELECT key, @Run, @Rows, @Now FROM study WHERE key = @Key
        ON CONFLICT (study, id) DO UPDATE SET rows = excluded.rows, updated_at = excluded.updated_at
        """;

    private const string HasId = "SELECT 1 FROM trace WHERE study = ?1 AND id = ?2";

    private const string FindIds = "SELECT id FROM trace WHERE study = @Key AND id = ANY(@Ids)";

    /// <summary>Does the work; what ends it from outside is told with how to go on.</summary>
    /// <exception cref="ImportException">It was ended, or what it needs cannot be had.</exception>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> work, string goOn)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException e)
        {
            throw new ImportException($"Stopped. {goOn}", e);
        }
        catch (Exception e) when (e is DatabaseUnavailableException or IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"{e.Message.TrimEnd('.')}. {goOn}", e);
        }
    }

    /// <summary>The study.</summary>
    /// <exception cref="ImportException">There is none of this slug.</exception>
    public async Task<Study> GetStudyAsync(string slug, CancellationToken ct)
    {
        if (await directory.FindAsync(slug, ct) is { } study)
        {
            return study;
        }

        var some = await database.ReadAsync(
            r => r.QueryAsync<string>("SELECT slug FROM study WHERE NOT deleted ORDER BY slug LIMIT 20", null, ct),
            ct
        );
        throw new ImportException(
            $"There is no study '{slug}' here"
                + (some.Count == 0 ? ", nor any other." : $"; there are {string.Join(", ", some)}.")
                + " Make it with POST /api/v1/studies, or choose other data with --data."
        );
    }

    /// <summary>Which of these ids the study's traces have already.</summary>
    public async Task<HashSet<Guid>> FindIdsAsync(Study study, IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        var found = new HashSet<Guid>();
        foreach (var some in ids.Chunk(IdsAtOnce))
        {
            found.UnionWith(
                await database.ReadAsync(
                    r =>
                        r.Dialect == SqlDialect.Sqlite
                            ? Task.FromResult<IReadOnlyList<Guid>>([.. some.Where(id => IsStored(r, study, id))])
                            : r.QueryAsync<Guid>(FindIds, new { study.Key, Ids = some }, ct),
                    ct
                )
            );
        }

        return found;
    }

    private static bool IsStored(IReader reader, Study study, Guid id)
    {
        var read = reader.Prepare(HasId).Bind(1, study.Key).Bind(2, id);
        var isStored = read.Step();
        read.Reset();
        return isStored;
    }

    /// <summary>How many rows of a run the study has taken; null if it knows nothing of it.</summary>
    public Task<long?> FindRunAsync(Study study, Guid run, CancellationToken ct) =>
        database.ReadAsync(
            r =>
                r.ScalarAsync<long?>(
                    "SELECT rows FROM import_run WHERE study = @Key AND id = @Run",
                    new { study.Key, Run = run },
                    ct
                ),
            ct
        );

    /// <summary>Writes down how many rows of a run the study has taken.</summary>
    public Task SaveRunAsync(Study study, Guid run, long rows) =>
        database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    SaveRun,
                    new
                    {
                        study.Key,
                        Run = run,
                        Rows = rows,
                        Now = clock.GetUtcNow(),
                    }
                ),
            CancellationToken.None
        );

    /// <summary>
    /// Makes a batch for the study as it is and the time of its receipt, and stores it; once more if the study was changed
    /// meanwhile.
    /// </summary>
    /// <exception cref="ImportException">The study is gone.</exception>
    /// <exception cref="DatabaseUnavailableException">Nothing of the batch was stored.</exception>
    public async Task<IntakeReply> StoreAsync(
        string slug,
        Func<Study, DateTimeOffset, ParsedBatch> read,
        CancellationToken ct
    )
    {
        for (var tries = 1; ; tries++)
        {
            var study = await GetStudyAsync(slug, ct);
            var now = clock.GetUtcNow();
            var batch = new IntakeBatch(study, Guid.Empty, read(study, now), now) { Imported = true };
            try
            {
                var outcomes = await database.WriteAsync(
                    unit => IntakeStore.StoreAsync(unit, [batch], signals),
                    CancellationToken.None
                );
                if (outcomes[0].Reply is { } reply)
                {
                    return reply;
                }
            }
            catch (DatabaseUnavailableException e) when (IsPassing(tries))
            {
                await Task.Delay(e.RetryAfter, clock, ct);
            }

            if (tries >= MaximumTries)
            {
                throw new DatabaseUnavailableException("The study is being changed.", TimeSpan.FromSeconds(1));
            }

            directory.Forget(slug);
        }
    }

    // A server may be restarted while we wait; a disk that is full stays so.
    private bool IsPassing(int tries) => database.Dialect == SqlDialect.Postgres && tries < MaximumTries;
}
