using System.Text.Json;
using System.Text.Json.Serialization;
using Sillage.Api.Formats;

namespace Sillage.Traces.Query;

/// <summary>JSON that is passed on as it is stored: it was checked when it came in.</summary>
/// <param name="Utf8">The JSON text.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    /// <summary>A value as JSON.</summary>
    public static RawJson Of(object value) => new(JsonSerializer.SerializeToUtf8Bytes(value, Json.Options));

    internal sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return Of(document.RootElement);
        }

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
