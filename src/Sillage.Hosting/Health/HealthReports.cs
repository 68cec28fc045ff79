using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sillage.Hosting.Health;

/// <summary>
/// Runs the checks for all who ask at about the same time: they may ask as often as they like, and each check is a way to a database or another service.
/// </summary>
internal sealed class HealthReports(HealthCheckService checks)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly Shared _all = new(ct => checks.CheckHealthAsync(ct));
    private readonly Shared _ready = new(ct => checks.CheckHealthAsync(check => check.Tags.Contains("ready"), ct));

    /// <summary>What all checks say.</summary>
    public Task<Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport> AllAsync(CancellationToken ct) =>
        _all.GetAsync(ct);

    /// <summary>What those say without which no request can be answered.</summary>
    public Task<Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport> ReadyAsync(CancellationToken ct) =>
        _ready.GetAsync(ct);

    private sealed class Shared(
        Func<CancellationToken, Task<Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport>> run
    )
    {
        private readonly Lock _gate = new();
        private Task<Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport>? _last;
        private long _began;

        public Task<Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport> GetAsync(CancellationToken ct)
        {
            lock (_gate)
            {
                if (
                    _last is null or { IsFaulted: true }
                    || (_last.IsCompleted && Stopwatch.GetElapsedTime(_began) > Fresh)
                )
                {
                    _began = Stopwatch.GetTimestamp();
                    // Not one asker's to end.
                    _last = run(CancellationToken.None);
                }

                return _last.WaitAsync(ct);
            }
        }
    }
}
