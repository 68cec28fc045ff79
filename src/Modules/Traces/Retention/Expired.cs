using Sillage.Storage;

namespace Sillage.Traces.Retention;

/// <summary>How much of something is past its time.</summary>
/// <param name="Count">How many rows.</param>
/// <param name="Oldest">When the oldest of them was received.</param>
/// <param name="Newest">When the newest of them was received.</param>
internal sealed record Past(long Count, DateTimeOffset? Oldest, DateTimeOffset? Newest)
{
    public static readonly Past None = new(0, null, null);

    public static Past operator +(Past a, Past b) =>
        new(a.Count + b.Count, Earlier(a.Oldest, b.Oldest), Earlier(b.Newest, a.Newest, latest: true));

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b, bool latest = false) =>
        a is null ? b
        : b is null ? a
        : a < b != latest ? a
        : b;
}

/// <summary>
/// Finds what a study holds from before a point in time. Traces lie in the order in which they were received, near enough:
/// the walk begins at the oldest and ends at the first chunk in which none is past its time, so that it costs what there is
/// to remove and not what there is. What lies elsewhere is listed in <c>trace_late</c>.
/// </summary>
internal static class Expired
{
    public const long ChunkRows = 1000;

    // Named, so that the walk keeps to the study's own rows however many others lie between them.
    private static readonly Sql ReadChunk = new(Chunk("INDEXED BY trace_study"), Chunk(""));

    // What the walk has met already is not counted a second time.
    private const string ReadLate = """
        SELECT count(*) AS count, min(l.received_at) AS oldest, max(l.received_at) AS newest
        FROM trace_late l JOIN trace t ON t.study = l.study AND t.position = l.position
        WHERE l.study = @Study AND l.received_at < @Cutoff AND l.position > @After
        """;

    private const string ReadQuarantine = """
        SELECT count(*) AS count, min(received_at) AS oldest, max(received_at) AS newest
        FROM quarantine WHERE study = @Study AND received_at < @Cutoff
        """;

    /// <summary>A part of the walk: the last position looked at, null at the end, and what of it is past its time.</summary>
    public sealed record Step(long? Last, long Count, DateTimeOffset? Oldest, DateTimeOffset? Newest)
    {
        public Past Past => new(Count, Oldest, Newest);

        /// <summary>Whether the walk goes on behind this part.</summary>
        public bool LeadsOn => Last is not null && Count > 0;
    }

    /// <summary>The part of the walk behind a position.</summary>
    public static async Task<Step> WalkAsync(
        IReader reader,
        long study,
        DateTimeOffset cutoff,
        long after,
        CancellationToken ct
    ) =>
        (
            await reader.FirstOrDefaultAsync<Step>(
                ReadChunk,
                new
                {
                    Study = study,
                    Cutoff = cutoff,
                    After = after,
                    Limit = ChunkRows,
                },
                ct
            )
        )!;

    /// <summary>Counts, chunk by chunk, what a run would remove now.</summary>
    public static async Task<(Past Traces, Past Quarantined)> CountAsync(
        IDatabase<TracesData> database,
        long study,
        DateTimeOffset cutoff,
        CancellationToken ct
    )
    {
        var (traces, after) = (Past.None, 0L);
        Step step;
        do
        {
            var from = after;
            step = await database.ReadAsync(r => WalkAsync(r, study, cutoff, from, ct), ct);
            traces += step.Past;
            after = step.Last ?? after;
        } while (step.LeadsOn);

        return await database.ReadAsync(
            async reader =>
            {
                var parameters = new
                {
                    Study = study,
                    Cutoff = cutoff,
                    After = after,
                };
                var late = await reader.FirstOrDefaultAsync<Past>(ReadLate, parameters, ct);
                var quarantined = await reader.FirstOrDefaultAsync<Past>(ReadQuarantine, parameters, ct);
                return (traces + late!, quarantined!);
            },
            ct
        );
    }

    /// <summary>Whether a run would find anything.</summary>
    public static Task<bool> IsThereAnyAsync(
        IDatabase<TracesData> database,
        long study,
        DateTimeOffset cutoff,
        CancellationToken ct
    ) =>
        database.ReadAsync(
            async reader =>
            {
                var parameters = new
                {
                    Study = study,
                    Cutoff = cutoff,
                    After = 0L,
                };
                return (await WalkAsync(reader, study, cutoff, 0, ct)).Count > 0
                    || (await reader.FirstOrDefaultAsync<Past>(ReadLate, parameters, ct))!.Count > 0
                    || (await reader.FirstOrDefaultAsync<Past>(ReadQuarantine, parameters, ct))!.Count > 0;
            },
            ct
        );

    private static string Chunk(string index) =>
        $"""
            SELECT max(position) AS last,
              count(CASE WHEN received_at < @Cutoff THEN 1 END) AS count,
              min(CASE WHEN received_at < @Cutoff THEN received_at END) AS oldest,
              max(CASE WHEN received_at < @Cutoff THEN received_at END) AS newest
            FROM (
              SELECT position, received_at FROM trace {index}
              WHERE study = @Study AND position > @After ORDER BY position LIMIT @Limit
            ) chunk
            """;
}
