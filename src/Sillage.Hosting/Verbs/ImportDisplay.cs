using System.Globalization;
using Spectre.Console;

namespace Sillage.Hosting.Verbs;

/// <summary>How an import is seen: a bar on a terminal, a line for each tenth elsewhere; at the end the reasons for what was left.</summary>
public static class ImportDisplay
{
    private const int MostReasons = 20;

    /// <summary>Runs the work and shows how far it is.</summary>
    /// <param name="what">What is done, in a word or two.</param>
    /// <param name="work">Does it, and says how far it is.</param>
    public static Task<T> FollowAsync<T>(string what, Func<IProgress<ImportProgress>, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Console.IsOutputRedirected || Console.IsErrorRedirected)
        {
            return work(new Lines(what));
        }

        return AnsiConsole
            .Create(new AnsiConsoleSettings())
            .Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn()
            )
            .StartAsync(context => work(new Bar(context.AddTask(what))));
    }

    /// <summary>What was left, the most frequent reason first; nothing where nothing was.</summary>
    /// <param name="console">Where it is written.</param>
    /// <param name="reasons">How often for which reason.</param>
    /// <param name="values">An example for a reason.</param>
    /// <param name="file">The file that holds all of them; null if none was asked for.</param>
    public static void WriteReasons(
        IAnsiConsole console,
        IReadOnlyDictionary<string, long> reasons,
        IReadOnlyDictionary<string, string> values,
        string? file
    )
    {
        ArgumentNullException.ThrowIfNull(reasons);
        ArgumentNullException.ThrowIfNull(values);
        if (reasons.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"Bad: {reasons.Values.Sum()}");
        foreach (var (reason, count) in reasons.OrderByDescending(r => r.Value).Take(MostReasons))
        {
            var such = values.TryGetValue(reason, out var value) ? $" Such as {value}." : "";
            console.MarkupLineInterpolated($"  {count} × {reason}{such}");
        }

        if (reasons.Count > MostReasons)
        {
            console.MarkupLineInterpolated($"  and {reasons.Count - MostReasons} other reasons");
        }

        if (file is not null)
        {
            console.MarkupLineInterpolated($"  They are in {file}, with the reasons.");
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            task.IsIndeterminate = value.Total == 0;
            task.MaxValue = Math.Max(1, value.Total);
            task.Value = value.Done;
            task.Description = Text(value);
        }
    }

    private sealed class Lines(string what) : IProgress<ImportProgress>
    {
        private const long RowsALine = 1_000_000;

        private long _told;

        public void Report(ImportProgress value)
        {
            var step = value.Total > 0 ? value.Done * 10 / value.Total : value.Rows / RowsALine;
            if (step <= _told)
            {
                return;
            }

            _told = step;
            var part = value.Total > 0 ? $" {step * 10} %," : "";
            Console.Error.WriteLine($"{what}:{part} {Text(value)}");
        }
    }

    private static string Text(ImportProgress value) =>
        string.Create(CultureInfo.InvariantCulture, $"{value.Rows} read, {value.Bad} bad");
}
