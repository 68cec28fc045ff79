using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage;
using Sillage.Traces.Live;

namespace Sillage.Traces.Tally;

/// <summary>
/// Counts in the background what was stored, some seconds' traces at a time, and steps back while traces come in: who
/// asks for a summary has the rest counted then.
/// </summary>
internal sealed partial class TallyFollower(
    Tallies tallies,
    IDatabase<TracesModule> database,
    TraceSignals signals,
    IOptions<TracesOptions> options,
    TimeProvider clock,
    ILogger<TallyFollower> logger
) : BackgroundService
{
    // Looked for even if nobody woke us: what another process stored, or what was left at a stop.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // While traces come in, counting takes a tenth of one processor at most.
    private const int RestPerWork = 9;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(options.Value.TallySeconds);
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signals.NextOfAnyAsync();
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The edge of the loop: it is logged and tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(logger, exception);
            }

            try
            {
                await WaitAsync(next, Longest, stoppingToken);
                // What comes meanwhile is counted with it.
                await Task.Delay(pause, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var behind = await tallies.BehindAsync(ct);
        if (behind.Count == 0)
        {
            return;
        }

        await using var lease = await database.TryLeaseAsync("tally", ct);
        if (lease is null)
        {
            // Another process is at it.
            return;
        }

        foreach (var study in behind)
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

    private async Task WaitAsync(Task next, TimeSpan longest, CancellationToken ct)
    {
        try
        {
            await next.WaitAsync(longest, clock, ct);
        }
        catch (TimeoutException)
        {
            // Time for a look at storage.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Counting traces failed and will be tried again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Counting the traces of study {Study} failed and will be tried again."
    )]
    private static partial void LogNotCounted(ILogger logger, long study, Exception exception);
}
