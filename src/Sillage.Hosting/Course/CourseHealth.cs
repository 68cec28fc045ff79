using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sillage.Api.Access;
using Sillage.Hosting.Health;

namespace Sillage.Hosting.Course;

/// <summary>How the services are.</summary>
/// <param name="Status">The worst of them.</param>
/// <param name="Services">Each by name.</param>
public sealed record CourseHealthReport(HealthState Status, IReadOnlyDictionary<string, CourseServiceHealth> Services);

/// <summary>How a service is.</summary>
/// <param name="Status">How.</param>
/// <param name="ResponseTime">How long it took to say so, in milliseconds.</param>
public sealed record CourseServiceHealth(HealthState Status, double ResponseTime);

/// <summary><c>/health</c> in the course's form: at a gateway the services behind it, elsewhere the parts of this process.</summary>
internal static class CourseHealth
{
    public static void MapCourseHealth(this IEndpointRouteBuilder routes) =>
        routes
            .MapCourse("health")
            .AllowAnonymous()
            .WithMetadata(new QuietMetadata(), new IgnoresCredentialsMetadata(), new UnlimitedMetadata())
            .MapGet("", Handle)
            .WithSummary("How the services are")
            .WithDescription(
                "At a gateway each service behind it, elsewhere each part of this process. 503 while one that is needed is away."
            )
            .Produces<CourseHealthReport>(StatusCodes.Status200OK, "application/json")
            .Produces<CourseHealthReport>(StatusCodes.Status503ServiceUnavailable, "application/json");

    private static async Task<JsonHttpResult<CourseHealthReport>> Handle(
        HealthReports reports,
        HttpContext context,
        CancellationToken ct
    )
    {
        var report = await reports.AllAsync(ct);
        var isGateway = report.Entries.Keys.Any(name =>
            name.StartsWith(HealthRoutes.OfService, StringComparison.Ordinal)
        );
        var services = report
            .Entries.Where(entry =>
                !isGateway || entry.Key.StartsWith(HealthRoutes.OfService, StringComparison.Ordinal)
            )
            .ToDictionary(
                entry => isGateway ? entry.Key[HealthRoutes.OfService.Length..] : entry.Key,
                entry => new CourseServiceHealth(
                    HealthRoutes.State(entry.Value.Status),
                    Math.Round(HealthRoutes.Duration(entry.Value).TotalMilliseconds, 2)
                ),
                StringComparer.Ordinal
            );
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new CourseHealthReport(HealthRoutes.State(report.Status), services),
            Api.Formats.Json.Options,
            statusCode: report.Status == HealthStatus.Unhealthy ? 503 : 200
        );
    }
}
