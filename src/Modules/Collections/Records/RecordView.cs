using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Schema;

namespace Sillage.Collections.Records;

/// <summary>A record as somebody sees it, in JSON.</summary>
/// <param name="Utf8">The JSON text.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct RecordView(ReadOnlyMemory<byte> Utf8)
{
    /// <summary>A record of the books that the guide declares.</summary>
    internal static object Example { get; } = new
    {
        id = "019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7",
        title = "Les Misérables",
        author = "Victor Hugo",
        price = 9.5,
        owner = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58",
        created = "2026-11-20T09:30:00Z",
        updated = "2026-11-20T09:30:00Z",
    };

    /// <summary>Writes a record with what its reader may see.</summary>
    /// <param name="row">The record.</param>
    /// <param name="data">Its values.</param>
    /// <param name="viewer">Who reads it.</param>
    /// <param name="chosen">The fields that were asked for; null for all.</param>
    /// <param name="expanded">What its relations lead to, by field; null where nothing was asked for.</param>
    internal static RecordView Of(
        RecordRow row,
        RecordData data,
        Viewer viewer,
        IReadOnlySet<string>? chosen = null,
        IReadOnlyDictionary<string, IReadOnlyList<RecordView>>? expanded = null
    )
    {
        var plan = data.Plan;
        var address = AddressOf(plan, row.Id);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteString("id", row.Id);
            foreach (var field in plan.Fields)
            {
                if (chosen?.Contains(field.Name) != false && viewer.Sees(plan, field))
                {
                    data.Show(writer, field);
                }
            }

            // There a record is its id and its fields; what is asked for by name is shown all the same.
            var isBare = viewer.Form == CollectionForm.FastApi;
            if (chosen?.Contains("owner") ?? !isBare)
            {
                writer.WritePropertyName("owner");
                JsonSerializer.Serialize(writer, row.Owner);
            }

            WriteTime(writer, "created", row.CreatedAt, chosen, isBare);
            WriteTime(writer, "updated", row.UpdatedAt, chosen, isBare);
            if (row.DeletedAt is { } deleted)
            {
                writer.WriteString("deleted", deleted.UtcDateTime);
            }

            if (expanded is not null)
            {
                WriteExpanded(writer, plan, expanded);
            }

            if (!isBare)
            {
                writer.WriteStartObject("links");
                writer.WriteString("self", address);
                writer.WriteString("collection", address[..address.LastIndexOf('/')]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return new RecordView(buffer.WrittenMemory);
    }

    internal static string AddressOf(CollectionPlan plan, Guid id) =>
        $"/api/v1/collections/{plan.Address}/records/{id}";

    private static void WriteTime(
        Utf8JsonWriter writer,
        string name,
        long time,
        IReadOnlySet<string>? chosen,
        bool isBare
    )
    {
        if (chosen?.Contains(name) ?? !isBare)
        {
            writer.WriteString(name, Rfc3339.ToTime(time).UtcDateTime);
        }
    }

    private static void WriteExpanded(
        Utf8JsonWriter writer,
        CollectionPlan plan,
        IReadOnlyDictionary<string, IReadOnlyList<RecordView>> expanded
    )
    {
        writer.WriteStartObject("expand");
        foreach (var (name, views) in expanded)
        {
            writer.WritePropertyName(name);
            if (plan.Find(name)!.Field.IsMany)
            {
                writer.WriteStartArray();
                foreach (var view in views)
                {
                    writer.WriteRawValue(view.Utf8.Span, skipInputValidation: true);
                }

                writer.WriteEndArray();
            }
            else if (views.Count > 0)
            {
                writer.WriteRawValue(views[0].Utf8.Span, skipInputValidation: true);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndObject();
    }

    internal sealed class Converter : JsonConverter<RecordView>
    {
        public override RecordView Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return new RecordView(JsonSerializer.SerializeToUtf8Bytes(document.RootElement, options));
        }

        public override void Write(Utf8JsonWriter writer, RecordView value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
