using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Hosting.Authentication;

namespace Sillage.Hosting.Telemetry;

/// <summary><c>GET /metrics</c>: for who holds the permission, and for the networks that a setting names.</summary>
internal static class MetricsRoute
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/metrics", Handle)
            .AllowAnonymous()
            .WithMetadata(new QuietMetadata())
            .WithName("metrics")
            .WithTags("Server")
            .WithSummary("The server's metrics in the Prometheus text format")
            .WithDescription(
                "Needs the permission `metrics.read`, or an address that the setting `Telemetry:MetricsNetworks` names."
            )
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Fails(401, 403);

    private static IResult Handle(
        HttpContext context,
        Caller? caller,
        PrometheusExporter exporter,
        IOptions<TelemetryOptions> options
    ) =>
        caller?.Can(ServerPermission.ReadMetrics) == true
        || IsAllowed(context.Connection.RemoteIpAddress, options.Value)
            ? Results.Text(exporter.Scrape(), PrometheusText.ContentType)
        : caller is null ? new Challenge()
        : AccessMiddleware.Denied;

    private static bool IsAllowed(IPAddress? address, TelemetryOptions options)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.MetricsNetworks.Any(text =>
            IPAddress.TryParse(text, out var one)
                ? one.Equals(plain)
                : IPNetwork.TryParse(text, out var network) && network.Contains(plain)
        );
    }
}
