using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.Cases;

/// <summary>How long and how often things are measured.</summary>
internal sealed record Plan
{
    public required int Rounds { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Measured { get; init; }

    /// <summary>Rows of the export.</summary>
    public required int ExportRows { get; init; }

    /// <summary>Sizes of the store at which a page and the intake are measured.</summary>
    public required int[] Sizes { get; init; }

    public required int Starts { get; init; }

    /// <summary>FIT files that are imported.</summary>
    public required int Files { get; init; }

    /// <summary>Workouts in the store when a season is summed.</summary>
    public required int[] Workouts { get; init; }

    public static Plan Quick { get; } =
        new()
        {
            Rounds = 1,
            WarmUp = TimeSpan.FromSeconds(1),
            Measured = TimeSpan.FromSeconds(2),
            ExportRows = 50_000,
            Sizes = [10_000, 100_000],
            Starts = 2,
            Files = 50,
            Workouts = [1000, 20_000],
        };

    public static Plan Full { get; } =
        new()
        {
            Rounds = 3,
            WarmUp = TimeSpan.FromSeconds(2),
            Measured = TimeSpan.FromSeconds(5),
            ExportRows = 1_000_000,
            Sizes = [100_000, 1_000_000],
            Starts = 5,
            Files = 1000,
            Workouts = [10_000, 1_000_000],
        };

    public static Plan Long { get; } = Full with { Sizes = [100_000, 1_000_000, 10_000_000] };

    public LoadShape Shape(int connections) => new(connections, WarmUp, Measured);
}
