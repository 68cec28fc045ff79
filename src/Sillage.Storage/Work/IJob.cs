namespace Sillage.Storage.Work;

/// <summary>
/// Something to be done in the background, as a record of what it needs: stored as JSON in the unit of work that asks for
/// it (<see cref="IUnitOfWork.EnqueueAsync"/>), done afterwards by an <see cref="IWork{TJob}"/>. It holds ids, no personal data.
/// </summary>
public interface IJob
{
    /// <summary>The kind's durable name, <c>noun.verb</c>, unique in the module: jobs that wait are stored under it.</summary>
    static abstract string Kind { get; }

    /// <summary>
    /// Of what there is to be one job at a time: who asks for it again has the one that waits done, or the one that is being
    /// done, done once more. Null, the default, where each is a job of its own.
    /// </summary>
    string? Key => null;
}

/// <summary>A job that recurs, of which there is one: its record has no properties. Whoever enqueues it has it done before its turn.</summary>
public interface IRecurringJob : IJob
{
    /// <summary>The key of the one job that there is.</summary>
    const string OnlyKey = "";

    string? IJob.Key => OnlyKey;
}

/// <summary>
/// Does the jobs of a kind. A job is done at least once, by one process at a time, outside any unit of work: it may call
/// the network and take its time. It may be killed at any moment, and then begins again.
/// </summary>
public interface IWork<in TJob>
    where TJob : IJob
{
    /// <summary>
    /// Does the job. What it leaves behind in the module's database belongs into the result, which is committed together
    /// with the mark that the job is done. An exception has it tried again, later and later.
    /// </summary>
    /// <param name="job">What to do.</param>
    /// <param name="run">How far it had come, and where to say how far it is.</param>
    /// <param name="ct">The server stops, or the job is another process's by now.</param>
    Task<WorkResult> RunAsync(TJob job, WorkRun run, CancellationToken ct);
}
