using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sillage.Storage;

/// <summary>Whether one module's database takes writes: an empty unit goes the whole way.</summary>
internal sealed class DatabaseHealthCheck(IDatabase database) : IHealthCheck
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default)
    {
        try
        {
            await database
                .WriteAsync(unit => unit.ScalarAsync<long>("SELECT 1", null, ct), ct)
                .WaitAsync(LongestWait, ct);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
