using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Sillage.Api.Access;
using Sillage.Api.Formats;

namespace Sillage.Hosting.Health;

/// <summary><c>/health</c> for people, <c>/health/live</c> and <c>/health/ready</c> for what starts and feeds processes.</summary>
public static class HealthRoutes
{
    /// <summary>How the names of checks begin that tell of a service behind a gateway: its name follows.</summary>
    public const string OfService = "service ";

    internal static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes
            .MapGroup("/health")
            .WithTags("Server")
            .AllowAnonymous()
            .WithMetadata(new QuietMetadata(), new IgnoresCredentialsMetadata(), new UnlimitedMetadata());
        Describe(health.MapGet("", AllAsync), "health", "How the server is, check by check");
        Describe(health.MapGet("/live", Live), "healthLive", "Whether the process runs");
        Describe(health.MapGet("/ready", ReadyAsync), "healthReady", "Whether requests may be sent here");
    }

    private static void Describe(RouteHandlerBuilder route, string name, string summary) =>
        route
            .WithName(name)
            .WithSummary(summary)
            .Produces<HealthReport>(StatusCodes.Status200OK, "application/json")
            .Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable, "application/json");

    private static async Task<IResult> AllAsync(HealthReports reports, CancellationToken ct) =>
        new HealthReply(await reports.AllAsync(ct));

    private static HealthReply Live() => new HealthReply(Nothing(HealthStatus.Healthy));

    private static async Task<IResult> ReadyAsync(
        HealthReports reports,
        IHostApplicationLifetime lifetime,
        CancellationToken ct
    ) =>
        new HealthReply(
            lifetime.ApplicationStopping.IsCancellationRequested
                ? Nothing(HealthStatus.Unhealthy)
                : await reports.ReadyAsync(ct)
        );

    private static Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport Nothing(HealthStatus status) =>
        new(new Dictionary<string, HealthReportEntry>(), status, TimeSpan.Zero);

    /// <summary>The report in JSON always: what asks for it reads nothing else, and may ask for anything.</summary>
    private sealed class HealthReply(Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport report) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = report.Status == HealthStatus.Unhealthy ? 503 : 200;
            response.ContentType = "application/json";
            response.Headers.CacheControl = "no-store";
            var reply = new HealthReport(
                State(report.Status),
                Math.Round(report.TotalDuration.TotalMilliseconds, 2),
                report.Entries.ToDictionary(
                    e => e.Key,
                    e => new HealthCheckReport(
                        State(e.Value.Status),
                        Math.Round(Duration(e.Value).TotalMilliseconds, 2)
                    ),
                    StringComparer.Ordinal
                )
            );
            await JsonSerializer.SerializeAsync(response.Body, reply, Json.Options, httpContext.RequestAborted);
        }
    }

    // A check that looks at what is asked elsewhere anyway knows how long that took.
    internal static TimeSpan Duration(HealthReportEntry entry) =>
        entry.Data.TryGetValue(nameof(Duration), out var known) && known is TimeSpan duration
            ? duration
            : entry.Duration;

    internal static HealthState State(HealthStatus status) =>
        status switch
        {
            HealthStatus.Healthy => HealthState.Healthy,
            HealthStatus.Degraded => HealthState.Degraded,
            _ => HealthState.Unhealthy,
        };
}
