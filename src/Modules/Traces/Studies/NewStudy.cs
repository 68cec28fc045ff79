using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Fields;

namespace Sillage.Traces.Studies;

/// <summary>A new study.</summary>
/// <param name="Slug">
/// Its name in addresses, for good: 2 to 63 lower case letters, digits, <c>-</c> or <c>_</c>, the first and last a
/// letter or digit.
/// </param>
/// <param name="Title">Its name for people, 1 to 200 characters.</param>
/// <param name="Fields">The fields that its traces have, at most 200; none if left out.</param>
/// <param name="UnknownFields">Whether other members of <c>data</c> are kept (the default) or refused.</param>
/// <param name="RetentionDays">For how many days after their receipt traces are kept, 1 to 36 500; for ever if left out.</param>
/// <param name="Consent">What participants are asked to agree to; nothing if left out.</param>
public sealed record NewStudy(
    [property: Required] string Slug,
    [property: Required] string Title,
    IReadOnlyList<FieldDefinition>? Fields = null,
    UnknownFields? UnknownFields = null,
    [property: Range(1, Study.LongestRetention)] int? RetentionDays = null,
    ConsentTerms? Consent = null
)
{
    internal static readonly NewStudy Example = new(
        "java-quest",
        "Java quest",
        StudyResource.ExampleFields,
        Schema.UnknownFields.Keep
    );

    private static readonly Sql Insert = new(
        """
        INSERT INTO study (slug, title, definition, unknown_fields, retention_days, owner, created_at, updated_at)
        VALUES (@Slug, @Title, @Definition, @Unknown, @Retention, @Owner, @Now, @Now)
        """,
        """
        INSERT INTO study (slug, title, definition, unknown_fields, retention_days, owner, created_at, updated_at)
        VALUES (@Slug, @Title, CAST(@Definition AS json), @Unknown, @Retention, @Owner, @Now, @Now)
        """
    );

    private const string KeyOf = "SELECT key FROM study WHERE slug = @Slug";

    /// <summary>Ends the request unless the study can be made.</summary>
    /// <exception cref="ProblemException">400.</exception>
    internal void Check() =>
        StudyRules.Demand([
            .. StudyRules.CheckSlug(Slug),
            .. StudyRules.CheckTitle(Title),
            .. FieldDefinition.Check(Fields ?? []),
            .. ConsentTerms.Check(null, Consent),
        ]);

    /// <summary>Stores the study.</summary>
    /// <exception cref="UniqueViolationException">The slug is taken.</exception>
    internal async Task InsertAsync(
        IUnitOfWork unit,
        Guid? owner,
        Guid? actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var fields = Fields ?? [];
        var parameters = new
        {
            Slug = Slug,
            Title = Title,
            Definition = StoredFields.Write(fields),
            Unknown = StoredFields.NameOf(UnknownFields ?? Schema.UnknownFields.Keep),
            Retention = (long?)RetentionDays,
            Owner = owner,
            Now = now,
        };
        await unit.ExecuteAsync(Insert, parameters, ct);
        await StudyStore.KeepMaskKeyAsync(unit, Slug, fields, ct);
        if (Consent is { } terms)
        {
            var key = await unit.ScalarAsync<long>(KeyOf, new { Slug = Slug }, ct);
            await StudyConsent.SetAsync(unit, key, null, terms, now, ct);
        }

        await unit.AuditAsync(
            new AuditEntry("study.created", actor, Slug, JsonSerializer.Serialize(new { fields = fields.Count })),
            ct
        );
    }
}
