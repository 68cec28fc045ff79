using System.Text.Json;
using Sillage.Schema;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Fuzz;

/// <summary>A study with a field of every type, and two participants.</summary>
internal static class KnownStudy
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);

    public static Study Create(UnknownFields unknown = UnknownFields.Keep, byte[]? secret = null)
    {
        FieldDefinition[] fields =
        [
            new("room", FieldType.String, Required: true, MaxLength: 5),
            new("level", FieldType.Integer, Values: [Json("1"), Json("2")]),
            new("score", FieldType.Number),
            new("correct", FieldType.Boolean),
            new("at", FieldType.Timestamp),
            new("more", FieldType.Json),
            new("mood", FieldType.String, Values: [Json("\"gut\""), Json("\"größer\"")]),
        ];
        return new Study
        {
            Key = 1,
            Slug = "study",
            Title = "Study",
            Fields = fields,
            UnknownFields = unknown,
            Owner = null,
            Version = 1,
            CreatedAt = Now,
            UpdatedAt = Now,
            Rules = new FieldRules(fields, unknown),
            Secret = secret,
            Rights = new Dictionary<Guid, StudyRights>(),
            NumberByAccount = new Dictionary<Guid, long>(),
            PseudonymByNumber = new Dictionary<long, string> { [1] = "p1", [2] = "p2" },
            NumberByPseudonym = new Dictionary<string, long> { ["p1"] = 1, ["p2"] = 2 },
        };
    }

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
