using System.Text.Json;
using Sillage.Hosting.PersonalData;
using Sillage.Hosting.Problems;
using Sillage.Storage;
using Sillage.Traces.Removal;
using Sillage.Traces.Studies;

namespace Sillage.Traces.PersonalData;

/// <summary>
/// A person's part in studies: his participations, his traces, what of his is in quarantine, and his rights as a
/// researcher. In the section, studies go by slug and traces by id, so that a merge patch can name a single trace.
/// </summary>
internal sealed class TracesPersonalData(
    IDatabase<TracesModule> database,
    StudyDirectory directory,
    RemovalQueue removals
) : IPersonalData
{
    private const string Participations = """
        SELECT s.key, s.slug, s.title, i.number, p.pseudonym, p.created_at
        FROM identity i
        JOIN participant p ON p.study = i.study AND p.number = i.number
        JOIN study s ON s.key = i.study
        WHERE i.account = @account AND s.slug < '~' ORDER BY s.slug
        """;

    private const string RightsOf = """
        SELECT s.slug, r."right" FROM study_right r JOIN study s ON s.key = r.study
        WHERE r.account = @account ORDER BY s.slug, r."right"
        """;

    private const string Owned = "SELECT slug FROM study WHERE owner = @account AND slug < '~' ORDER BY slug";

    private const string CountTraces = """
        SELECT count(*) FROM identity i JOIN trace t ON t.study = i.study AND t.participant = i.number
        WHERE i.account = @account
        """;

    private const string CountQuarantine = """
        SELECT count(*) FROM identity i
        JOIN quarantine q ON q.study = i.study
          AND (q.participant = i.number OR (q.sender = i.account AND q.participant IS NULL))
        WHERE i.account = @account
        """;

    private const string CountParticipations = "SELECT count(*) FROM identity WHERE account = @account";

    private const string CountRights = "SELECT count(*) FROM study_right WHERE account = @account";

    private const string CountLeft = """
        SELECT (SELECT count(*) FROM identity WHERE account = @account)
          + (SELECT count(*) FROM study_right WHERE account = @account)
          + (SELECT count(*) FROM study WHERE owner = @account)
          + (SELECT count(*) FROM removal WHERE account = @account)
        """;

    private const string DeleteTie = "DELETE FROM identity WHERE account = @account";

    private const string DeleteRights = "DELETE FROM study_right WHERE account = @account";

    private const string GiveUpOwnership =
        "UPDATE study SET owner = NULL, version = version + 1 WHERE owner = @account";

    private const string TouchStudies = """
        UPDATE study SET version = version + 1
        WHERE key IN (SELECT study FROM identity WHERE account = @account)
           OR key IN (SELECT study FROM study_right WHERE account = @account)
        """;

    // What he sent stays to be mended, but no longer says by whom: the participant's number is left.
    private const string ForgetSender =
        "UPDATE quarantine SET sender = id WHERE study IN (SELECT study FROM identity WHERE account = @account) AND sender = @account";

    public sealed record Participation(
        long Key,
        string Slug,
        string Title,
        long Number,
        string Pseudonym,
        DateTimeOffset CreatedAt
    );

    private sealed record RightRow(string Slug, string Right);

    /// <summary>The name of the module's section.</summary>
    public const string SectionName = "traces";

    public string Section => SectionName;

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var account = new { account = accountId };
        var (participations, rights, owned) = await database.ReadAsync(
            async r =>
                (
                    await r.QueryAsync<Participation>(Participations, account, cancellationToken),
                    await r.QueryAsync<RightRow>(RightsOf, account, cancellationToken),
                    await r.QueryAsync<string>(Owned, account, cancellationToken)
                ),
            cancellationToken
        );
        writer.WriteStartObject();
        writer.WriteStartObject("studies");
        foreach (var participation in participations)
        {
            writer.WriteStartObject(participation.Slug);
            writer.WriteString("title", participation.Title);
            writer.WriteNumber("number", participation.Number);
            writer.WriteString("pseudonym", participation.Pseudonym);
            writer.WriteString("since", participation.CreatedAt);
            await PersonalConsent.WriteAsync(database, participation, writer, cancellationToken);
            await PersonalTraces.WriteAsync(database, directory, participation, writer, cancellationToken);
            await PersonalQuarantine.WriteAsync(database, participation, accountId, writer, cancellationToken);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("rights");
        foreach (var study in rights.GroupBy(r => r.Slug))
        {
            writer.WriteStartArray(study.Key);
            foreach (var right in study)
            {
                writer.WriteStringValue(right.Right);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteStartArray("owned");
        foreach (var slug in owned)
        {
            writer.WriteStringValue(slug);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken cancellationToken) =>
        TraceCorrection.ApplyAsync(database, directory, accountId, patch, cancellationToken);

    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        Guid accountId,
        ErasureForm form,
        CancellationToken cancellationToken
    )
    {
        var account = new { account = accountId };
        return await database.ReadAsync(
            async r =>
            {
                var counts = new Dictionary<string, long>
                {
                    ["participations"] = await r.ScalarAsync<long>(CountParticipations, account, cancellationToken),
                    ["rights"] = await r.ScalarAsync<long>(CountRights, account, cancellationToken),
                };
                if (form == ErasureForm.Destroy)
                {
                    counts["traces"] = await r.ScalarAsync<long>(CountTraces, account, cancellationToken);
                    counts["quarantined"] = await r.ScalarAsync<long>(CountQuarantine, account, cancellationToken);
                }

                return counts;
            },
            cancellationToken
        );
    }

    public Task<bool> IsErasedAsync(Guid accountId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async r => await r.ScalarAsync<long>(CountLeft, new { account = accountId }, cancellationToken) == 0,
            cancellationToken
        );

    public Task<bool> IsPartErasedAsync(ErasedPart part, CancellationToken cancellationToken) =>
        ErasedParticipation.Parse(part.Name) is { } participation
            ? database.ReadAsync(r => participation.IsErasedAsync(r, part, cancellationToken), cancellationToken)
            : Task.FromResult(true);

    public async Task ErasePartAsync(ErasedPart part, IUnitOfWork unit, CancellationToken cancellationToken)
    {
        if (ErasedParticipation.Parse(part.Name) is { } participation)
        {
            await participation.EraseAsync(unit, part, removals, cancellationToken);
            unit.OnCommitted(directory.ForgetAll);
        }
    }

    public async Task EraseAsync(
        Guid accountId,
        ErasureForm form,
        IUnitOfWork unit,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(unit);
        var account = new { account = accountId };
        var participations = await unit.QueryAsync<Participation>(Participations, account, cancellationToken);
        await unit.ExecuteAsync(TouchStudies, account, cancellationToken);
        // On SQLite the tie lies in another file, which a crash may keep from following: what is ordered here is done again.
        foreach (var participation in participations)
        {
            await removals.AddParticipantAsync(
                unit,
                participation.Key,
                participation.Number,
                accountId,
                form,
                accountId.ToString(),
                cancellationToken
            );
        }

        if (form == ErasureForm.Anonymise)
        {
            await unit.ExecuteAsync(ForgetSender, account, cancellationToken);
        }

        var ties = await unit.ExecuteAsync(DeleteTie, account, cancellationToken);
        var rights = await unit.ExecuteAsync(DeleteRights, account, cancellationToken);
        await unit.ExecuteAsync(GiveUpOwnership, account, cancellationToken);
        var details = JsonSerializer.Serialize(
            new
            {
                form = form == ErasureForm.Destroy ? "destroy" : "anonymise",
                ties,
                rights,
            }
        );
        await unit.AuditAsync(new AuditEntry("traces.erased", null, accountId.ToString(), details), cancellationToken);
        unit.OnCommitted(directory.ForgetAll);
    }
}
