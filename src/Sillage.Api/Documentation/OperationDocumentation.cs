using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Api.Requests.Query;

namespace Sillage.Api.Documentation;

/// <summary>Adds to each operation what the framework does not know: names, examples, errors, headers, security.</summary>
internal sealed class OperationDocumentation(IEnumerable<DocumentedModule> modules) : IOpenApiOperationTransformer
{
    public Task TransformAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken ct
    )
    {
        var metadata = new EndpointMetadataCollection(context.Description.ActionDescriptor.EndpointMetadata);
        operation.OperationId ??= operation.Summary is { } summary ? OperationId(summary) : null;
        AddTags(operation, metadata, context.Document!);
        AddNeeds(operation, metadata);
        AddParameters(operation, metadata, context.Description.RelativePath);
        AddExamples(operation, metadata);
        AddErrors(operation, metadata, context.Document!);
        AddReplyHeaders(operation, metadata, context.Document!);
        AddSecurity(operation, metadata, context.Document!);
        if (LongReply.Is(metadata))
        {
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions[LongReply.Extension] = new JsonNodeExtension(JsonValue.Create(true));
        }

        return Task.CompletedTask;
    }

    /// <summary>What generated clients call the operation: its summary in camel case, "List my API keys" → listMyApiKeys.</summary>
    private static string OperationId(string summary)
    {
        var id = new StringBuilder();
        foreach (
            var word in summary.Split(
                [.. summary.Where(c => !char.IsAsciiLetterOrDigit(c))],
                StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            var lower = word.ToLowerInvariant();
            id.Append(id.Length == 0 ? lower : char.ToUpperInvariant(lower[0]) + lower[1..]);
        }

        return id.ToString();
    }

    private void AddTags(OpenApiOperation operation, EndpointMetadataCollection metadata, OpenApiDocument document)
    {
        var assembly = metadata.GetMetadata<MethodInfo>()?.DeclaringType?.Assembly;
        var module = modules.FirstOrDefault(m => m.Type.Assembly == assembly);
        var names = metadata.GetOrderedMetadata<ITagsMetadata>().SelectMany(t => t.Tags).Distinct().ToList();
        if (names.Count == 0)
        {
            names.Add(module is null ? "Server" : char.ToUpperInvariant(module.Name[0]) + module.Name[1..]);
        }

        operation.Tags = names.Select(n => new OpenApiTagReference(n, document)).ToHashSet();
        document.Tags ??= new HashSet<OpenApiTag>();
        var description = module is null
            ? "The server itself: what it offers, how it is."
            : XmlDocs.Of(module.Type) ?? $"Routes of the module {module.Name}.";
        foreach (var name in names)
        {
            if (document.Tags.FirstOrDefault(t => t.Name == name) is { } known)
            {
                known.Description ??= description;
            }
            else
            {
                document.Tags.Add(new OpenApiTag { Name = name, Description = description });
            }
        }
    }

    private static void AddNeeds(OpenApiOperation operation, EndpointMetadataCollection metadata)
    {
        var rights = metadata.GetOrderedMetadata<RightMetadata>();
        List<string> needs = [.. rights.Select(right => right.Words)];
        if (metadata.GetMetadata<PermissionMetadata>() is { } needed)
        {
            needs.Insert(0, $"the permission `{needed.Permission.Name}`");
        }

        if (needs.Count > 0)
        {
            var sentence = $"Needs {string.Join(", and ", needs)}.";
            operation.Description = operation.Description is { Length: > 0 } text ? $"{text}\n\n{sentence}" : sentence;
        }

        if (rights.Count > 0)
        {
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions[RightMetadata.Extension] = new JsonNodeExtension(
                JsonSerializer.SerializeToNode(rights.Select(right => right.AnyOf))!
            );
        }
    }

    private static void AddParameters(OpenApiOperation operation, EndpointMetadataCollection metadata, string? path)
    {
        operation.Parameters ??= [];
        AddGateParameters(operation.Parameters, path);
        foreach (var query in metadata.GetOrderedMetadata<QueryParameterMetadata>())
        {
            AddQuery(operation.Parameters, query);
        }

        if (metadata.GetMetadata<IdempotencyMetadata>() is not null)
        {
            AddHeader(
                operation.Parameters,
                IdempotencyKey.HeaderName,
                "A name for this attempt, the client's choice. Sent again with it within 24 hours, the request has no second effect and gets the same reply."
            );
        }

        if (metadata.GetMetadata<PreconditionMetadata>() is not null)
        {
            AddHeader(
                operation.Parameters,
                "If-Match",
                "The `ETag` of the version to change; 412 if there is a newer one."
            );
        }

        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
        {
            parameter.Description ??=
                parameter.In == ParameterLocation.Path ? $"Which {parameter.Name}." : $"The {parameter.Name}.";
        }
    }

    // What a gate reads of the address, the handler has no parameter for.
    private static void AddGateParameters(IList<IOpenApiParameter> parameters, string? path)
    {
        var names = RoutePatternFactory.Parse(path ?? "").Parameters.Select(parameter => parameter.Name);
        foreach (var (i, name) in names.Index())
        {
            if (!parameters.Any(p => p.In == ParameterLocation.Path && p.Name == name))
            {
                parameters.Insert(
                    Math.Min(i, parameters.Count),
                    new OpenApiParameter
                    {
                        Name = name,
                        In = ParameterLocation.Path,
                        Required = true,
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    }
                );
            }
        }
    }

    private static void AddQuery(IList<IOpenApiParameter> parameters, QueryParameterMetadata query)
    {
        if (parameters.OfType<OpenApiParameter>().FirstOrDefault(p => p.Name == query.Name) is { } known)
        {
            known.Description = query.Description;
            known.Example ??= query.Example;
            return;
        }

        parameters.Add(
            new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Example = query.Name == "limit" ? 50 : query.Example,
                Schema =
                    query.Name == "limit"
                        ? new OpenApiSchema
                        {
                            Type = JsonSchemaType.Integer,
                            Minimum = "1",
                            Maximum = "1000",
                        }
                        : new OpenApiSchema { Type = JsonSchemaType.String },
            }
        );
    }

    private static void AddHeader(IList<IOpenApiParameter> parameters, string name, string description) =>
        parameters.Add(
            new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            }
        );

    private static void AddExamples(OpenApiOperation operation, EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<RequestExampleMetadata>() is { Example: var request })
        {
            SetExample(operation.RequestBody?.Content, request);
        }

        if (metadata.GetMetadata<ReplyExampleMetadata>() is { Example: var reply } && operation.Responses is not null)
        {
            var success = operation.Responses.FirstOrDefault(r => r.Key.StartsWith('2'));
            SetExample(success.Value?.Content, reply);
        }
    }

    private static void SetExample(IDictionary<string, OpenApiMediaType>? content, object example)
    {
        foreach (var (type, media) in content ?? new Dictionary<string, OpenApiMediaType>())
        {
            if (type.EndsWith("json", StringComparison.Ordinal))
            {
                media.Example = example as JsonNode ?? JsonSerializer.SerializeToNode(example, Json.Options);
            }
        }
    }

    private static void AddErrors(
        OpenApiOperation operation,
        EndpointMetadataCollection metadata,
        OpenApiDocument document
    )
    {
        operation.Responses ??= [];
        foreach (var status in EndpointErrors.Of(metadata))
        {
            var response = new OpenApiResponse
            {
                Description = EndpointErrors.Describe(status),
                Content = ErrorContent(status, metadata.GetMetadata<ProblemForm>(), document),
            };
            if (status is 429 or 503)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
                {
                    ["Retry-After"] = new OpenApiHeaderReference("Retry-After", document),
                };
            }

            operation.Responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), response);
        }
    }

    private static Dictionary<string, OpenApiMediaType> ErrorContent(
        int status,
        ProblemForm? form,
        OpenApiDocument document
    )
    {
        if (form is null)
        {
            var problem = new OpenApiSchemaReference(DocumentDocumentation.ProblemSchema, document);
            return new(StringComparer.Ordinal)
            {
                ["application/problem+json"] = new() { Schema = problem },
                ["application/problem+xml"] = new() { Schema = problem },
            };
        }

        string[] members = form.Further is var (further, _) ? [form.Member(status), further] : [form.Member(status)];
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = members.ToHashSet(StringComparer.Ordinal),
            Properties = members.ToDictionary(
                member => member,
                IOpenApiSchema (_) =>
                    new OpenApiSchema { Type = JsonSchemaType.String, Description = "What went wrong." },
                StringComparer.Ordinal
            ),
        };
        if (form.Status is { } member)
        {
            schema.Required.Add(member);
            schema.Properties.Add(
                member,
                new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The status of the reply." }
            );
        }

        return new(StringComparer.Ordinal) { ["application/json"] = new() { Schema = schema } };
    }

    private static void AddReplyHeaders(
        OpenApiOperation operation,
        EndpointMetadataCollection metadata,
        OpenApiDocument document
    )
    {
        var isResource = metadata
            .GetOrderedMetadata<IProducesResponseTypeMetadata>()
            .Any(p => p.ContentTypes.Contains("application/xml"));
        foreach (var (status, reply) in operation.Responses ?? [])
        {
            if (!status.StartsWith('2') || reply is not OpenApiResponse response)
            {
                continue;
            }

            response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            Add("RateLimit", true);
            Add("RateLimit-Policy", true);
            Add("ETag", isResource);
            Add("Location", status == "201");
            Add("Link", metadata.GetOrderedMetadata<QueryParameterMetadata>().Any(q => q.Name == "cursor"));
            Add(Reply.ReplayedHeaderName, metadata.GetMetadata<IdempotencyMetadata>() is not null);
            response.Description = string.IsNullOrEmpty(response.Description) ? "Done." : response.Description;

            void Add(string name, bool applies)
            {
                if (applies)
                {
                    response.Headers!.TryAdd(name, new OpenApiHeaderReference(name, document));
                }
            }
        }

        if (isResource && metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: ["GET"] })
        {
            AddHeader(
                operation.Parameters!,
                "If-None-Match",
                "The `ETag` that the client has; 304 if it is still current."
            );
            operation.Responses!.TryAdd("304", new OpenApiResponse { Description = "What the client has is current." });
        }
    }

    private static void AddSecurity(
        OpenApiOperation operation,
        EndpointMetadataCollection metadata,
        OpenApiDocument document
    ) =>
        operation.Security = metadata.GetMetadata<IAllowAnonymous>() is not null
            ? []
            :
            [
                .. DocumentDocumentation.SecuritySchemes.Keys.Select(name => new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(name, document)] = [],
                }),
            ];
}
