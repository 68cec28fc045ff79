using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Api.Problems;

/// <summary>The media types that the route of a request reads.</summary>
internal static class MediaTypesOf
{
    private static readonly string[] Usual = ["application/json", "application/xml"];

    /// <summary>All of them, also where routing has put an endpoint of its own in the route's place, as it does to say 415.</summary>
    public static IReadOnlyList<string> Route(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is { } own)
        {
            return own.ContentTypes;
        }

        var types = context
            .RequestServices.GetService<EndpointDataSource>()
            ?.Endpoints.OfType<RouteEndpoint>()
            .Where(e => Takes(e, context.Request))
            .Select(e => e.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes)
            .FirstOrDefault(t => t is not null);
        return types ?? Usual;
    }

    private static bool Takes(RouteEndpoint endpoint, HttpRequest request) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(request.Method) == true
        && new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(request.Path, []);
}
