using System.Text.Json;
using Sillage.Storage;
using Sillage.Traces.Consent;

namespace Sillage.Traces.PersonalData;

/// <summary>Writes what a person agreed to in one study, and what he took back.</summary>
internal static class PersonalConsent
{
    private const string TextsOf = """
        SELECT t.version, t.text, t.url FROM consent_text t
        WHERE t.study = @Study AND t.version IN (
          SELECT c.version FROM consent c WHERE c.study = @Study AND c.participant = @Number)
        ORDER BY t.version
        """;

    private sealed record TextRow(long Version, string Text, string? Url);

    public static async Task WriteAsync(
        IDatabase<TracesData> database,
        TracesPersonalData.Participation participation,
        Utf8JsonWriter writer,
        CancellationToken ct
    )
    {
        var (study, number) = (participation.Key, participation.Number);
        var (records, texts) = await database.ReadAsync(
            async r =>
                (
                    await ConsentRecord.AllAsync(r, study, number, ct),
                    await r.QueryAsync<TextRow>(TextsOf, new { Study = study, Number = number }, ct)
                ),
            ct
        );
        writer.WriteStartArray("consents");
        foreach (var record in records)
        {
            writer.WriteStartObject();
            writer.WriteBoolean("given", record.Given);
            writer.WriteNumber("version", record.Version);
            writer.WriteString("at", record.RecordedAt.UtcDateTime);
            writer.WriteString("by", record.Source);
            if (record.Data is not null)
            {
                writer.WriteString("then", record.Data);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("consentTexts");
        foreach (var text in texts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", text.Version);
            writer.WriteString("text", text.Text);
            if (text.Url is not null)
            {
                writer.WriteString("url", text.Url);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
