namespace Sillage.Benchmarks.Report;

/// <summary>Figures with as many digits as they deserve.</summary>
internal static class Numbers
{
    /// <summary>Empty where nothing was measured.</summary>
    public static string Number(double value) =>
        value <= 0 ? ""
        : value < 100 ? Significant(value)
        : $"{value:N0}";

    public static string Significant(double value) =>
        value switch
        {
            >= 100 => $"{value:N0}",
            >= 10 => $"{value:N1}",
            >= 0.1 => $"{value:N2}",
            _ => $"{value:N3}",
        };

    /// <summary>A ratio; empty where one of the two was not measured.</summary>
    public static string Ratio(double ours, double theirs) =>
        ours > 0 && theirs > 0 ? $"×{Significant(ours / theirs)}" : "";
}
