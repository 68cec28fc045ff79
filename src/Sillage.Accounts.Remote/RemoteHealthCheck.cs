using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sillage.Accounts.Remote;

/// <summary>Degraded while the accounts cannot be reached: what is known goes on, what is not gets 503.</summary>
internal sealed class RemoteHealthCheck(ChangeListener listener) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default) =>
        Task.FromResult(
            listener.IsReached
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("The accounts cannot be reached.")
        );
}

/// <summary>Degraded always: nobody can log in where nobody is known.</summary>
internal sealed class NoAccountsHealthCheck : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default) =>
        Task.FromResult(HealthCheckResult.Degraded("There are no accounts here, and no address to ask for them."));
}
