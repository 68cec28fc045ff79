using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sillage.RabbitMq;

/// <summary>
/// Degraded while RabbitMQ is away, a queue is not consumed, or what waits in it does not come. Never worse: events wait where they are, and
/// everything else goes on.
/// </summary>
internal sealed class BusHealthCheck(RabbitMqBus bus, BusMetrics metrics) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default)
    {
        var subscriptions = bus.Subscriptions;
        var still = subscriptions.Where(one => !one.IsConsuming || one.State.IsStalled).Select(one => one.Subscriber);
        var lags = subscriptions.ToDictionary(
            one => one.Subscriber,
            object (one) => $"{one.State.Waiting} wait, {metrics.Lag(one.Subscriber)?.TotalSeconds ?? 0:0.0} s"
        );
        return Task.FromResult(
            !bus.IsConnected ? HealthCheckResult.Degraded("RabbitMQ is away.", data: lags)
            : string.Join(", ", still) is { Length: > 0 } names
                ? HealthCheckResult.Degraded($"No events come for {names}.", data: lags)
            : HealthCheckResult.Healthy(data: lags)
        );
    }
}
