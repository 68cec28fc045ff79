using System.Text.Json;
using Sillage.Accounts.Contracts;
using Sillage.Storage;

namespace Sillage.Traces.PersonalData;

/// <summary>
/// Writes who has looked, in one study, at who is behind the pseudonyms, and who was given the right to, since a person takes part
/// in it. A reading is of many at once: whoever read names in the study may have read this one.
/// </summary>
internal static class PersonalOpenings
{
    private const int Page = 500;

    private const string Select = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit
        WHERE subject = @Slug AND id > @After AND at >= @CreatedAt AND action IN ('identities.read', 'identities.given')
        ORDER BY id LIMIT @Limit
        """;

    public static async Task WriteAsync(
        IDatabase<TracesData> database,
        IAccountDirectory accounts,
        TracesPersonalData.Participation participation,
        Utf8JsonWriter writer,
        CancellationToken ct
    )
    {
        writer.WriteStartArray("identityOpenings");
        IReadOnlyList<AuditRow> page;
        var after = Guid.Empty;
        do
        {
            var parameters = new
            {
                participation.Slug,
                participation.CreatedAt,
                After = after,
                Limit = (long)Page,
            };
            page = await database.ReadAsync(reader => reader.QueryAsync<AuditRow>(Select, parameters, ct), ct);
            var actors = page.Select(row => row.Actor).OfType<Guid>().Distinct().ToList();
            var names = await accounts.FindAsync(actors, ct);
            foreach (var row in page)
            {
                after = row.Id;
                Write(writer, row, row.Actor is { } actor ? names.GetValueOrDefault(actor) : null);
            }

            await writer.FlushAsync(ct);
        } while (page.Count == Page);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, AuditRow row, AccountSummary? by)
    {
        writer.WriteStartObject();
        writer.WriteString("at", row.At.UtcDateTime);
        writer.WriteString("action", row.Action);
        // Of whoever was erased since, nothing more is known.
        if (by is not null)
        {
            writer.WriteString("by", by.DisplayName ?? by.Username);
        }

        writer.WritePropertyName("details");
        writer.WriteRawValue(row.Details ?? "{}");
        writer.WriteEndObject();
    }
}
