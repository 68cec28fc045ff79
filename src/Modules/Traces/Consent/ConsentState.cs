using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Where a participant stands with what the study asks.</summary>
public enum ConsentStanding
{
    /// <summary>Never given.</summary>
    Missing,

    /// <summary>Given, and it holds.</summary>
    Given,

    /// <summary>Given to an earlier version, which does not hold any longer.</summary>
    Outdated,

    /// <summary>Given, and withdrawn.</summary>
    Withdrawn,
}

/// <summary>A participant's consent.</summary>
/// <param name="Number">The participant's number.</param>
/// <param name="Pseudonym">The pseudonym; in what researchers read only.</param>
/// <param name="State">Where he stands.</param>
/// <param name="Version">The version that was given or withdrawn last.</param>
/// <param name="At">When that was recorded.</param>
/// <param name="By"><c>participant</c>, or <c>researcher</c> where it was on paper.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record ConsentState(
    long Number,
    string? Pseudonym,
    ConsentStanding State,
    long? Version,
    DateTimeOffset? At,
    string? By,
    Links Links
)
{
    internal static readonly ConsentState PaperExample = new(
        1,
        "p3k9x2m7q8w1z",
        ConsentStanding.Given,
        3,
        Examples.Time,
        "researcher",
        new Links("/api/v1/studies/java-quest/participants/p3k9x2m7q8w1z/consent")
    );

    internal static readonly ConsentState OwnExample = new(
        1,
        null,
        ConsentStanding.Given,
        3,
        Examples.Time,
        "participant",
        new Links("/api/v1/studies/java-quest/consent") { ["study"] = "/api/v1/studies/java-quest" }
    );

    internal static ConsentState Of(Study study, long number, ConsentRecord? last, bool toResearcher)
    {
        var self = StudyResource.AddressOf(study.Slug);
        var pseudonym = study.PseudonymByNumber.GetValueOrDefault(number);
        return new ConsentState(
            number,
            toResearcher ? pseudonym : null,
            StandingOf(study, last),
            last?.Version,
            last?.RecordedAt,
            last?.Source,
            toResearcher
                ? new Links($"{self}/participants/{pseudonym}/consent")
                {
                    ["participant"] = $"{self}/participants/{pseudonym}",
                }
                : new Links(self + "/consent") { ["study"] = self }
        );
    }

    internal static ConsentStanding StandingOf(Study study, ConsentRecord? last) =>
        last switch
        {
            null => ConsentStanding.Missing,
            { Given: false } => ConsentStanding.Withdrawn,
            _ when last.Version < (study.Consent?.ValidFrom ?? 0) => ConsentStanding.Outdated,
            _ => ConsentStanding.Given,
        };
}

/// <summary>Something that was given or withdrawn: a row of the record, which is added to and never changed.</summary>
/// <param name="Given">Whether it was given; else withdrawn.</param>
/// <param name="Version">To which version of the terms.</param>
/// <param name="Source"><c>participant</c> or <c>researcher</c>.</param>
/// <param name="Data">What became of the data when it was withdrawn: keep, anonymise, destroy.</param>
/// <param name="RecordedAt">When.</param>
internal sealed record ConsentRecord(bool Given, long Version, string Source, string? Data, DateTimeOffset RecordedAt)
{
    private const string Columns = "given, version, source, data, recorded_at";

    private const string Last =
        $"SELECT {Columns} FROM consent WHERE study = @Study AND participant = @Number ORDER BY position DESC LIMIT 1";

    private const string All =
        $"SELECT {Columns} FROM consent WHERE study = @Study AND participant = @Number ORDER BY position";

    private const string Insert = """
        INSERT INTO consent (study, participant, given, version, source, data, recorded_at)
        VALUES (@Study, @Number, @Given, @Version, @Source, @Data, @RecordedAt)
        """;

    public static Task<ConsentRecord?> LastAsync(IReader reader, long study, long number, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<ConsentRecord>(Last, new { Study = study, Number = number }, ct);

    /// <summary>Everything that a participant gave and withdrew, in order.</summary>
    public static Task<IReadOnlyList<ConsentRecord>> AllAsync(
        IReader reader,
        long study,
        long number,
        CancellationToken ct
    ) => reader.QueryAsync<ConsentRecord>(All, new { Study = study, Number = number }, ct);

    public Task AddAsync(IUnitOfWork unit, long study, long number, CancellationToken ct) =>
        unit.ExecuteAsync(
            Insert,
            new
            {
                Study = study,
                Number = number,
                Given,
                Version,
                Source,
                Data,
                RecordedAt,
            },
            ct
        );
}
