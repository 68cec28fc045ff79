using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;

namespace Sillage.Collections.Declaring;

/// <summary>Collections that are ready to be declared by their name.</summary>
internal static class Templates
{
    private const string Books = """
        {
          "name": "books",
          "description": "Books, as the course on web services has them.",
          "path": "/api/books",
          "form": "array",
          "fields": [
            {"name": "title", "type": "string", "required": true, "index": true, "example": "Les Misérables"},
            {"name": "author", "type": "string", "required": true, "index": true, "example": "Victor Hugo"},
            {"name": "price", "type": "number", "index": true, "minimum": 0, "example": 9.5},
            {"name": "isbn", "type": "string", "unique": true, "maxLength": 20, "example": "9782253096337"},
            {"name": "published", "type": "date", "example": "1862-03-30"}
          ],
          "rules": {"read": "true", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}
        }
        """;

    private const string Items = """
        {
          "name": "items",
          "description": "Items, as the course's example has them.",
          "path": "/items",
          "form": "fast-api",
          "fields": [
            {"name": "name", "type": "string", "required": true, "index": true, "example": "Foo"},
            {"name": "description", "type": "text", "maxLength": 5000, "example": "A very nice item"},
            {"name": "price", "type": "number", "required": true, "index": true, "example": 35.4},
            {"name": "tax", "type": "number", "example": 3.2},
            {"name": "tags", "type": "string", "many": true, "example": "new"}
          ],
          "rules": {"read": "true", "create": "@me.id != null", "update": "@me.id != null", "delete": "@me.id != null"}
        }
        """;

    private const string Todo = """
        {
          "name": "todo",
          "description": "Things to do, each person's own.",
          "fields": [
            {"name": "title", "type": "string", "required": true, "example": "Write the report"},
            {"name": "done", "type": "boolean", "required": true, "default": false, "index": true, "example": false},
            {"name": "due", "type": "date", "index": true, "example": "2026-12-01"},
            {"name": "notes", "type": "text", "example": "With the figures of November."},
            {"name": "tags", "type": "string", "many": true, "example": "school"}
          ],
          "rules": {"read": "owner = @me.id", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}
        }
        """;

    private static readonly Rules Open = new("true", "true", "true", "true");

    private static readonly Dictionary<string, CollectionText> All = new[] { Books, Items, Todo }
        .Select(json => JsonSerializer.Deserialize<CollectionText>(json, Json.Options)!)
        .ToDictionary(text => text.Name, StringComparer.Ordinal);

    /// <summary>What there is.</summary>
    public static IEnumerable<string> Known => All.Keys;

    /// <summary>The template of this name; null if there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isOpen">Whether everybody may do everything, also without an account.</param>
    public static CollectionText? Find(string name, bool isOpen) =>
        !All.TryGetValue(name, out var text) ? null
        : isOpen ? text with { Rules = Open }
        : text;
}
