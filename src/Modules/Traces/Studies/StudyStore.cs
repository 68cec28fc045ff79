using System.Security.Cryptography;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Fields;
using Sillage.Traces.Masks;

namespace Sillage.Traces.Studies;

/// <summary>Reads studies, and marks them as changed.</summary>
internal static class StudyStore
{
    private const string Columns =
        "key, slug, title, definition, unknown_fields, retention_days, owner, version, created_at, updated_at, mask_key, consent_required";

    private const string BySlug = $"SELECT {Columns} FROM study WHERE slug = @Slug";

    private const string ByKey = $"SELECT {Columns} FROM study WHERE key = @Key";

    private const string RightsOf = """SELECT account, "right" FROM study_right WHERE study = @Key""";

    private const string ParticipantsOf = "SELECT number, pseudonym FROM participant WHERE study = @Key";

    // A tie counts from when its participant is entered.
    private const string AccountsOf = """
        SELECT i.account, i.number FROM identity i JOIN participant p ON p.study = i.study AND p.number = i.number
        WHERE i.study = @Key
        """;

    private const string Bump = "UPDATE study SET version = version + 1 WHERE key = @Key";

    private const string SetMaskKey = "UPDATE study SET mask_key = @Key WHERE slug = @Slug AND mask_key IS NULL";

    private static readonly Sql Lock = new(
        "SELECT version FROM study WHERE slug = @Slug",
        "SELECT version FROM study WHERE slug = @Slug FOR UPDATE"
    );

    public sealed record Row(
        long Key,
        string Slug,
        string Title,
        string Definition,
        string UnknownFields,
        long? RetentionDays,
        Guid? Owner,
        long Version,
        DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt,
        byte[]? MaskKey,
        bool ConsentRequired
    )
    {
        public IReadOnlyList<FieldDefinition> ReadFields() => StoredFields.Read(Definition);

        public UnknownFields ReadUnknownFields() => StoredFields.UnknownNamed(UnknownFields);
    }

    private sealed record RightRow(Guid Account, string Right);

    private sealed record AccountRow(Guid Account, long Number);

    public sealed record ParticipantRow(long Number, string Pseudonym);

    /// <summary>The study, held against other writers until the unit ends; null if there is none.</summary>
    public static async Task<Study?> LoadForChangeAsync(IUnitOfWork unit, string slug, CancellationToken ct) =>
        await unit.ScalarAsync<long?>(Lock, new { Slug = slug }, ct) is null ? null : await LoadAsync(unit, slug, ct);

    /// <summary>A study that a caller was let into, as it is now, held against other writers until the unit ends.</summary>
    /// <exception cref="ProblemException">403: he may less there than he could; 404: it is gone.</exception>
    public static async Task<Study> LockAsync(IUnitOfWork unit, Study study, Caller caller, CancellationToken ct) =>
        study.Follow(await LoadForChangeAsync(unit, study.Slug, ct), caller);

    public static async Task<Study?> LoadAsync(IReader reader, string slug, CancellationToken ct) =>
        await reader.FirstOrDefaultAsync<Row>(BySlug, new { Slug = slug }, ct) is { } row
            ? await CompleteAsync(reader, row, ct)
            : null;

    public static async Task<Study?> LoadAsync(IReader reader, long key, CancellationToken ct) =>
        await reader.FirstOrDefaultAsync<Row>(ByKey, new { Key = key }, ct) is { } row
            ? await CompleteAsync(reader, row, ct)
            : null;

    /// <summary>Makes every cached copy of the study out of date.</summary>
    public static Task BumpAsync(IUnitOfWork unit, long key, CancellationToken ct) =>
        unit.ExecuteAsync(Bump, new { Key = key }, ct);

    /// <summary>Gives the study its secret once a field asks for masking; it keeps that secret for good.</summary>
    public static Task KeepMaskKeyAsync(
        IUnitOfWork unit,
        string slug,
        IReadOnlyList<FieldDefinition> fields,
        CancellationToken ct
    ) => fields.Any(f => f.Export == FieldExport.Mask) ? KeepSecretAsync(unit, slug, ct) : Task.CompletedTask;

    /// <summary>Gives the study its secret, if it has none.</summary>
    public static Task KeepSecretAsync(IUnitOfWork unit, string slug, CancellationToken ct)
    {
        var key = RandomNumberGenerator.GetBytes(DataMask.KeyLength);
        return unit.ExecuteAsync(SetMaskKey, new { Slug = slug, Key = key }, ct);
    }

    private static async Task<Study> CompleteAsync(IReader reader, Row row, CancellationToken ct)
    {
        var key = new { Key = row.Key };
        var rights = await reader.QueryAsync<RightRow>(RightsOf, key, ct);
        var participants = await reader.QueryAsync<ParticipantRow>(ParticipantsOf, key, ct);
        var accounts = await reader.QueryAsync<AccountRow>(AccountsOf, key, ct);
        var fields = row.ReadFields();
        var unknown = row.ReadUnknownFields();
        var rules = new FieldRules(fields, unknown);
        return new Study
        {
            Key = row.Key,
            Slug = row.Slug,
            Title = row.Title,
            Fields = fields,
            UnknownFields = unknown,
            RetentionDays = (int?)row.RetentionDays,
            Owner = row.Owner,
            Version = row.Version,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
            Rules = rules,
            Mask = DataMask.Of(rules, row.MaskKey),
            Secret = row.MaskKey,
            Consent = await StudyConsent.LoadAsync(reader, row.Key, row.ConsentRequired, ct),
            Rights = rights
                .GroupBy(r => r.Account)
                .ToDictionary(g => g.Key, g => g.Aggregate(StudyRights.None, (a, r) => a | Study.RightNamed(r.Right))),
            NumberByAccount = accounts.ToDictionary(a => a.Account, a => a.Number),
            PseudonymByNumber = participants.ToDictionary(p => p.Number, p => p.Pseudonym),
            NumberByPseudonym = participants.ToDictionary(p => p.Pseudonym, p => p.Number, StringComparer.Ordinal),
        };
    }
}
