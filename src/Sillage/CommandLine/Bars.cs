using Spectre.Console;

namespace Sillage.CommandLine;

/// <summary>Where one bar stands.</summary>
/// <param name="Label">What is said beside it; one bar each.</param>
/// <param name="Done">The part that is done.</param>
/// <param name="Total">The whole; 0 where it is not known beforehand.</param>
internal readonly record struct BarState(string Label, long Done, long Total);

/// <summary>Bars on a terminal while something runs; nothing where nobody looks.</summary>
internal static class Bars
{
    /// <summary>Runs the work, and shows what it reports.</summary>
    public static Task<TResult> FollowAsync<TProgress, TResult>(
        Func<IProgress<TProgress>?, Task<TResult>> work,
        Func<TProgress, BarState> bar
    )
    {
        if (Console.IsOutputRedirected)
        {
            return work(null);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        return console.Progress().AutoClear(true).StartAsync(context => work(new Shown<TProgress>(context, bar)));
    }

    private sealed class Shown<TProgress>(ProgressContext context, Func<TProgress, BarState> bar) : IProgress<TProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(TProgress value)
        {
            var (label, done, total) = bar(value);
            lock (_tasks)
            {
                if (!_tasks.TryGetValue(label, out var task))
                {
                    task = context.AddTask(Markup.Escape(label));
                    task.IsIndeterminate = total == 0;
                    _tasks.Add(label, task);
                }

                task.MaxValue = Math.Max(1, total);
                task.Value = done;
            }
        }
    }
}
