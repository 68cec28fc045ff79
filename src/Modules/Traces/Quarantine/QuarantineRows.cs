using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Reads a study's quarantine, in the order in which it filled.</summary>
internal static class QuarantineRows
{
    private const string Part = "substr(bytes, 1, 65536)";

    private static readonly Sql SelectPage = Select(
        Part,
        "study = @Study AND position > @After ORDER BY position LIMIT @Limit"
    );

    private static readonly Sql SelectPageOfReason = Select(
        Part,
        "study = @Study AND reason = @Reason AND position > @After ORDER BY position LIMIT @Limit",
        "study = @Study AND (reason, position) > (@Reason, @After) AND reason <= @Reason ORDER BY reason, position LIMIT @Limit"
    );

    private static readonly Sql SelectOne = Select(Part, "study = @Study AND id = @Id");

    private static readonly Sql SelectWhole = Select("bytes", "study = @Study AND id = @Id");

    private static readonly Sql SelectRange = Select(
        "bytes",
        "study = @Study AND position >= @First AND position <= @Last ORDER BY position"
    );

    private static readonly Sql SelectRangeOfReason = Select(
        "bytes",
        "study = @Study AND reason = @Reason AND position >= @First AND position <= @Last ORDER BY position",
        """
        study = @Study AND (reason, position) >= (@Reason, @First) AND (reason, position) <= (@Reason, @Last)
        ORDER BY reason, position
        """
    );

    /// <summary>Rows behind <paramref name="after"/>, with the first 64 KiB of their bytes.</summary>
    public static Task<IReadOnlyList<QuarantineRow>> PageAsync(
        IReader reader,
        long study,
        string? reason,
        long after,
        long limit,
        CancellationToken ct
    ) =>
        reader.QueryAsync<QuarantineRow>(
            reason is null ? SelectPage : SelectPageOfReason,
            new
            {
                Study = study,
                Reason = reason,
                After = after,
                Limit = limit,
            },
            ct
        );

    /// <summary>One row with the first 64 KiB of its bytes, or with all of them.</summary>
    public static Task<QuarantineRow?> FindAsync(
        IReader reader,
        long study,
        Guid id,
        bool whole,
        CancellationToken ct
    ) => reader.FirstOrDefaultAsync<QuarantineRow>(whole ? SelectWhole : SelectOne, new { Study = study, Id = id }, ct);

    /// <summary>One row of the study.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public static async Task<QuarantineRow> DemandAsync(
        IDatabase<TracesData> database,
        Study study,
        Guid id,
        bool whole,
        CancellationToken ct
    ) =>
        await database.ReadAsync(reader => FindAsync(reader, study.Key, id, whole, ct), ct)
        ?? throw new ProblemException(Problem.NotFound());

    /// <summary>Rows from one position to another, whole.</summary>
    public static Task<IReadOnlyList<QuarantineRow>> RangeAsync(
        IReader reader,
        long study,
        string? reason,
        long first,
        long last,
        CancellationToken ct
    ) =>
        reader.QueryAsync<QuarantineRow>(
            reason is null ? SelectRange : SelectRangeOfReason,
            new
            {
                Study = study,
                Reason = reason,
                First = first,
                Last = last,
            },
            ct
        );

    /// <summary>Holds what the caller has seen of a row against what is there now.</summary>
    /// <exception cref="ProblemException">412.</exception>
    public static async Task CheckAsync(
        IReader reader,
        Study study,
        Guid id,
        Precondition precondition,
        CancellationToken ct
    )
    {
        if (await FindAsync(reader, study.Key, id, whole: study.Mask is not null, ct) is { } row)
        {
            // As it was seen: under marks or in the clear.
            precondition.CheckAny(
                QuarantinedTrace.Of(row, study, inClear: true),
                QuarantinedTrace.Of(row, study, inClear: study.Mask is null)
            );
        }
    }

    // Of one reason PostgreSQL is asked as TraceScan asks for traces: in an order that only one index has.
    private static Sql Select(string bytes, string condition, string? onPostgres = null)
    {
        const string columns =
            "reasons, reason, participant, sender, may_name, times, first_received_at, received_at FROM quarantine";
        return new Sql(
            $"SELECT position, id, {bytes} AS bytes, length(bytes) AS length, {columns} WHERE {condition}",
            $"SELECT position, id, {bytes} AS bytes, length(bytes)::bigint AS length, {columns} WHERE {onPostgres ?? condition}"
        );
    }
}

/// <summary>
/// Goes through a study's quarantine in chunks of bounded size, up to where it ended when the scan began. Each chunk is a
/// read of its own: no snapshot is held in between, and what has gone meanwhile is not seen.
/// </summary>
internal sealed class QuarantineScan(IDatabase<TracesData> database, long study, string? reason)
{
    private const long ChunkRows = 500;
    private const long ChunkBytes = 4 * 1024 * 1024;

    private const string LastPosition = "SELECT max(position) FROM quarantine WHERE study = @Study";

    private static readonly Sql SelectKeys = Keys(
        "study = @Study AND position > @After AND position <= @Ceiling ORDER BY position LIMIT @Limit"
    );

    private static readonly Sql SelectKeysOfReason = Keys(
        "study = @Study AND reason = @Reason AND position > @After AND position <= @Ceiling ORDER BY position LIMIT @Limit",
        """
        study = @Study AND (reason, position) > (@Reason, @After) AND reason <= @Reason AND position <= @Ceiling
        ORDER BY reason, position LIMIT @Limit
        """
    );

    private long _after;
    private long? _ceiling;

    private sealed record Key(long Position, long Length);

    /// <summary>The next rows, whole; none at the end.</summary>
    public Task<IReadOnlyList<QuarantineRow>> NextAsync(CancellationToken ct) =>
        database.ReadAsync(
            async reader =>
            {
                _ceiling ??= await reader.ScalarAsync<long?>(LastPosition, new { Study = study }, ct) ?? 0;
                var parameters = new
                {
                    Study = study,
                    Reason = reason,
                    After = _after,
                    Ceiling = _ceiling,
                    Limit = ChunkRows,
                };
                var keys = await reader.QueryAsync<Key>(
                    reason is null ? SelectKeys : SelectKeysOfReason,
                    parameters,
                    ct
                );
                if (keys.Count == 0)
                {
                    return [];
                }

                var (taken, bytes) = (1, keys[0].Length);
                while (taken < keys.Count && (bytes += keys[taken].Length) <= ChunkBytes)
                {
                    taken++;
                }

                _after = keys[taken - 1].Position;
                return await QuarantineRows.RangeAsync(reader, study, reason, keys[0].Position, _after, ct);
            },
            ct
        );

    // The length of a value is known to both engines without reading it.
    private static Sql Keys(string condition, string? onPostgres = null) =>
        new(
            $"SELECT position, length(bytes) AS length FROM quarantine WHERE {condition}",
            $"SELECT position, length(bytes)::bigint AS length FROM quarantine WHERE {onPostgres ?? condition}"
        );
}
