using Microsoft.Extensions.Logging;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Traces.Tally;

/// <summary>Counts what traces there are to be counted.</summary>
internal sealed record CountTraces : IRecurringJob
{
    public static string Kind => "traces.count";
}

/// <summary>
/// Counts in the background what was stored, some seconds' traces at a time, and steps back while traces come in: who
/// asks for a summary has the rest counted then.
/// </summary>
internal sealed partial class TallyWork(
    Tallies tallies,
    TraceSignals signals,
    TimeProvider clock,
    ILogger<TallyWork> logger
) : IWork<CountTraces>
{
    // While traces come in, counting takes a tenth of one processor at most.
    private const int RestPerWork = 9;

    public async Task<WorkResult> RunAsync(CountTraces job, WorkRun run, CancellationToken ct)
    {
        foreach (var study in await tallies.BehindAsync(ct))
        {
            try
            {
                await CountAsync(study, ct);
            }
#pragma warning disable CA1031 // The edge of the loop: what is wrong with one study is not to hold up the others.
            catch (Exception exception)
                when (exception is not (OperationCanceledException or DatabaseUnavailableException))
#pragma warning restore CA1031
            {
                LogNotCounted(logger, study, exception);
            }
        }

        return WorkResult.Done;
    }

    private async Task CountAsync(long study, CancellationToken ct)
    {
        var (next, started) = (signals.NextOfAnyAsync(), clock.GetTimestamp());
        while (await tallies.CountNextAsync(study, ct) == Tallies.Progress.Some)
        {
            if (next.IsCompleted)
            {
                await Task.Delay(clock.GetElapsedTime(started) * RestPerWork, clock, ct);
            }

            (next, started) = (signals.NextOfAnyAsync(), clock.GetTimestamp());
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Counting the traces of study {Study} failed and will be tried again."
    )]
    private static partial void LogNotCounted(ILogger logger, long study, Exception exception);
}
