using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sillage.Api.Documentation;
using Sillage.Collections.Declared;
using Sillage.Collections.Declaring;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Documenting;

/// <summary>
/// Puts every collection that its rules open to somebody into the OpenAPI document, with its own schema: as its routes are those of all collections, each
/// operation says whose it is in <c>x-collection</c>. What is hidden is not in it, as everybody reads it.
/// </summary>
internal sealed class CollectionDocuments(IDatabase<CollectionsData> database)
    : IOpenApiDocumentTransformer,
        IDocumentStamp
{
    private const int Most = 200;
    private const string Extension = "x-collection";
    private const string Json = "application/json";

    private const string Select = """
        SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection ORDER BY space, name LIMIT @Limit
        """;

    private const string SelectStamp = "SELECT key, revision FROM collection ORDER BY space, name LIMIT @Limit";

    private sealed record StampRow(long Key, long Revision);

    public async ValueTask<string> ReadAsync(CancellationToken ct)
    {
        var parameters = new { Limit = (long)Most };
        var rows = await database.ReadAsync(r => r.QueryAsync<StampRow>(SelectStamp, parameters, ct), ct);
        return string.Join(' ', rows.Select(row => $"{row.Key}:{row.Revision}"));
    }

    public async Task TransformAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken ct
    )
    {
        var parameters = new { Limit = (long)Most };
        foreach (var row in await database.ReadAsync(r => r.QueryAsync<CollectionRow>(Select, parameters, ct), ct))
        {
            var plan = row.Plan();
            if (DefinitionCheck.RulesOf(plan.Rules).Any(rule => rule.Rule is not null and not "false"))
            {
                Add(document, plan);
            }
        }
    }

    private static void Add(OpenApiDocument document, CollectionPlan plan)
    {
        var name = Pascal(plan.Address);
        var (record, body) = ($"{name}Record", $"New{name}Record");
        var schemas = (document.Components ??= new OpenApiComponents()).Schemas ??= new Dictionary<
            string,
            IOpenApiSchema
        >(StringComparer.Ordinal);
        schemas[record] = FieldSchemas.OfRecord(plan);
        schemas[body] = FieldSchemas.OfBody(plan);
        schemas[$"{name}Page"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "One page of a list.",
            Required = new HashSet<string>(StringComparer.Ordinal) { "items", "next" },
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["items"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchemaReference(record, document),
                },
                ["next"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String | JsonSchemaType.Null,
                    Description = "The address of the next page; null on the last.",
                },
            },
        };
        AddAt($"/api/v1/collections/{plan.Address}/records", CollectionForm.Page, "");
        if (plan.Text.Path is { } path)
        {
            AddAt(path, plan.Text.Form ?? CollectionForm.Page, "ByPath");
        }

        void AddAt(string address, CollectionForm form, string suffix)
        {
            var isBare = form == CollectionForm.FastApi;
            var shown = isBare ? $"{name}Item" : record;
            if (isBare)
            {
                schemas[shown] = FieldSchemas.OfRecord(plan, isBare: true);
            }

            document.Paths[address] = new OpenApiPathItem
            {
                Operations = new Dictionary<HttpMethod, OpenApiOperation>
                {
                    [HttpMethod.Get] = Of("List", form == CollectionForm.Page ? $"{name}Page" : null, null, "200"),
                    [HttpMethod.Post] = Of("Create", shown, body, isBare ? "200" : "201"),
                },
            };
            document.Paths[address + "/{record}"] = new OpenApiPathItem
            {
                Parameters =
                [
                    new OpenApiParameter
                    {
                        Name = "record",
                        In = ParameterLocation.Path,
                        Required = true,
                        Description = "The record's id.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
                    },
                ],
                Operations = new Dictionary<HttpMethod, OpenApiOperation>
                {
                    [HttpMethod.Get] = Of("Read", shown, null, "200"),
                    [HttpMethod.Put] = Of("Replace", shown, body, "200"),
                    [HttpMethod.Patch] = Of("Change", shown, body, "200", "application/merge-patch+json"),
                    [HttpMethod.Delete] = Of("Delete", null, null, "204"),
                },
            };

            OpenApiOperation Of(string deed, string? reply, string? request, string status, string type = Json) =>
                new()
                {
                    OperationId = char.ToLowerInvariant(deed[0]) + deed[1..] + name + suffix,
                    Summary = suffix.Length == 0 ? $"{deed} {plan.Address}" : $"{deed} {plan.Address} at {address}",
                    Description =
                        $"See *{deed} {(deed == "List" ? "records" : "a record")}* for what else it takes and answers.",
                    Tags = new HashSet<OpenApiTagReference> { new("Records", document) },
                    Extensions = new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal)
                    {
                        [Extension] = new JsonNodeExtension(JsonValue.Create(plan.Address)),
                    },
                    Parameters = deed == "List" ? ListParameters() : [],
                    Security =
                    [
                        [],
                        Scheme("bearer"),
                        Scheme("basic"),
                        Scheme("apiKey"),
                    ],
                    RequestBody = request is null
                        ? null
                        : new OpenApiRequestBody
                        {
                            Required = true,
                            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                            {
                                [type] = new OpenApiMediaType
                                {
                                    Schema =
                                        type == Json
                                            ? new OpenApiSchemaReference(request, document)
                                            : new OpenApiSchema { Type = JsonSchemaType.Object },
                                    Example = FieldSchemas.Example(plan),
                                },
                            },
                        },
                    Responses = new OpenApiResponses
                    {
                        [status] = new OpenApiResponse
                        {
                            Description = status == "204" ? "It is gone." : "As the rules show it to the caller.",
                            Content =
                                status == "204"
                                    ? null
                                    : new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                                    {
                                        [Json] = new OpenApiMediaType
                                        {
                                            Schema = reply is null
                                                ? new OpenApiSchema
                                                {
                                                    Type = JsonSchemaType.Array,
                                                    Items = new OpenApiSchemaReference(shown, document),
                                                }
                                                : new OpenApiSchemaReference(reply, document),
                                        },
                                    },
                        },
                        ["4XX"] = new OpenApiResponse
                        {
                            Description = "What is wrong, and where.",
                            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                            {
                                ["application/problem+json"] = new OpenApiMediaType
                                {
                                    Schema = new OpenApiSchemaReference("Problem", document),
                                },
                            },
                        },
                    },
                };
        }

        OpenApiSecurityRequirement Scheme(string scheme) =>
            new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
    }

    private static List<IOpenApiParameter> ListParameters() =>
        [
            .. new[]
            {
                ("filter", "Which records: a condition in the filter language."),
                ("sort", "In which order."),
                ("fields", "The members to show."),
                ("expand", "Relations to follow."),
                ("limit", "How many items at most, 1 to 1000. Default 50."),
                ("cursor", "Where to go on, taken unchanged from the page before."),
            }.Select(parameter => new OpenApiParameter
            {
                Name = parameter.Item1,
                In = ParameterLocation.Query,
                Description = parameter.Item2,
                Schema = new OpenApiSchema
                {
                    Type = parameter.Item1 == "limit" ? JsonSchemaType.Integer : JsonSchemaType.String,
                },
            }),
        ];

    // films -> Films, class-3.films -> Class3Films; what then has the name of another is told apart by its digits only, as names are.
    private static string Pascal(string address) =>
        string.Concat(
            address
                .Split('.', '-', '_')
                .Where(part => part.Length > 0)
                .Select(part => char.ToUpperInvariant(part[0]) + part[1..])
        );
}
