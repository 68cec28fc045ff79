using System.Globalization;
using Sillage.Hosting.Verbs;
using Sillage.Storage.Backup;
using Spectre.Console;

namespace Sillage.CommandLine;

/// <summary>How a backup or a restore is seen on the terminal: bars while it runs, a line when it is done.</summary>
internal static class BackupDisplay
{
    public static Task<BackupSummary> FollowAsync(Func<IProgress<BackupProgress>?, Task<BackupSummary>> work)
    {
        if (Console.IsOutputRedirected)
        {
            return work(null);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        return console.Progress().AutoClear(true).StartAsync(context => work(new Bars(context)));
    }

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

    private sealed class Bars(ProgressContext context) : IProgress<BackupProgress>
    {
        private readonly Dictionary<(string Step, string Module), ProgressTask> _tasks = [];

        public void Report(BackupProgress value)
        {
            lock (_tasks)
            {
                var key = (value.Step, value.Module);
                if (!_tasks.TryGetValue(key, out var task))
                {
                    task = context.AddTask(Markup.Escape($"{value.Step} {value.Module}"));
                    task.IsIndeterminate = value.Total == 0;
                    _tasks.Add(key, task);
                }

                task.MaxValue = Math.Max(1, value.Total);
                task.Value = value.Done;
            }
        }
    }
}
