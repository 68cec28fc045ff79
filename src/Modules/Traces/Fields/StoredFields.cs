using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Schema;

namespace Sillage.Traces.Fields;

/// <summary>A study's fields as its row has them.</summary>
internal static class StoredFields
{
    public static string NameOf(UnknownFields unknown) => unknown == Schema.UnknownFields.Refuse ? "refuse" : "keep";

    public static UnknownFields UnknownNamed(string name) =>
        name == "refuse" ? UnknownFields.Refuse : UnknownFields.Keep;

    public static IReadOnlyList<FieldDefinition> Read(string definition) =>
        JsonSerializer.Deserialize<IReadOnlyList<FieldDefinition>>(definition, Json.Options) ?? [];

    public static string Write(IReadOnlyList<FieldDefinition> fields) => JsonSerializer.Serialize(fields, Json.Options);
}
