using Sillage.Storage;

namespace Sillage.Traces.Studies;

/// <summary>What a study asks its participants to agree to, and whose agreement holds.</summary>
/// <param name="Terms">The current version.</param>
/// <param name="ValidFrom">The earliest version to which consent still holds.</param>
/// <param name="Named">
/// Where consent is needed, the participants whose consent holds; else those who took theirs back, of whom nothing is taken
/// all the same.
/// </param>
internal sealed record StudyConsent(ConsentTerms Terms, long ValidFrom, IReadOnlySet<long> Named)
{
    private const string Current = """
        SELECT t.version, t.text, t.url, t.renew,
          (SELECT max(r.version) FROM consent_text r WHERE r.study = t.study AND r.renew) AS valid_from
        FROM consent_text t WHERE t.study = @Key ORDER BY t.version DESC LIMIT 1
        """;

    // A participant's last row is what holds.
    private const string Holding = """
        SELECT c.participant FROM consent c
        WHERE c.study = @Key AND c.given AND c.version >= @ValidFrom AND NOT EXISTS (
          SELECT 1 FROM consent l WHERE l.study = c.study AND l.participant = c.participant AND l.position > c.position)
        """;

    private const string Withdrawn = """
        SELECT c.participant FROM consent c
        WHERE c.study = @Key AND NOT c.given AND NOT EXISTS (
          SELECT 1 FROM consent l WHERE l.study = c.study AND l.participant = c.participant AND l.position > c.position)
        """;

    private const string Insert = """
        INSERT INTO consent_text (study, version, text, url, renew, created_at)
        VALUES (@Key, @Version, @Text, @Url, @Renew, @Now)
        """;

    private const string SetRenew =
        "UPDATE consent_text SET renew = @Renew WHERE study = @Key AND version = @Version AND renew <> @Renew";

    private const string SetRequired = "UPDATE study SET consent_required = @Required WHERE key = @Key";

    private sealed record Row(long Version, string Text, string? Url, bool Renew, long? ValidFrom);

    public static async Task<StudyConsent?> LoadAsync(IReader reader, long key, bool required, CancellationToken ct)
    {
        if (await reader.FirstOrDefaultAsync<Row>(Current, new { Key = key }, ct) is not { } row)
        {
            return null;
        }

        var validFrom = row.ValidFrom ?? 0;
        var named = await reader.QueryAsync<long>(
            required ? Holding : Withdrawn,
            new { Key = key, ValidFrom = validFrom },
            ct
        );
        return new StudyConsent(
            new ConsentTerms(required, row.Version, row.Text, row.Url, row.Renew),
            validFrom,
            named.ToHashSet()
        );
    }

    /// <summary>Whether traces of this participant may be taken.</summary>
    public bool Allows(long number) => Named.Contains(number) == Terms.Required;

    /// <summary>Makes these the study's terms; a version once published keeps its text.</summary>
    public static async Task SetAsync(
        IUnitOfWork unit,
        long key,
        ConsentTerms? old,
        ConsentTerms wanted,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var row = new
        {
            Key = key,
            wanted.Required,
            wanted.Version,
            wanted.Text,
            wanted.Url,
            Renew = wanted.Renew ?? true,
            Now = now,
        };
        await unit.ExecuteAsync(old is null || wanted.Version > old.Version ? Insert : SetRenew, row, ct);
        await unit.ExecuteAsync(SetRequired, row, ct);
    }
}
