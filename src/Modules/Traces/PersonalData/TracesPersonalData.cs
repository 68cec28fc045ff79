using System.Text.Json;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Removal;
using Sillage.Traces.Studies;

namespace Sillage.Traces.PersonalData;

/// <summary>
/// A person's part in studies: his participations, his traces, what of his is in quarantine, and his rights as a
/// researcher. In the section, studies go by slug and traces by id, so that a merge patch can name a single trace.
/// </summary>
internal sealed class TracesPersonalData(
    IDatabase<TracesData> database,
    StudyDirectory directory,
    RemovalQueue removals,
    IOptions<TracesOptions> options,
    IAccountDirectory accounts
) : IPersonalData
{
    private const string Participations = """
        SELECT s.key, s.slug, s.title, i.number, p.pseudonym, p.created_at
        FROM identity i
        JOIN participant p ON p.study = i.study AND p.number = i.number
        JOIN study s ON s.key = i.study
        WHERE i.account = @Account AND NOT s.deleted ORDER BY s.slug
        """;

    private const string RightsOf = """
        SELECT s.slug, r."right" FROM study_right r JOIN study s ON s.key = r.study
        WHERE r.account = @Account ORDER BY s.slug, r."right"
        """;

    private const string Owned = "SELECT slug FROM study WHERE owner = @Account AND NOT deleted ORDER BY slug";

    private const string CountTraces = """
        SELECT count(*) FROM identity i JOIN trace t ON t.study = i.study AND t.participant = i.number
        WHERE i.account = @Account
        """;

    private const string CountQuarantine = """
        SELECT count(*) FROM identity i
        JOIN quarantine q ON q.study = i.study
          AND (q.participant = i.number OR (q.sender = i.account AND q.participant IS NULL))
        WHERE i.account = @Account
        """;

    private const string CountParticipations = "SELECT count(*) FROM identity WHERE account = @Account";

    private const string CountRights = "SELECT count(*) FROM study_right WHERE account = @Account";

    private const string CountLeft = """
        SELECT (SELECT count(*) FROM identity WHERE account = @Account)
          + (SELECT count(*) FROM study_right WHERE account = @Account)
          + (SELECT count(*) FROM study_alert WHERE account = @Account)
          + (SELECT count(*) FROM study WHERE owner = @Account)
          + (SELECT count(*) FROM removal WHERE account = @Account)
          + (SELECT count(*) FROM retention_run WHERE actor = @Account)
        """;

    // The senders by the index of those who are not the participants themselves.
    private const string Everybody = """
        SELECT account FROM identity
        UNION SELECT account FROM study_right
        UNION SELECT account FROM study_alert
        UNION SELECT owner FROM study WHERE owner IS NOT NULL
        UNION SELECT account FROM removal WHERE account IS NOT NULL
        UNION SELECT actor FROM retention_run WHERE actor IS NOT NULL
        UNION SELECT sender FROM quarantine
        UNION SELECT sender FROM trace WHERE sender IS NOT NULL
        """;

    private const string ForgetRuns = "UPDATE retention_run SET actor = @Stranger WHERE actor = @Account";

    private const string DeleteTie = "DELETE FROM identity WHERE account = @Account";

    private const string DeleteRights = "DELETE FROM study_right WHERE account = @Account";

    private const string AlertsOf = """
        SELECT s.slug FROM study_alert a JOIN study s ON s.key = a.study WHERE a.account = @Account ORDER BY s.slug
        """;

    private const string DeleteAlerts = "DELETE FROM study_alert WHERE account = @Account";

    private const string GiveUpOwnership =
        "UPDATE study SET owner = NULL, version = version + 1 WHERE owner = @Account";

    private const string TouchStudies = """
        UPDATE study SET version = version + 1
        WHERE key IN (SELECT study FROM identity WHERE account = @Account)
           OR key IN (SELECT study FROM study_right WHERE account = @Account)
        """;

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

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var account = new { Account = accountId };
        var (participations, rights, owned, alerts) = await database.ReadAsync(
            async r =>
                (
                    await r.QueryAsync<Participation>(Participations, account, ct),
                    await r.QueryAsync<RightRow>(RightsOf, account, ct),
                    await r.QueryAsync<string>(Owned, account, ct),
                    await r.QueryAsync<string>(AlertsOf, account, ct)
                ),
            ct
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
            await PersonalConsent.WriteAsync(database, participation, writer, ct);
            await PersonalTraces.WriteAsync(database, directory, participation, writer, ct);
            await PersonalQuarantine.WriteAsync(database, participation, accountId, writer, ct);
            await PersonalOpenings.WriteAsync(database, accounts, participation, writer, ct);
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
        writer.WriteStartArray("alerts");
        foreach (var slug in alerts)
        {
            writer.WriteStringValue(slug);
        }

        writer.WriteEndArray();
        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();
    }

    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct) =>
        TraceCorrection.ApplyAsync(database, directory, accountId, patch, options.Value.MaxTraceBytes, ct);

    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        Guid accountId,
        ErasureForm form,
        CancellationToken ct
    )
    {
        var account = new { Account = accountId };
        return await database.ReadAsync(
            async r =>
            {
                var counts = new Dictionary<string, long>
                {
                    ["participations"] = await r.ScalarAsync<long>(CountParticipations, account, ct),
                    ["rights"] = await r.ScalarAsync<long>(CountRights, account, ct),
                };
                if (form == ErasureForm.Destroy)
                {
                    counts["traces"] = await r.ScalarAsync<long>(CountTraces, account, ct);
                    counts["quarantined"] = await r.ScalarAsync<long>(CountQuarantine, account, ct);
                }

                return counts;
            },
            ct
        );
    }

    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(r => r.QueryAsync<Guid>(Everybody, null, ct), ct);

    public Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        database.ReadAsync(async r => await r.ScalarAsync<long>(CountLeft, new { Account = accountId }, ct) == 0, ct);

    public Task<bool> IsPartErasedAsync(ErasedPart part, CancellationToken ct) =>
        ErasedParticipation.Parse(part.Name) is { } participation
            ? database.ReadAsync(r => participation.IsErasedAsync(r, part, ct), ct)
            : Task.FromResult(true);

    public async Task ErasePartAsync(ErasedPart part, IUnitOfWork unit, CancellationToken ct)
    {
        if (ErasedParticipation.Parse(part.Name) is { } participation)
        {
            await participation.EraseAsync(unit, part, removals, ct);
            unit.OnCommitted(directory.ForgetAll);
        }
    }

    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var account = new { Account = accountId };
        var participations = await unit.QueryAsync<Participation>(Participations, account, ct);
        await unit.ExecuteAsync(TouchStudies, account, ct);
        // On SQLite the tie lies in another file, which a crash may keep from following: what is ordered here is done again.
        foreach (var participation in participations)
        {
            await removals.AddParticipantAsync(
                unit,
                participation.Key,
                participation.Number,
                accountId,
                form,
                RandomId.Create().ToString(),
                ct
            );
        }

        await removals.AddSenderAsync(unit, accountId, ct);
        await unit.ExecuteAsync(ForgetRuns, new { Account = accountId, Stranger = RandomId.Create() }, ct);

        var ties = await unit.ExecuteAsync(DeleteTie, account, ct);
        var rights = await unit.ExecuteAsync(DeleteRights, account, ct);
        await unit.ExecuteAsync(DeleteAlerts, account, ct);
        await unit.ExecuteAsync(GiveUpOwnership, account, ct);
        var details = JsonSerializer.Serialize(
            new
            {
                form = form == ErasureForm.Destroy ? "destroy" : "anonymise",
                ties,
                rights,
            }
        );
        await unit.AuditAsync(new AuditEntry("traces.erased", null, accountId.ToString(), details), ct);
        unit.OnCommitted(directory.ForgetAll);
    }
}
