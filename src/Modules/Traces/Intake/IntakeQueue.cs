using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Intake;

/// <summary>
/// Where the batches of many requests become few units of work. While one unit goes to the disk, what comes in meanwhile
/// waits here and makes up the next one: nobody waits for company, and under load hundreds share one commit. Room is
/// bounded; who finds none is told to come back.
/// </summary>
internal sealed partial class IntakeQueue : BackgroundService
{
    // Enough to make the price of a commit small, and few enough for nobody to wait long behind the others.
    private const int MaximumTraces = 4096;
    private const int MaximumBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(1);

    private readonly IDatabase<TracesData> _database;
    private readonly TraceSignals _signals;
    private readonly IntakeMetrics _metrics;
    private readonly ILogger<IntakeQueue> _logger;
    private readonly int _maximumQueuedBytes;
    private readonly Channel<IntakeBatch>[] _lanes;
    private long _queuedBytes;

    public IntakeQueue(
        IDatabase<TracesData> database,
        TraceSignals signals,
        IntakeMetrics metrics,
        IOptions<TracesOptions> options,
        ILogger<IntakeQueue> logger
    )
    {
        (_database, _signals, _metrics, _logger) = (database, signals, metrics, logger);
        _maximumQueuedBytes = options.Value.MaxQueuedBytes;

        // A file has one writer anyway. On PostgreSQL studies are stored side by side, each in a lane of its own order.
        var lanes = database.Dialect == SqlDialect.Sqlite ? 1 : 4;
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => Channel.CreateUnbounded<IntakeBatch>(LaneOptions))];
    }

    // The lane's loop goes on on the thread that brings a batch, as far as the writer's queue: one thread less to wake.
    private static UnboundedChannelOptions LaneOptions { get; } =
        new() { SingleReader = true, AllowSynchronousContinuations = true };

    /// <summary>Stores a batch and returns when it is durable.</summary>
    /// <exception cref="DatabaseUnavailableException">Nothing was stored: the queue is full or the engine cannot be reached.</exception>
    public async Task<IntakeOutcome> StoreAsync(IntakeBatch batch)
    {
        if (Interlocked.Add(ref _queuedBytes, batch.Weight) > _maximumQueuedBytes)
        {
            Interlocked.Add(ref _queuedBytes, -batch.Weight);
            throw new DatabaseUnavailableException("Too many traces are waiting to be stored.", ComeBack);
        }

        try
        {
            if (!_lanes[batch.Study.Key % _lanes.Length].Writer.TryWrite(batch))
            {
                throw new DatabaseUnavailableException("The server is shutting down.", ComeBack);
            }

            return await batch.Done;
        }
        finally
        {
            Interlocked.Add(ref _queuedBytes, -batch.Weight);
        }
    }

    /// <summary>Takes no more, and stores what was taken.</summary>
    public override async Task StopAsync(CancellationToken ct)
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(ct);
        }

        await base.StopAsync(ct);
    }

    // Runs until the lanes are closed and empty, not until it is told to stop: what waits has been promised a try.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Select(lane => Task.Run(() => RunLaneAsync(lane.Reader), CancellationToken.None)));

    // One unit at a time: this loop goes on behind the replies that the commit has set free, so under load the next unit
    // has gathered company, and a processor that is short spends less of itself on commits (docs/performance.md).
    private async Task RunLaneAsync(ChannelReader<IntakeBatch> lane)
    {
        while (await lane.WaitToReadAsync(CancellationToken.None))
        {
            await StoreNextAsync(lane);
        }
    }

    /// <summary>
    /// Stores what waits in the lane as one unit. What that is gets settled when the unit begins, not when it is queued, so
    /// that what came until then goes with it.
    /// </summary>
    private async Task StoreNextAsync(ChannelReader<IntakeBatch> lane)
    {
        List<IntakeBatch>? group = null;
        try
        {
            await _database.WriteAsync(unit => StoreAsync(unit, group ??= TakeGroup(lane)), CancellationToken.None);
        }
#pragma warning disable CA1031 // The edge of the loop: whoever waits is told, and the loop goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await FailAsync(group ?? TakeGroup(lane), exception);
        }
    }

    private async Task<int> StoreAsync(IUnitOfWork unit, List<IntakeBatch> group)
    {
        var outcomes = await IntakeStore.StoreAsync(unit, group, _signals);
        unit.OnCommitted(() =>
        {
            _metrics.Stored(outcomes);
            for (var i = 0; i < outcomes.Length; i++)
            {
                group[i].Complete(outcomes[i]);
            }
        });
        return group.Count;
    }

    private static List<IntakeBatch> TakeGroup(ChannelReader<IntakeBatch> lane)
    {
        var group = new List<IntakeBatch>();
        var traces = 0;
        var bytes = 0L;
        while (
            lane.TryPeek(out var next)
            && (
                group.Count == 0
                || (
                    traces + next.Parsed.Count <= MaximumTraces
                    && bytes + next.Parsed.Source.Body.Length <= MaximumBytes
                )
            )
            && lane.TryRead(out next)
        )
        {
            group.Add(next);
            traces += next.Parsed.Count;
            bytes += next.Parsed.Source.Body.Length;
        }

        return group;
    }

    private async Task StoreAloneAsync(IntakeBatch batch)
    {
        try
        {
            await _database.WriteAsync(unit => StoreAsync(unit, [batch]), CancellationToken.None);
        }
#pragma warning disable CA1031 // The edge of the loop: whoever waits is told, and the loop goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await FailAsync([batch], exception);
        }
    }

    /// <summary>One batch may have spoilt it for the others: each gets a try of its own, unless the engine itself is the reason.</summary>
    private async Task FailAsync(List<IntakeBatch> group, Exception exception)
    {
        if (group.Count == 1 || exception is DatabaseUnavailableException)
        {
            // What is wrong with a batch itself is its sender's to hear.
            if (exception is not ProblemException)
            {
                LogNotStored(_logger, group.Count, exception);
            }

            foreach (var batch in group)
            {
                batch.Fail(exception);
            }

            return;
        }

        foreach (var batch in group)
        {
            await StoreAloneAsync(batch);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} batches of traces were not stored.")]
    private static partial void LogNotStored(ILogger logger, int count, Exception exception);
}
