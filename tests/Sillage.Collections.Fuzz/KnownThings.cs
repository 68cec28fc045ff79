using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;

namespace Sillage.Collections.Fuzz;

/// <summary>A collection with a field of each type, and a record of it.</summary>
internal static class KnownThings
{
    private const string Text = """
        {
          "name": "things",
          "fields": [
            {"id": 1, "name": "name", "type": "string", "search": true}, {"id": 2, "name": "whole", "type": "integer", "unique": true},
            {"id": 3, "name": "real", "type": "number"}, {"id": 4, "name": "money", "type": "decimal"},
            {"id": 5, "name": "truth", "type": "boolean"}, {"id": 6, "name": "day", "type": "date"},
            {"id": 7, "name": "time", "type": "timestamp"}, {"id": 8, "name": "span", "type": "duration"},
            {"id": 9, "name": "word", "type": "enum", "values": ["a", "b"]}, {"id": 10, "name": "tags", "type": "string", "many": true},
            {"id": 11, "name": "one", "type": "relation", "to": "things"}, {"id": 12, "name": "many", "type": "relation", "to": "things", "many": true},
            {"id": 13, "name": "extra", "type": "json"}, {"id": 14, "name": "secret", "type": "string", "hidden": true}
          ],
          "rules": {"read": "owner = @me.id or truth"}
        }
        """;

    private const string Data = """
        {"1": "É", "2": 7, "3": 0.5, "4": 150, "5": true, "6": "2026-11-20", "7": 1795166400000000, "8": 60000000, "9": "a", "10": ["x", "y"],
         "11": "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58", "13": "{}", "14": "s"}
        """;

    public static DateTimeOffset Now { get; } = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);

    public static CollectionPlan Plan { get; } = MakePlan();

    public static Known Known { get; } = new(Plan, new Dictionary<string, CollectionPlan> { ["things"] = Plan });

    public static Viewer Student { get; } =
        new(new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"), "member", "student-1", false, false);

    public static IRecordValues Record { get; } =
        new Thing(MakeRow(), RecordData.Read(Plan, System.Text.Encoding.UTF8.GetBytes(Data)));

    private static CollectionPlan MakePlan()
    {
        var text = JsonSerializer.Deserialize<CollectionText>(Text, Json.Options)!;
        var slots = text.Fields.ToDictionary(field => field.Id!.Value, field => field.Id!.Value);
        return new CollectionPlan(1, 1, null, new StoredDefinition(text, slots, 15, 15));
    }

    private static RecordRow MakeRow() => new(1, 1, Student.Id!.Value, Student.Id, 1, 0, 1, null, Data);

    // What it refers to is itself.
    private sealed class Thing(RecordRow row, RecordData data) : IRecordValues
    {
        private readonly RowValues _own = new(row, data);

        public object? Of(FieldPlan field) => _own.Of(field);

        public object? Of(Column column) => _own.Of(column);

        public IEnumerable<object> Items(FieldPlan field) => _own.Items(field);

        public IEnumerable<IRecordValues> Related(FieldPlan field, CollectionPlan target) => [this];
    }
}
