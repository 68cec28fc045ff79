using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>
/// Tells when erasures wait for a section that is silent: in the log once, in <c>/health</c> as long as it lasts, and in
/// the metric <c>sillage.erasures.waiting</c>.
/// </summary>
internal sealed partial class ErasureAlarm : IHealthCheck
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Sillage.Accounts";

    private readonly ILogger<ErasureAlarm> _logger;
    private volatile List<string> _silent = [];
    private int _waiting;

    public ErasureAlarm(IMeterFactory meters, ILogger<ErasureAlarm> logger)
    {
        _logger = logger;
        meters
            .Create(MeterName)
            .CreateObservableGauge(
                "sillage.erasures.waiting",
                () => Volatile.Read(ref _waiting),
                "{erasure}",
                "Erasures that wait for a section which is silent."
            );
    }

    /// <summary>Takes what is waited for as it is now.</summary>
    /// <param name="waiting">By erasure, the sections that have not answered.</param>
    /// <param name="here">The sections that some process has.</param>
    public void Take(IReadOnlyDictionary<Guid, IReadOnlyList<string>> waiting, IReadOnlySet<string> here)
    {
        bool IsSilent(string section) => !here.Contains(section);

        var silent = waiting.Values.SelectMany(missing => missing).Where(IsSilent).Distinct().Order().ToList();
        foreach (var section in silent.Except(_silent))
        {
            LogSilent(_logger, section);
        }

        _silent = silent;
        Volatile.Write(ref _waiting, waiting.Values.Count(missing => missing.Any(IsSilent)));
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default) =>
        Task.FromResult(
            _silent.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("Erasures wait for: " + string.Join(", ", _silent))
        );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "An erasure waits for the module '{Section}', which is silent. Start it, or, if it is gone for good: sillage modules retire {Section}"
    )]
    private static partial void LogSilent(ILogger logger, string section);
}
