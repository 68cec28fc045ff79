using System.Globalization;
using Sillage.Hosting.Verbs;
using Sillage.Storage.Backup;
using Spectre.Console;

namespace Sillage.CommandLine;

/// <summary>How a backup or a restore is seen on the terminal: bars while it runs, a line when it is done.</summary>
internal static class BackupDisplay
{
    public static Task<BackupSummary> FollowAsync(Func<IProgress<BackupProgress>?, Task<BackupSummary>> work) =>
        Bars.FollowAsync(
            work,
            (BackupProgress progress) =>
                new BarState($"{progress.Step} {progress.Module}", progress.Done, progress.Total)
        );

    /// <summary>What every backup holds, and does not.</summary>
    public const string Contents =
        "It holds people's data and password hashes, and is not encrypted: keep it as you keep the data. It holds no sessions and no signing keys.";

    public static void Write(string what, BackupSummary summary)
    {
        var console = Terminal.Create();
        var at = summary.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        var size = summary.Length < 1_000_000 ? $"{summary.Length / 1e3:0.0} kB" : $"{summary.Length / 1e6:0.0} MB";
        console.MarkupLineInterpolated($"{what}: {summary.File}");
        console.MarkupLineInterpolated($"  [dim]as of {at}, {string.Join(", ", summary.Modules)}, {size}[/]");
        if (summary.KeptAt is { } kept)
        {
            console.MarkupLineInterpolated($"  [dim]What was there before:[/] {kept}");
        }
    }
}
