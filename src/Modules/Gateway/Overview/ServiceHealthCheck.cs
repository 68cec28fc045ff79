using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sillage.Gateway.Copies;

namespace Sillage.Gateway.Overview;

/// <summary>How a service is: healthy with all copies, degraded with some, and away with none. Its duration is its response time.</summary>
internal sealed class ServiceHealthCheck(Service service) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default)
    {
        var there = service.Expected.Where(copy => copy.IsUp && copy.Breaker.IsClosed).ToList();
        var data = new Dictionary<string, object>
        {
            ["Duration"] = there.Count == 0 ? TimeSpan.Zero : there.Max(copy => copy.ResponseTime),
        };
        return Task.FromResult(
            there.Count > 0 && there.Count == service.Expected.Count() ? HealthCheckResult.Healthy(data: data)
            : there.Count > 0 ? HealthCheckResult.Degraded("Some copies are away.", data: data)
            : new HealthCheckResult(context.Registration.FailureStatus, "All copies are away.", data: data)
        );
    }
}
