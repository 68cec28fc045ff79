using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Sillage.Benchmarks.Report;

/// <summary>What it was measured on.</summary>
internal sealed partial record Machine(string Processor, int Cores, long Memory, string System, string Runtime)
{
    public static Machine Here { get; } =
        new(
            File.ReadLines("/proc/cpuinfo")
                .First(line => line.StartsWith("model name", StringComparison.Ordinal))
                .Split(':')[1]
                .Trim(),
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription
        );

    /// <summary>For file names: <c>amd-epyc</c>.</summary>
    public string Slug => NotPlain().Replace(Processor.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NotPlain();
}
