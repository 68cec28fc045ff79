namespace Sillage.Hosting.Health;

/// <summary>How the server is.</summary>
/// <param name="Status">The worst of the checks.</param>
/// <param name="DurationMilliseconds">How long the checks took, in milliseconds.</param>
/// <param name="Checks">Each check by name.</param>
public sealed record HealthReport(
    HealthState Status,
    double DurationMilliseconds,
    IReadOnlyDictionary<string, HealthCheckReport> Checks
);

/// <summary>What came of one check. Why it failed is in the log, not here.</summary>
/// <param name="Status">How it is.</param>
/// <param name="DurationMilliseconds">How long the check took, in milliseconds.</param>
public sealed record HealthCheckReport(HealthState Status, double DurationMilliseconds);

/// <summary>How something is.</summary>
public enum HealthState
{
    /// <summary>It works.</summary>
    Healthy,

    /// <summary>It works, but not as it should.</summary>
    Degraded,

    /// <summary>It does not work.</summary>
    Unhealthy,
}
