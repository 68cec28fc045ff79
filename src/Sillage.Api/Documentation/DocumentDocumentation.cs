using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sillage.Api.Formats;
using Sillage.Storage;

namespace Sillage.Api.Documentation;

/// <summary>Adds what the whole document shares: its title, the problem's schema, headers, security schemes, descriptions.</summary>
internal sealed class DocumentDocumentation(SchemaTypes types) : IOpenApiDocumentTransformer
{
    public const string ProblemSchema = "Problem";

    public static readonly IReadOnlyDictionary<string, OpenApiSecurityScheme> SecuritySchemes = new Dictionary<
        string,
        OpenApiSecurityScheme
    >(StringComparer.Ordinal)
    {
        ["bearer"] = new()
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "An access token from the login, or an API key.",
        },
        ["basic"] = new()
        {
            Type = SecuritySchemeType.Http,
            Scheme = "basic",
            Description = "User name and password, for scripts and older clients.",
        },
        ["apiKey"] = new()
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-API-Key",
            Description = "An API key.",
        },
    };

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["ETag"] = "The version of what is sent, for `If-None-Match` and `If-Match`.",
        ["Idempotency-Replayed"] =
            "`true` where the reply was kept from the first request with this `Idempotency-Key`.",
        ["Link"] = "The next page, with `rel=\"next\"` (RFC 8288); absent on the last.",
        ["Location"] = "The address of what was created.",
        ["RateLimit"] = "What is left of each limit: `r` requests, full again in `t` seconds.",
        ["RateLimit-Policy"] = "The limits: `q` requests at once, filled again within `w` seconds.",
        ["Retry-After"] = "The seconds to wait before trying again.",
    };

    public Task TransformAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken ct
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "Sillage",
            Version = ProgramVersion.Current,
            Description =
                "The wake of what people do in games and apps: accounts and event traces behind one API. "
                + "Errors are RFC 9457 problems; lists go on where `next` points; resources come as JSON or XML by `Accept`.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Tags = document.Tags?.OrderBy(t => t.Name, StringComparer.Ordinal).ToHashSet();
        var components = document.Components ??= new OpenApiComponents();
        components.SecuritySchemes = SecuritySchemes.ToDictionary(
            s => s.Key,
            IOpenApiSecurityScheme (s) => s.Value,
            StringComparer.Ordinal
        );
        components.Headers = Headers.ToDictionary(
            h => h.Key,
            IOpenApiHeader (h) =>
                new OpenApiHeader
                {
                    Description = h.Value,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            StringComparer.Ordinal
        );
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        components.Schemas[ProblemSchema] = Problem();
        var written = RequestSchemas.Of(document, patches: false);
        var patched = RequestSchemas.Of(document, patches: true);
        foreach (var (name, schema) in components.Schemas)
        {
            if (types.Find(name) is { } type && schema is OpenApiSchema own)
            {
                Describe(own, type);
                if (!written.Contains(name))
                {
                    RequestSchemas.LeaveOutNulls(own, type);
                    if (patched.Contains(name))
                    {
                        own.Required?.Clear();
                    }
                }
            }
        }

        return Task.CompletedTask;
    }

    private static void Describe(OpenApiSchema schema, Type type)
    {
        schema.Description ??= XmlDocs.Of(type);
        var properties = Json.Options.GetTypeInfo(type).Properties;
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (properties.FirstOrDefault(p => p.Name == name)?.AttributeProvider is PropertyInfo info)
            {
                var words = XmlDocs.Of(info);
                switch (property)
                {
                    case OpenApiSchema own:
                        own.Description ??= words;
                        break;
                    case OpenApiSchemaReference reference:
                        reference.Description ??= words;
                        break;
                }
            }
        }
    }

    private static OpenApiSchema Problem() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description = "What went wrong (RFC 9457).",
            Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "instance", "traceId" },
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["type"] = Text("`about:blank`: the status says what kind it is."),
                ["title"] = Text("The kind of problem, the same for every occurrence."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status code." },
                ["detail"] = Text("What is wrong this time and what to do about it."),
                ["instance"] = Text("The address that was asked."),
                ["traceId"] = Text("The id under which the server's log speaks of this request."),
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Description = "Each bad field.",
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string>(StringComparer.Ordinal) { "pointer", "detail" },
                        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                        {
                            ["pointer"] = Text(
                                "A JSON Pointer (RFC 6901) into the body, or `?name` for a query parameter."
                            ),
                            ["detail"] = Text("What is wrong and what would be right."),
                        },
                    },
                },
            },
        };

    private static OpenApiSchema Text(string description) =>
        new() { Type = JsonSchemaType.String, Description = description };
}
