using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Sillage.Api.Access;
using Sillage.Api.Formats;

namespace Sillage.Api.Documentation;

/// <summary><c>/openapi.json</c> and <c>/docs</c>.</summary>
public static class OpenApiSetup
{
    /// <summary>Registers what makes the document.</summary>
    public static IServiceCollection AddDocumentation(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        // Schemas are made by these options, requests are read by ours: the two have to agree.
        services.ConfigureHttpJsonOptions(http => Copy(http));
        services.AddSingleton<SchemaTypes>();
        services.AddOpenApi(options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1);
        services
            .AddOptions<OpenApiOptions>("v1")
            .Configure<SchemaTypes>(
                (options, types) =>
                {
                    options.CreateSchemaReferenceId = types.NameOf;
                    options.AddOperationTransformer<OperationDocumentation>();
                    options.AddDocumentTransformer<DocumentDocumentation>();
                }
            );
        return services;
    }

    /// <summary>The page <c>/docs</c>.</summary>
    // The page's middleware looks at the path of every request by a regular expression: only what may be its own gets there.
    public static void UseDocumentation(this WebApplication app) =>
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase),
            docs =>
                docs.UseSwaggerUI(ui =>
                {
                    ui.RoutePrefix = "docs";
                    ui.DocumentTitle = "Sillage";
                    ui.SwaggerEndpoint("/openapi.json", "Sillage");
                    ui.EnableTryItOutByDefault();
                    ui.DisplayOperationId();
                })
        );

    /// <summary>The document, <c>/openapi.json</c>.</summary>
    public static void MapDocumentation(this IEndpointRouteBuilder routes)
    {
        var document = routes
            .MapOpenApi("/openapi.json")
            .AllowAnonymous()
            .WithSummary("This document")
            .WithMetadata(new IgnoresCredentialsMetadata());
        document.Add(builder =>
            builder.RequestDelegate = new KeptDocument(
                builder.RequestDelegate!,
                [.. builder.ApplicationServices.GetServices<IDocumentStamp>()]
            ).SendAsync
        );
    }

    private static void Copy(JsonOptions http)
    {
        var (to, from) = (http.SerializerOptions, Json.Options);
        to.PropertyNamingPolicy = from.PropertyNamingPolicy;
        to.PropertyNameCaseInsensitive = from.PropertyNameCaseInsensitive;
        to.DefaultIgnoreCondition = from.DefaultIgnoreCondition;
        to.NumberHandling = from.NumberHandling;
        to.UnmappedMemberHandling = from.UnmappedMemberHandling;
        to.RespectNullableAnnotations = from.RespectNullableAnnotations;
        to.RespectRequiredConstructorParameters = from.RespectRequiredConstructorParameters;
        to.Encoder = from.Encoder;
        to.MaxDepth = from.MaxDepth;
        foreach (var converter in from.Converters)
        {
            to.Converters.Add(converter);
        }
    }
}
