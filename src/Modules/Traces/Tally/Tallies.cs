using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Traces.Tally;

/// <summary>
/// What there is of traces, added up by hour, name, field value and session. It follows the traces by their position and
/// is written by no one else; intake does not know of it (docs/adr/0070-tallies-follow.md).
/// </summary>
internal sealed class Tallies(IDatabase<TracesData> database, TimeProvider clock) : IDisposable
{
    private const int MaximumStudies = 100;

    /// <summary>Of a study that is being removed, before all else: nobody counts without it.</summary>
    public const string DeleteState = "DELETE FROM tally_state WHERE study = @Study";

    /// <summary>Of a study that is being removed, each to be repeated until there is nothing left.</summary>
    public static readonly string[] DeleteAll =
    [
        DeleteSome("tally_hour", "study, participant, hour"),
        DeleteSome("tally_name", "study, participant, name"),
        DeleteSome("tally_value", "study, field, value, participant"),
        DeleteSome("tally_session", "study, participant, session"),
        DeleteSome("tally_many", "study, field"),
        DeleteSome("tally_recount", "study, participant"),
    ];

    // One at a time in this process. Other processes may count too: who is too late finds another revision.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<long, StudyFields> _fields = [];

    public enum Progress
    {
        /// <summary>There was nothing to count.</summary>
        Nothing,

        /// <summary>Everything that there was.</summary>
        All,

        /// <summary>Some of it; there is more, or may be.</summary>
        Some,
    }

    private sealed record Work(StudyFields Fields, TallyState State, Recount? Recount, TallyChunk Chunk, bool HasMore);

    /// <summary>
    /// Forgets what is counted of some participants, and has them counted again from the traces that are there. To be called
    /// in the unit that removes or changes traces that may have been counted: in each, or at least in the last one, if it
    /// takes several. What is only added needs no call.
    /// </summary>
    public static async Task ForgetAsync(
        IUnitOfWork unit,
        long study,
        IReadOnlyCollection<long> participants,
        CancellationToken ct
    )
    {
        if (participants.Count > 0)
        {
            await TallyStore.AddRecountsAsync(unit, study, participants, ct);
            await TallyStore.DeleteAsync(unit, study, participants, ct);
        }
    }

    /// <summary>
    /// Has all participants of a study counted again, because what is to be counted has changed. What is counted of each
    /// stays until his turn comes: to remove it all at once would hold up the writer.
    /// </summary>
    public static Task RecountAllAsync(IUnitOfWork unit, long study, CancellationToken ct) =>
        TallyStore.AddRecountOfAllAsync(unit, study, ct);

    /// <summary>Counts what was there when asked, for as long as <paramref name="budget"/> allows.</summary>
    /// <returns>How far it is counted now, and whether that is all.</returns>
    public async Task<(TallyState State, bool IsComplete)> CatchUpAsync(
        long study,
        TimeSpan budget,
        CancellationToken ct
    )
    {
        var started = clock.GetTimestamp();
        long? wanted = null;
        while (true)
        {
            var state =
                await database.ReadAsync(r => TallyStore.ReadAsync(r, study, ct), ct)
                ?? new TallyState(null, null, null, null, 0);
            wanted ??= state.Newest ?? 0;
            // What was wanted may be gone by now.
            var isComplete = state.Recounts == 0 && (state.Counted ?? 0) >= Math.Min(wanted.Value, state.Newest ?? 0);
            if (
                isComplete
                || clock.GetElapsedTime(started) >= budget
                || await CountNextAsync(study, ct) == Progress.Nothing
            )
            {
                return (state, isComplete);
            }
        }
    }

    /// <summary>As <see cref="CatchUpAsync"/>, for what must not be half the truth.</summary>
    /// <exception cref="ProblemException">503: there is more to count than the time allows.</exception>
    public async Task DemandCompleteAsync(long study, TimeSpan budget, CancellationToken ct)
    {
        var (_, isComplete) = await CatchUpAsync(study, budget, ct);
        if (!isComplete)
        {
            throw new ProblemException(
                Problem.Unavailable("The study's traces are still being counted.", TimeSpan.FromSeconds(10))
            );
        }
    }

    /// <summary>The studies that have traces to be counted.</summary>
    public Task<IReadOnlyList<long>> BehindAsync(CancellationToken ct) =>
        database.ReadAsync(r => TallyStore.BehindAsync(r, ct), ct);

    /// <summary>Counts some thousand traces.</summary>
    public async Task<Progress> CountNextAsync(long study, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var known = _fields.GetValueOrDefault(study);
            if (await database.ReadAsync(r => ReadAsync(r, study, known, ct), ct) is not { } work)
            {
                return Progress.Nothing;
            }

            // What is read and added up has to be written, or has been for nothing: no cancelling from here on.
            if (
                await database.WriteAsync(unit => WriteAsync(unit, study, work), CancellationToken.None) is { } revision
            )
            {
                work.Fields.Take(work.Chunk, revision);
                Keep(study, work.Fields);
            }
            else
            {
                _fields.Remove(study);
                return Progress.Some;
            }

            return work.HasMore || work.Recount is not null ? Progress.Some : Progress.All;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static string DeleteSome(string table, string key) =>
        $"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE study = @Study LIMIT @Limit)";

    /// <summary>Reads what is next, in one snapshot.</summary>
    private static async Task<Work?> ReadAsync(IReader reader, long study, StudyFields? known, CancellationToken ct)
    {
        var state = await TallyStore.ReadAsync(reader, study, ct);
        if (state is null)
        {
            return null;
        }

        var fields = await TallyStore.ReadFieldsAsync(reader, study, state.Revision ?? 0, known, ct);
        var chunk = new TallyChunk(fields!);
        var recount = state.Recounts == 0 ? null : await TallyStore.NextRecountAsync(reader, study, ct);
        if (recount is { Counted: null })
        {
            // Whoever is begun with is counted up to where everybody is: what comes after is counted with the others'.
            recount = recount with
            {
                Upto = state.Counted ?? 0,
            };
        }

        var hasMore = await TallyFeed.FillAsync(
            reader,
            recount is null ? state.Counted ?? 0 : recount.Counted ?? 0,
            recount?.Upto ?? long.MaxValue,
            recount?.Participant,
            chunk,
            ct
        );
        if (recount is null && chunk.Count == 0)
        {
            return null;
        }

        chunk.Settle();
        if (recount is not { Counted: null })
        {
            await TallyWriter.AddStoredSessionsAsync(reader, chunk, ct);
        }

        return new Work(fields!, state, recount, chunk, hasMore);
    }

    /// <summary>Writes what was read and added up, as the next revision.</summary>
    /// <returns>The revision; null if what was read no longer holds.</returns>
    private static async Task<long?> WriteAsync(IUnitOfWork unit, long study, Work work)
    {
        var revision = work.State.Revision ?? 0;
        if (work.State.Revision is null)
        {
            await TallyStore.BeginAsync(unit, study);
        }

        var (counted, asOf) = work.Recount is null
            ? (work.Chunk.Position, (long?)work.Chunk.ReceivedAt)
            : (work.State.Counted ?? 0, null);
        if (!await TallyStore.AdvanceAsync(unit, study, revision, counted, asOf))
        {
            return null;
        }

        if (work.Recount is { } recount)
        {
            if (recount.Counted is null)
            {
                await TallyStore.DeleteAsync(unit, study, [recount.Participant], CancellationToken.None);
            }

            if (work.HasMore)
            {
                await TallyStore.AdvanceRecountAsync(unit, study, recount with { Counted = work.Chunk.Position });
            }
            else
            {
                await TallyStore.FinishRecountAsync(unit, study, recount.Participant);
            }
        }

        await TallyWriter.WriteAsync(unit, work.Chunk);
        return revision + 1;
    }

    private void Keep(long study, StudyFields fields)
    {
        if (_fields.Count >= MaximumStudies && !_fields.ContainsKey(study))
        {
            _fields.Clear();
        }

        _fields[study] = fields;
    }
}
