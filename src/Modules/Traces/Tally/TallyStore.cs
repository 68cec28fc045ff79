using System.Text;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Fields;

namespace Sillage.Traces.Tally;

/// <summary>How far a study's traces are counted.</summary>
/// <param name="Revision">Another one whenever the tallies have changed.</param>
/// <param name="Counted">The position of the last trace that is counted.</param>
/// <param name="AsOf">When that trace was received, in microseconds since the Unix epoch; null if none is counted.</param>
/// <param name="Newest">The position of the last trace there is; null if there is none.</param>
/// <param name="Recounts">How many participants are still to be counted again.</param>
internal sealed record TallyState(long? Revision, long? Counted, long? AsOf, long? Newest, long Recounts);

/// <summary>A participant whose traces are to be counted again.</summary>
/// <param name="Participant">The participant's number.</param>
/// <param name="Counted">The position up to which that is done; null if it has yet to begin.</param>
/// <param name="Upto">The position up to which it is to be done.</param>
internal sealed record Recount(long Participant, long? Counted, long Upto);

/// <summary>Reads and writes how far traces are counted.</summary>
internal static class TallyStore
{
    // What is being removed is not counted again: when it is gone, it is forgotten once more.
    private const string IsNotRemoved = """
        NOT EXISTS (
          SELECT 1 FROM removal r WHERE r.study = c.study AND (r.participant IS NULL OR r.participant = c.participant))
        """;

    private const string PendingRecounts = $"FROM tally_recount c WHERE c.study = s.key AND {IsNotRemoved}";

    private const string State = $"""
        SELECT t.revision, t.counted, t.as_of, (SELECT max(position) FROM trace WHERE study = s.key) AS newest,
          (SELECT count(*) {PendingRecounts}) AS recounts
        FROM study s LEFT JOIN tally_state t ON t.study = s.key WHERE s.key = @Study AND NOT s.deleted
        """;

    // While retention removes, chunk by chunk, what is counted again would be outdated at once.
    private const string NextRecount = $"""
        SELECT c.participant, c.counted, c.upto
        FROM tally_recount c WHERE c.study = @Study AND {IsNotRemoved}
          AND NOT EXISTS (SELECT 1 FROM retention_run q WHERE q.study = c.study AND q.finished_at IS NULL)
        ORDER BY c.participant LIMIT 1
        """;

    private const string Behind = $"""
        SELECT s.key FROM study s LEFT JOIN tally_state t ON t.study = s.key
        WHERE NOT s.deleted AND (
          EXISTS (SELECT 1 FROM trace x WHERE x.study = s.key AND x.position > coalesce(t.counted, 0))
          OR EXISTS (SELECT 1 {PendingRecounts}))
        """;

    private const string Definition =
        "SELECT version, definition, unknown_fields FROM study WHERE key = @Study AND NOT deleted";

    private const string ManyOf = "SELECT field FROM tally_many WHERE study = @Study";

    private const string ValuesOf =
        "SELECT DISTINCT field, value FROM tally_value WHERE study = @Study AND value <> ''";

    // A study that is given up has no state any more and gets none.
    private static readonly Sql Begin = new(
        """
        INSERT INTO tally_state (study, revision, counted)
        SELECT key, 0, 0 FROM study WHERE key = @Study AND NOT deleted
        ON CONFLICT (study) DO NOTHING
        """,
        """
        INSERT INTO tally_state (study, revision, counted)
        SELECT key, 0, 0 FROM study WHERE key = @Study AND NOT deleted FOR SHARE
        ON CONFLICT (study) DO NOTHING
        """
    );

    private const string Advance = """
        UPDATE tally_state SET revision = revision + 1, counted = @Counted, as_of = coalesce(@AsOf, as_of)
        WHERE study = @Study AND revision = @Revision
        """;

    private const string Change = "UPDATE tally_state SET revision = revision + 1 WHERE study = @Study";

    private const string AdvanceRecount =
        "UPDATE tally_recount SET counted = @Counted, upto = @Upto WHERE study = @Study AND participant = @Participant";

    private const string FinishRecount =
        "DELETE FROM tally_recount WHERE study = @Study AND participant = @Participant";

    // Npgsql takes a list as an array; for SQLite Dapper spells it out.
    private static readonly Sql AddRecounts = new(Recounts("IN @Participants"), Recounts("= ANY(@Participants)"));

    private const string AddRecountOfAll = """
        INSERT INTO tally_recount (study, participant, counted, upto)
        SELECT study, number, NULL, 0 FROM participant WHERE study = @Study
        ON CONFLICT (study, participant) DO UPDATE SET counted = NULL
        """;

    private const string ForgetMany = "DELETE FROM tally_many WHERE study = @Study";

    private static readonly Sql[] DeleteSome =
    [
        .. new[] { "tally_hour", "tally_name", "tally_value", "tally_session" }.Select(table => new Sql(
            $"DELETE FROM {table} WHERE study = @Study AND participant IN @Participants",
            $"DELETE FROM {table} WHERE study = @Study AND participant = ANY(@Participants)"
        )),
    ];

    private sealed record DefinitionRow(long Version, string Definition, string UnknownFields);

    private sealed record ValueRow(string Field, string Value);

    /// <summary>How far the study is counted; null if there is no such study.</summary>
    public static Task<TallyState?> ReadAsync(IReader reader, long study, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<TallyState>(State, new { Study = study }, ct);

    /// <summary>The studies that have traces to be counted.</summary>
    public static Task<IReadOnlyList<long>> BehindAsync(IReader reader, CancellationToken ct) =>
        reader.QueryAsync<long>(Behind, null, ct);

    public static Task<Recount?> NextRecountAsync(IReader reader, long study, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<Recount>(NextRecount, new { Study = study }, ct);

    /// <summary>The study's fields with what is told apart of their values; <paramref name="known"/> if that is still so.</summary>
    public static async Task<StudyFields?> ReadFieldsAsync(
        IReader reader,
        long study,
        long revision,
        StudyFields? known,
        CancellationToken ct
    )
    {
        if (await reader.FirstOrDefaultAsync<DefinitionRow>(Definition, new { Study = study }, ct) is not { } row)
        {
            return null;
        }

        if (known?.Version == row.Version && known.Revision == revision)
        {
            return known;
        }

        var rules = new FieldRules(StoredFields.Read(row.Definition), StoredFields.UnknownNamed(row.UnknownFields));
        var fields = new StudyFields(study, row.Version, rules) { Revision = revision };
        fields.Many.UnionWith(await reader.QueryAsync<string>(ManyOf, new { Study = study }, ct));
        foreach (var value in await reader.QueryAsync<ValueRow>(ValuesOf, new { Study = study }, ct))
        {
            fields.ValuesOf(value.Field).Add(Encoding.UTF8.GetBytes(value.Value));
        }

        return fields;
    }

    public static Task BeginAsync(IUnitOfWork unit, long study) =>
        unit.ExecuteAsync(Begin, new { Study = study }, CancellationToken.None);

    /// <summary>Claims the next revision.</summary>
    /// <returns>False if another one came between: nothing that was read still holds.</returns>
    public static async Task<bool> AdvanceAsync(
        IUnitOfWork unit,
        long study,
        long revision,
        long counted,
        long? asOf
    ) =>
        await unit.ExecuteAsync(
            Advance,
            new
            {
                Study = study,
                Revision = revision,
                Counted = counted,
                AsOf = asOf,
            },
            CancellationToken.None
        ) == 1;

    public static Task AdvanceRecountAsync(IUnitOfWork unit, long study, Recount recount) =>
        unit.ExecuteAsync(
            AdvanceRecount,
            new
            {
                Study = study,
                Participant = recount.Participant,
                Counted = recount.Counted,
                Upto = recount.Upto,
            },
            CancellationToken.None
        );

    public static Task FinishRecountAsync(IUnitOfWork unit, long study, long participant) =>
        unit.ExecuteAsync(FinishRecount, new { Study = study, Participant = participant }, CancellationToken.None);

    /// <summary>Removes what is counted of some participants.</summary>
    public static async Task DeleteAsync(
        IUnitOfWork unit,
        long study,
        IReadOnlyCollection<long> participants,
        CancellationToken ct
    )
    {
        foreach (var delete in DeleteSome)
        {
            await unit.ExecuteAsync(delete, new { Study = study, Participants = participants }, ct);
        }
    }

    /// <summary>Has some participants counted again, those that are still there.</summary>
    public static async Task AddRecountsAsync(
        IUnitOfWork unit,
        long study,
        IReadOnlyCollection<long> participants,
        CancellationToken ct
    )
    {
        await ChangeAsync(unit, study, ct);
        await unit.ExecuteAsync(AddRecounts, new { Study = study, Participants = participants }, ct);
    }

    /// <summary>Has all participants counted again.</summary>
    public static async Task AddRecountOfAllAsync(IUnitOfWork unit, long study, CancellationToken ct)
    {
        await ChangeAsync(unit, study, ct);
        await unit.ExecuteAsync(ForgetMany, new { Study = study }, ct);
        await unit.ExecuteAsync(AddRecountOfAll, new { Study = study }, ct);
    }

    /// <summary>
    /// Makes everything void that was read before. Comes first, as it does in counting: units that lock in the same order
    /// never wait for each other in a circle.
    /// </summary>
    private static async Task ChangeAsync(IUnitOfWork unit, long study, CancellationToken ct)
    {
        await unit.ExecuteAsync(Begin, new { Study = study }, ct);
        await unit.ExecuteAsync(Change, new { Study = study }, ct);
    }

    private static string Recounts(string some) =>
        $"""
            INSERT INTO tally_recount (study, participant, counted, upto)
            SELECT study, number, NULL, 0 FROM participant WHERE study = @Study AND number {some}
            ON CONFLICT (study, participant) DO UPDATE SET counted = NULL
            """;
}
