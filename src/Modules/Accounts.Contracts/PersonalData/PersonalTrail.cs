using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Storage;

namespace Sillage.Accounts.Contracts.PersonalData;

/// <summary>Writes what a module's audit trail says of a person: what they did, and what was done to them.</summary>
public static class PersonalTrail
{
    private const int Page = 500;

    private const string Select = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit
        WHERE (subject = @Subject OR actor = @Account) AND id > @After
        ORDER BY id LIMIT @Limit
        """;

    /// <summary>Writes the member <c>audit</c>, an array, a page at a time.</summary>
    /// <param name="database">The module's database.</param>
    /// <param name="account">Whose.</param>
    /// <param name="writer">Inside an object.</param>
    /// <param name="ct">Ends it early.</param>
    public static async Task WriteAsync(IDatabase database, Guid account, Utf8JsonWriter writer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray("audit");
        IReadOnlyList<AuditRow> page;
        var after = Guid.Empty;
        do
        {
            var parameters = new
            {
                Account = account,
                Subject = account.ToString(),
                After = after,
                Limit = (long)Page,
            };
            page = await database.ReadAsync(reader => reader.QueryAsync<AuditRow>(Select, parameters, ct), ct);
            foreach (var row in page)
            {
                JsonSerializer.Serialize(writer, row, Json.Options);
                after = row.Id;
            }

            await writer.FlushAsync(ct);
        } while (page.Count == Page);
        writer.WriteEndArray();
    }
}
