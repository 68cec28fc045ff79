using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Sillage.Api.Access;
using Sillage.Gateway.Copies;

namespace Sillage.Gateway.Overview;

/// <summary><c>/openapi.json</c> of all services in one; <c>/docs</c> shows it.</summary>
internal static class MergedDocument
{
    private const int BeforeTheOwn = -1;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/openapi.json", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("This document, of all services")
            .ExcludeFromDescription()
            .WithOrder(BeforeTheOwn);

    private static async Task<IResult> Handle(
        [FromKeyedServices("v1")] IOpenApiDocumentProvider own,
        Services services,
        CancellationToken ct
    )
    {
        var document = await own.GetOpenApiDocumentAsync(ct);
        var all = (JsonObject)JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, ct))!;
        foreach (var service in services.All.OrderBy(service => service.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (service.Copies.Select(copy => copy.Document).FirstOrDefault(told => told is not null) is { } told)
            {
                DocumentMerge.Add(all, told, service.Name);
            }
        }

        return TypedResults.Text(all.ToJsonString(), "application/json", Encoding.UTF8);
    }
}
