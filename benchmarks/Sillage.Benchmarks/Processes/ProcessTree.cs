using System.Globalization;

namespace Sillage.Benchmarks.Processes;

/// <summary>Processor time and memory of some processes and all their descendants, read from /proc.</summary>
internal sealed class ProcessTree(params int[] roots)
{
    // USER_HZ, which Linux has fixed at 100 for what it shows in /proc.
    private const long TicksPerSecond = 100;
    private readonly int[] _roots = roots;

    public Usage Usage()
    {
        var processor = TimeSpan.Zero;
        long memory = 0;
        var waiting = new Stack<int>(_roots);
        while (waiting.TryPop(out var process))
        {
            try
            {
                processor += Processor(process);
                memory += Memory(process);
                foreach (var child in Children(process))
                {
                    waiting.Push(child);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile; its time is in its parent's.
                continue;
            }
        }

        return new Usage(processor, memory);
    }

    /// <summary>Own time and that of children which have ended, user and system.</summary>
    private static TimeSpan Processor(int process) => Ticks(process, 11..15);

    /// <summary>Processor time of the children of this process which have ended.</summary>
    public static TimeSpan EndedChildren() => Ticks(Environment.ProcessId, 13..15);

    private static TimeSpan Ticks(int process, Range which)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields[which].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    /// <summary>Proportional set size: a page that n processes share counts 1/n in each.</summary>
    private static long Memory(int process)
    {
        foreach (var line in File.ReadLines($"/proc/{process}/smaps_rollup"))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                return 1024 * long.Parse(line[4..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    private static IEnumerable<int> Children(int process) =>
        Directory
            .EnumerateDirectories($"/proc/{process}/task")
            .SelectMany(thread =>
                File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            )
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture));
}

/// <summary>Processor time so far and memory now, in bytes.</summary>
internal sealed record Usage(TimeSpan Processor, long Memory);
