using System.Collections.Concurrent;
using Sillage.Storage.Work;

namespace Sillage.Specifications.Storage;

/// <summary>A job of the specifications; a name that begins with an @ is also its key.</summary>
public sealed record Errand(string Name) : IJob
{
    public static string Kind => "errand.run";

    public string? Key => Name.StartsWith('@') ? Name : null;
}

/// <summary>A job that recurs.</summary>
public sealed record Round : IRecurringJob
{
    public static string Kind => "round.walk";
}

/// <summary>What each process does for itself.</summary>
public sealed record Breath : IRecurringJob
{
    public static string Kind => "breath.draw";
}

/// <summary>What the works are to do, and what they did. Several servers of a test may share one.</summary>
public sealed class WorkScript
{
    private int _now;
    private int _most;

    /// <summary>The names of the errands that were begun, each attempt by itself.</summary>
    public ConcurrentQueue<string> Begun { get; } = [];

    public int Rounds { get; set; }

    public int Breaths { get; set; }

    /// <summary>What each process's own work ends with.</summary>
    public WorkResult AfterBreath { get; set; } = WorkResult.Done;

    /// <summary>How many errands were under way at once.</summary>
    public int Most => _most;

    /// <summary>What an errand does outside of any unit of work.</summary>
    public Func<Errand, WorkRun, CancellationToken, Task> Outside { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What it ends with; by default with a specimen of its name.</summary>
    public Func<Errand, WorkResult> Result { get; set; } =
        errand => WorkResult.With(unit => unit.AddAsync(Specimen.Called(errand.Name)));

    public async Task<WorkResult> RunAsync(Errand errand, WorkRun run, CancellationToken ct)
    {
        Begun.Enqueue(errand.Name);
        var now = Interlocked.Increment(ref _now);
        _most = Math.Max(_most, now);
        try
        {
            await Outside(errand, run, ct);
            return Result(errand);
        }
        finally
        {
            Interlocked.Decrement(ref _now);
        }
    }
}

public sealed class RunErrand(WorkScript script) : IWork<Errand>
{
    public Task<WorkResult> RunAsync(Errand job, WorkRun run, CancellationToken ct) => script.RunAsync(job, run, ct);
}

public sealed class WalkRound(WorkScript script) : IWork<Round>
{
    public Task<WorkResult> RunAsync(Round job, WorkRun run, CancellationToken ct)
    {
        script.Rounds++;
        return Task.FromResult(WorkResult.Done);
    }
}

public sealed class DrawBreath(WorkScript script) : IWork<Breath>
{
    public Task<WorkResult> RunAsync(Breath job, WorkRun run, CancellationToken ct)
    {
        script.Breaths++;
        return Task.FromResult(script.AfterBreath);
    }
}
