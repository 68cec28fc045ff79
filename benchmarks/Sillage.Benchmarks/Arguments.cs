using System.Globalization;
using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks;

/// <summary>What benchmarks/run hands over: <c>name=value</c> for what it made ready, then its own arguments.</summary>
internal sealed record Arguments(
    Ground Ground,
    Plan Plan,
    string Kind,
    string Results,
    string Commit,
    IReadOnlyList<string> Only
)
{
    public string Described =>
        $"{Plan.Rounds} round(s) of {Plan.Measured.TotalSeconds} s after {Plan.WarmUp.TotalSeconds} s of warm-up";

    public static Arguments Parse(string[] arguments)
    {
        var values = arguments
            .Where(argument => argument.Contains('='))
            .Select(argument => argument.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        var plan = (arguments.Contains("--quick"), arguments.Contains("--long")) switch
        {
            (true, true) => Plan.Quick with { Sizes = Plan.Long.Sizes },
            (true, false) => Plan.Quick,
            (false, true) => Plan.Long,
            _ => Plan.Full,
        };
        var ground = new Ground
        {
            Repository = values["repository"],
            Folder = values["folder"],
            Sillage = values["sillage"],
            Before = values.GetValueOrDefault("before"),
            Kestrel = values["kestrel"],
            IsNoisy = arguments.Contains("--noisy"),
            Postgres = values["postgres"],
            Postmaster = int.Parse(values["postmaster"], CultureInfo.InvariantCulture),
        };
        return new Arguments(
            ground,
            plan,
            arguments.Contains("--quick") ? "-quick" : "",
            Path.Combine(ground.Repository, "benchmarks", "results"),
            values["commit"],
            [.. arguments.Where(argument => !argument.StartsWith('-') && !argument.Contains('='))]
        );
    }
}
