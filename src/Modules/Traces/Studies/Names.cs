using System.Text.Json;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Storage;

namespace Sillage.Traces.Studies;

/// <summary>
/// The one place that opens the tie between participants and accounts for reading traces. Whoever comes here has asked for
/// identities and holds the right to them; each time is audited.
/// </summary>
internal static class Names
{
    private const string All = "SELECT number, username FROM identity WHERE study = @Study";

    // Npgsql takes a list as an array; for SQLite Dapper spells it out.
    private static readonly Sql Some = new(
        "SELECT number, username FROM identity WHERE study = @Study AND number IN @Numbers",
        "SELECT number, username FROM identity WHERE study = @Study AND number = ANY(@Numbers)"
    );

    private static readonly Dictionary<long, string> None = [];

    private sealed record Row(long Number, string Username);

    /// <summary>The user names of these participants.</summary>
    public static async Task<IReadOnlyDictionary<long, string>> OfAsync(
        IDatabase<TracesData> database,
        Study study,
        IReadOnlyCollection<long> numbers,
        CancellationToken ct
    ) => await database.ReadAsync(reader => OfAsync(reader, study, numbers, ct), ct);

    /// <inheritdoc cref="OfAsync(IDatabase{TracesData}, Study, IReadOnlyCollection{long}, CancellationToken)"/>
    public static async Task<IReadOnlyDictionary<long, string>> OfAsync(
        IReader reader,
        Study study,
        IReadOnlyCollection<long> numbers,
        CancellationToken ct
    )
    {
        if (numbers.Count == 0)
        {
            return None;
        }

        var rows = await reader.QueryAsync<Row>(Some, new { Study = study.Key, Numbers = numbers }, ct);
        return rows.ToDictionary(r => r.Number, r => r.Username);
    }

    /// <summary>The user names of these participants; null if they are not wanted.</summary>
    public static async Task<IReadOnlyDictionary<long, string>?> OfWantedAsync(
        IReader reader,
        Study study,
        bool wanted,
        IEnumerable<long> numbers,
        CancellationToken ct
    ) => wanted ? await OfAsync(reader, study, [.. numbers.Distinct()], ct) : null;

    /// <summary>The user names of all participants.</summary>
    public static async Task<IReadOnlyDictionary<long, string>> OfAllAsync(
        IDatabase<TracesData> database,
        Study study,
        CancellationToken ct
    )
    {
        var rows = await database.ReadAsync(r => r.QueryAsync<Row>(All, new { Study = study.Key }, ct), ct);
        return rows.ToDictionary(r => r.Number, r => r.Username);
    }

    /// <summary>If identities are wanted: checks the right to them, and writes down that they are looked at.</summary>
    /// <exception cref="Api.Problems.ProblemException">403.</exception>
    public static async Task DemandAsync(
        IDatabase<TracesData> database,
        Study study,
        Caller caller,
        bool wanted,
        OpeningPurpose purpose,
        string how,
        CancellationToken ct
    )
    {
        if (wanted)
        {
            study.Demand(caller, StudyRights.Identities);
            await AuditAsync(database, study, caller, purpose, how, ct);
        }
    }

    /// <summary>Writes down that identities were looked at, before they are.</summary>
    /// <param name="database">The module's database.</param>
    /// <param name="study">Whose.</param>
    /// <param name="caller">By whom.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="how">query, live, export, participants, summary, sessions, gaps, quarantine or tsadk.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="Api.Problems.ProblemException">400: a purpose is needed.</exception>
    public static Task AuditAsync(
        IDatabase<TracesData> database,
        Study study,
        Caller caller,
        OpeningPurpose purpose,
        string how,
        CancellationToken ct
    )
    {
        var details = JsonSerializer.Serialize(new { how, purpose = purpose.Demand() }, Json.Options);
        return database.WriteAsync(
            async unit =>
            {
                await unit.AuditAsync(new AuditEntry("identities.read", caller.Id, study.Slug, details), ct);
                return true;
            },
            ct
        );
    }
}
