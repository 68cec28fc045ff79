using System.Buffers;
using System.Text;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;

namespace Sillage.Collections.Stored;

/// <summary>
/// The values of a record, in the form that they are stored in: string, long, double, bool, Guid, or a list of these; null where there is none.
/// </summary>
internal sealed class RecordData(CollectionPlan plan)
{
    private readonly object?[] _values = new object?[plan.Fields.Count];

    public CollectionPlan Plan => plan;

    public object? this[FieldPlan field]
    {
        get => _values[field.Ordinal];
        set => _values[field.Ordinal] = value is IReadOnlyList<object> { Count: 0 } ? null : value;
    }

    public RecordData Copy()
    {
        var copy = new RecordData(plan);
        _values.CopyTo(copy._values.AsSpan());
        return copy;
    }

    /// <summary>Reads a stored object; members of fields that are no more are passed over.</summary>
    public static RecordData Read(CollectionPlan plan, ReadOnlySpan<byte> json)
    {
        var data = new RecordData(plan);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = plan.Stored(reader.GetString()!);
            reader.Read();
            if (field is null)
            {
                reader.Skip();
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                data._values[field.Ordinal] =
                    reader.TokenType == JsonTokenType.StartArray ? List(ref reader, field) : One(ref reader, field);
            }
        }

        return data;
    }

    /// <summary>The object as it is stored.</summary>
    public string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            foreach (var field in plan.Fields)
            {
                if (this[field] is { } value)
                {
                    writer.WritePropertyName(field.Key);
                    WriteStored(writer, value);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a field as the API shows it.</summary>
    public void Show(Utf8JsonWriter writer, FieldPlan field)
    {
        writer.WritePropertyName(field.Name);
        switch (this[field])
        {
            case null when field.Field.IsMany:
                writer.WriteStartArray();
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            case IReadOnlyList<object> list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    ShowOne(writer, field, item);
                }

                writer.WriteEndArray();
                break;
            case { } value:
                ShowOne(writer, field, value);
                break;
        }
    }

    /// <summary>The value of a field as the API shows it.</summary>
    public JsonElement Shown(FieldPlan field)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            Show(writer, field);
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan).GetProperty(field.Name);
    }

    /// <summary>A value as text: what a unique key is by.</summary>
    public static string TextOf(object value) =>
        value switch
        {
            string text => text,
            bool truth => truth ? "true" : "false",
            Guid id => id.ToString("D"),
            IFormattable other => other.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"{value.GetType().Name} is no single value."),
        };

    /// <summary>Whether two values are the same.</summary>
    public static bool Same(object? left, object? right) =>
        left is IReadOnlyList<object> l && right is IReadOnlyList<object> r ? l.SequenceEqual(r) : Equals(left, right);

    private static void ShowOne(Utf8JsonWriter writer, FieldPlan field, object value)
    {
        switch (field.Field.Type)
        {
            case FieldKind.Json:
                writer.WriteRawValue((string)value, skipInputValidation: true);
                break;
            case FieldKind.Decimal:
                writer.WriteStringValue(Scalars.ShowDecimal((long)value, field.Field.Decimals));
                break;
            case FieldKind.Duration:
                writer.WriteStringValue(Scalars.ShowSpan((long)value));
                break;
            case FieldKind.Timestamp:
                writer.WriteStringValue(Sillage.Schema.Rfc3339.ToTime((long)value).UtcDateTime);
                break;
            default:
                WriteStored(writer, value);
                break;
        }
    }

    private static void WriteStored(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case double real:
                writer.WriteNumberValue(real);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case Guid id:
                writer.WriteStringValue(id);
                break;
            case IReadOnlyList<object> list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    WriteStored(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new InvalidOperationException($"A {value.GetType().Name} is not stored.");
        }
    }

    private static List<object> List(ref Utf8JsonReader reader, FieldPlan field)
    {
        var items = new List<object>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(One(ref reader, field));
        }

        return items;
    }

    private static object One(ref Utf8JsonReader reader, FieldPlan field) =>
        field.Sort switch
        {
            Sort.Whole or Sort.Time or Sort.Span or Sort.Decimal => reader.GetInt64(),
            Sort.Real => reader.GetDouble(),
            Sort.Truth => reader.GetBoolean(),
            Sort.Id => reader.GetGuid(),
            _ => reader.GetString()!,
        };
}

/// <summary>A stored record as tests in memory see it. What it refers to is not there: a test that goes over a relation is asked of the database.</summary>
internal sealed class RowValues(RecordRow row, RecordData data) : Language.IRecordValues
{
    public object? Of(FieldPlan field) => data[field];

    public IEnumerable<object> Items(FieldPlan field) => data[field] as IReadOnlyList<object> ?? [];

    public object? Of(Language.Column column) =>
        column switch
        {
            Language.Column.Id => row.Id,
            Language.Column.Owner => row.Owner,
            Language.Column.Created => row.CreatedAt,
            _ => row.UpdatedAt,
        };

    public IEnumerable<Language.IRecordValues> Related(FieldPlan field, CollectionPlan target) =>
        throw new InvalidOperationException("A test that goes over a relation is asked of the database.");
}
