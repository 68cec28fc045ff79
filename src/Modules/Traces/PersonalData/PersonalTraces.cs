using System.Text;
using System.Text.Json;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.PersonalData;

/// <summary>Writes a person's own traces in one study, by id.</summary>
internal static class PersonalTraces
{
    private const int ChunkRows = 1000;
    private const int ChunkBytes = 1024 * 1024;

    public static async Task WriteAsync(
        IDatabase<TracesData> database,
        StudyDirectory directory,
        TracesPersonalData.Participation participation,
        Utf8JsonWriter writer,
        CancellationToken ct
    )
    {
        writer.WriteStartObject("traces");
        if (await directory.FindAsync(participation.Slug, ct) is { } study && study.Key == participation.Key)
        {
            var scan = await TraceScan.StartAsync(database, study, TraceFilter.Of(participation.Number), ct);
            while (!scan.IsAtEnd)
            {
                await database.ReadAsync(
                    reader => scan.ReadAsync(reader, ChunkRows, (in TraceRow row) => Write(row), ct),
                    ct
                );
                await writer.FlushAsync(ct);
            }
        }

        writer.WriteEndObject();

        bool Write(in TraceRow row)
        {
            writer.WriteStartObject(row.Id.ToString());
            writer.WriteString("timestamp", row.Timestamp);
            writer.WriteString("receivedAt", Rfc3339.ToTime(row.ReceivedAt).UtcDateTime);
            if (!row.Session.IsEmpty)
            {
                writer.WriteString("session", row.Session);
            }

            if (row.Sequence is { } sequence)
            {
                writer.WriteNumber("sequence", sequence);
            }

            writer.WriteString("name", row.Name);
            writer.WritePropertyName("data");
            writer.WriteRawValue(row.Data, skipInputValidation: true);
            writer.WriteEndObject();
            return writer.BytesPending < ChunkBytes;
        }
    }
}

/// <summary>Writes what of a person's traces is in quarantine.</summary>
internal static class PersonalQuarantine
{
    private const int ChunkRows = 20;

    private const string Select = """
        SELECT position, bytes, received_at FROM quarantine
        WHERE study = @Study AND position > @After
          AND (participant = @Number OR (sender = @Account AND participant IS NULL))
        ORDER BY position LIMIT @Limit
        """;

    private sealed record Row(long Position, byte[] Bytes, DateTimeOffset ReceivedAt);

    public static async Task WriteAsync(
        IDatabase<TracesData> database,
        TracesPersonalData.Participation participation,
        Guid account,
        Utf8JsonWriter writer,
        CancellationToken ct
    )
    {
        writer.WriteStartArray("quarantined");
        var after = 0L;
        while (true)
        {
            var parameters = new
            {
                Study = participation.Key,
                After = after,
                Number = participation.Number,
                Account = account,
                Limit = (long)ChunkRows,
            };
            var rows = await database.ReadAsync(r => r.QueryAsync<Row>(Select, parameters, ct), ct);
            foreach (var row in rows)
            {
                writer.WriteStartObject();
                writer.WriteString("receivedAt", row.ReceivedAt);
                // What is no text is shown as far as it is.
                writer.WriteString("text", Encoding.UTF8.GetString(row.Bytes));
                writer.WriteEndObject();
                after = row.Position;
            }

            await writer.FlushAsync(ct);
            if (rows.Count < ChunkRows)
            {
                break;
            }
        }

        writer.WriteEndArray();
    }
}
