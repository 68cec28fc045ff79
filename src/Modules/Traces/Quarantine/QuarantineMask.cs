using System.Buffers;
using System.Text.Json;
using Sillage.Schema;
using Sillage.Traces.Masks;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>
/// Shows what was rejected as marked fields ask for it. What came may be of any form, and may have been rejected for it: so only
/// what is known to be harmless is shown, wherever in the JSON it stands, and all other values are tokens.
/// </summary>
internal static class QuarantineMask
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // What every trace has besides its fields.
    private static readonly string[] Own =
    [
        "id",
        "timestamp",
        "participant",
        "session",
        "sequence",
        "name",
        "userID",
        "actionNature",
        "actionType",
    ];

    /// <summary>The bytes as they are shown.</summary>
    /// <returns>Null where they are no object in JSON, and so cannot be told apart.</returns>
    public static byte[]? Apply(QuarantineRow row, Study study)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            Write(row, study, buffer);
        }
        catch (JsonException)
        {
            return null;
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(QuarantineRow row, Study study, ArrayBufferWriter<byte> buffer)
    {
        var whose = new Whose(row.NumberIn(study), row.OtherSender(study));
        var reader = new Utf8JsonReader(row.Bytes);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        using var json = new Utf8JsonWriter(buffer, WriterOptions);
        // Whether the values of each object and array that is open are hidden.
        var open = new Stack<bool>();
        var isHidden = true;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(isHidden);
                    json.WriteStartObject();
                    break;
                case JsonTokenType.StartArray:
                    open.Push(isHidden);
                    json.WriteStartArray();
                    break;
                case JsonTokenType.EndObject:
                    isHidden = open.Pop();
                    json.WriteEndObject();
                    break;
                case JsonTokenType.EndArray:
                    isHidden = open.Pop();
                    json.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName when IsLeftOut(ref reader, study):
                    reader.Read();
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName:
                    isHidden = !IsShown(ref reader, study);
                    json.WritePropertyName(reader.GetString()!);
                    break;
                case JsonTokenType.Null or JsonTokenType.True or JsonTokenType.False:
                    json.WriteRawValue(reader.ValueSpan);
                    break;
                default:
                    WriteValue(json, ref reader, isHidden ? study.Mask : null, whose);
                    break;
            }
        } while (reader.Read());
    }

    private static void WriteValue(Utf8JsonWriter json, ref Utf8JsonReader reader, DataMask? mask, Whose whose)
    {
        if (mask is not null)
        {
            json.WriteStringValue(mask.TokenOf(ref reader, whose));
        }
        else if (reader.TokenType == JsonTokenType.String)
        {
            json.WriteStringValue(reader.GetString());
        }
        else
        {
            json.WriteRawValue(reader.ValueSpan);
        }
    }

    private static bool IsLeftOut(ref Utf8JsonReader reader, Study study)
    {
        foreach (var rule in study.Rules.Rules)
        {
            if (rule.Export == FieldExport.LeaveOut && reader.ValueTextEquals(rule.Utf8Name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsShown(ref Utf8JsonReader reader, Study study)
    {
        foreach (var rule in study.Rules.Rules)
        {
            if (reader.ValueTextEquals(rule.Utf8Name))
            {
                return rule.Export == FieldExport.Keep;
            }
        }

        foreach (var name in Own)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }
}
