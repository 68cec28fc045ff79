using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;

namespace Sillage.Collections.Documenting;

/// <summary>The schemas of a collection's records in the OpenAPI document.</summary>
internal static class FieldSchemas
{
    /// <summary>A record as everybody who may read it sees it; a bare one is its id and its fields.</summary>
    public static OpenApiSchema OfRecord(CollectionPlan plan, bool isBare = false)
    {
        var schema = OfBody(plan, isRead: true);
        var properties = schema.Properties!;
        properties["id"] = Text("uuid", "Its id.");
        schema.Required!.Add("id");
        if (isBare)
        {
            return schema;
        }

        properties["owner"] = Text("uuid", "Who created it; null for somebody without an account.", isNullable: true);
        properties["created"] = Text("date-time", "When it was created.");
        properties["updated"] = Text("date-time", "When it was changed last.");
        properties["links"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "Itself (`self`), and the records of the collection (`collection`).",
            AdditionalProperties = Text(null, "An address."),
        };
        schema.Required!.Add("links");
        return schema;
    }

    /// <summary>A record as it is sent.</summary>
    public static OpenApiSchema OfBody(CollectionPlan plan, bool isRead = false)
    {
        var fields = Open(plan).ToList();
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = plan.Text.Description ?? $"A record of the collection '{plan.Address}'.",
            Properties = fields.ToDictionary(
                field => field.Name,
                IOpenApiSchema (field) => OfField(field, isNullable: field.Field.Required is not true),
                StringComparer.Ordinal
            ),
            Required = fields
                .Where(field => field.Field.Required is true && (isRead || field.Field.Default is null))
                .Select(field => field.Name)
                .ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>A record of examples.</summary>
    public static JsonObject Example(CollectionPlan plan) =>
        new(
            Open(plan)
                .Where(field => field.Field.Example is not null)
                .Select(field =>
                {
                    var example = JsonSerializer.SerializeToNode(field.Field.Example);
                    return KeyValuePair.Create(
                        field.Name,
                        field.Field.IsMany && example is not JsonArray ? new JsonArray(example) : example
                    );
                })
        );

    private static IEnumerable<FieldPlan> Open(CollectionPlan plan) =>
        plan.Fields.Where(field => Viewer.Nobody.Sees(plan, field));

    private static OpenApiSchema OfField(FieldPlan plan, bool isNullable)
    {
        var field = plan.Field;
        if (field.IsMany)
        {
            return new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = field.Description,
                MaxItems = ValueReader.MostItems,
                Items = OfOne(plan, isNullable: false),
            };
        }

        var schema = OfOne(plan, isNullable);
        schema.Description = field.Description;
        return schema;
    }

    private static OpenApiSchema OfOne(FieldPlan plan, bool isNullable)
    {
        var field = plan.Field;
        var schema = field.Type switch
        {
            FieldKind.Integer => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            FieldKind.Number => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
            FieldKind.Boolean => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            FieldKind.Json => new OpenApiSchema(),
            FieldKind.Date => Text("date", null),
            FieldKind.Timestamp => Text("date-time", null),
            FieldKind.Duration => Text("duration", null),
            FieldKind.Email => Text("email", null),
            FieldKind.Url => Text("uri", null),
            FieldKind.Relation => Text("uuid", null),
            FieldKind.Decimal => Text("decimal", null),
            _ => Text(null, null),
        };
        if (field.Type is FieldKind.Integer or FieldKind.Number)
        {
            schema.Minimum = plan.Least is null ? null : Convert.ToString(plan.Least, CultureInfo.InvariantCulture);
            schema.Maximum = plan.Most is null ? null : Convert.ToString(plan.Most, CultureInfo.InvariantCulture);
        }

        if (field.IsText)
        {
            (schema.MaxLength, schema.Pattern) = (
                field.Longest,
                field.Pattern is null ? null : $"^(?:{field.Pattern})$"
            );
        }

        if (field.Type == FieldKind.Enum)
        {
            schema.Enum = [.. field.Values!.Select(JsonNode (value) => JsonValue.Create(value))];
            if (isNullable)
            {
                schema.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }

        if (isNullable && schema.Type is not null)
        {
            schema.Type |= JsonSchemaType.Null;
        }

        return schema;
    }

    private static OpenApiSchema Text(string? format, string? description, bool isNullable = false) =>
        new()
        {
            Type = isNullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String,
            Format = format,
            Description = description,
        };
}
