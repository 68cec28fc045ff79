using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Merging;

/// <summary>
/// Where what many requests bring becomes few units of work. While one unit goes to the disk, what comes in meanwhile waits here and makes up the
/// next one: nobody waits for company, and under load hundreds share one commit. Room is bounded; who finds none is told to come back
/// (docs/adr/0031-intake-is-merged.md).
/// </summary>
/// <typeparam name="TWrite">What a request brings.</typeparam>
/// <typeparam name="TOutcome">What becomes of it.</typeparam>
/// <param name="database">Where it is stored.</param>
/// <param name="mostBytes">How many bytes may wait.</param>
/// <param name="logger">Hears of what could not be stored.</param>
public abstract partial class MergedWrites<TWrite, TOutcome>(IDatabase database, long mostBytes, ILogger logger)
    : BackgroundService
    where TWrite : MergedWrite<TOutcome>
{
    // Enough to make the price of a commit small, and few enough for nobody to wait long behind the others.
    private const int MostRows = 4096;
    private const int MostBytesOfUnit = 8 * 1024 * 1024;

    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(1);

    // A file has one writer anyway. On PostgreSQL what is not of one kind is stored side by side, each in a lane of its own order.
    private readonly Channel<TWrite>[] _lanes =
    [
        .. Enumerable
            .Range(0, database.Dialect == SqlDialect.Sqlite ? 1 : 4)
            .Select(_ => Channel.CreateUnbounded<TWrite>(LaneOptions)),
    ];

    private long _waitingBytes;

    // The lane's loop goes on on the thread that brings a write, as far as the writer's queue: one thread less to wake.
    private static UnboundedChannelOptions LaneOptions { get; } =
        new() { SingleReader = true, AllowSynchronousContinuations = true };

    /// <summary>Stores something and returns when it is durable.</summary>
    /// <param name="write">What to store.</param>
    /// <param name="order">What has the same number is stored in the order in which it comes.</param>
    /// <exception cref="DatabaseUnavailableException">Nothing was stored: too much waits, or the engine cannot be reached.</exception>
    public async Task<TOutcome> StoreAsync(TWrite write, long order)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (Interlocked.Add(ref _waitingBytes, write.Weight) > mostBytes)
        {
            Interlocked.Add(ref _waitingBytes, -write.Weight);
            throw new DatabaseUnavailableException("Too much is waiting to be stored.", ComeBack);
        }

        try
        {
            if (!_lanes[(int)((ulong)order % (ulong)_lanes.Length)].Writer.TryWrite(write))
            {
                throw new DatabaseUnavailableException("The server is shutting down.", ComeBack);
            }

            return await write.Done;
        }
        finally
        {
            Interlocked.Add(ref _waitingBytes, -write.Weight);
        }
    }

    /// <summary>Takes no more, and stores what was taken.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <summary>Stores a group in a unit. What is refused of it is an outcome: an exception has each tried alone.</summary>
    /// <returns>What becomes of each, once the unit is committed.</returns>
    protected abstract Task<TOutcome[]> StoreAsync(IUnitOfWork unit, IReadOnlyList<TWrite> group);

    /// <summary>Hears what was stored, before those who wait do.</summary>
    protected virtual void Stored(TOutcome[] outcomes) { }

    /// <summary>Whether an exception says what is wrong with a write itself, which is its sender's to hear and nobody else's.</summary>
    protected virtual bool IsSendersOwn(Exception exception) => false;

    // Runs until the lanes are closed and empty, not until it is told to stop: what waits has been promised a try.

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Select(lane => Task.Run(() => RunLaneAsync(lane.Reader), CancellationToken.None)));

    private static List<TWrite> TakeGroup(ChannelReader<TWrite> lane)
    {
        var group = new List<TWrite>();
        var rows = 0;
        var bytes = 0L;
        while (
            lane.TryPeek(out var next)
            && (group.Count == 0 || (rows + next.Count <= MostRows && bytes + next.Weight <= MostBytesOfUnit))
            && lane.TryRead(out next)
        )
        {
            group.Add(next);
            rows += next.Count;
            bytes += next.Weight;
        }

        return group;
    }

    // One unit at a time: this loop goes on behind the replies that the commit has set free, so under load the next unit
    // has gathered company, and a processor that is short spends less of itself on commits (docs/performance.md).
    private async Task RunLaneAsync(ChannelReader<TWrite> lane)
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
    private async Task StoreNextAsync(ChannelReader<TWrite> lane)
    {
        List<TWrite>? group = null;
        try
        {
            await database.WriteAsync(unit => StoreGroupAsync(unit, group ??= TakeGroup(lane)), CancellationToken.None);
        }
#pragma warning disable CA1031 // The edge of the loop: whoever waits is told, and the loop goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await FailAsync(group ?? TakeGroup(lane), exception);
        }
    }

    private async Task<int> StoreGroupAsync(IUnitOfWork unit, List<TWrite> group)
    {
        var outcomes = await StoreAsync(unit, group);
        unit.OnCommitted(() =>
        {
            Stored(outcomes);
            for (var i = 0; i < outcomes.Length; i++)
            {
                group[i].Complete(outcomes[i]);
            }
        });
        return group.Count;
    }

    private async Task StoreAloneAsync(TWrite write)
    {
        try
        {
            await database.WriteAsync(unit => StoreGroupAsync(unit, [write]), CancellationToken.None);
        }
#pragma warning disable CA1031 // The edge of the loop: whoever waits is told, and the loop goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await FailAsync([write], exception);
        }
    }

    /// <summary>One may have spoilt it for the others: each gets a try of its own, unless the engine itself is the reason.</summary>
    private async Task FailAsync(List<TWrite> group, Exception exception)
    {
        if (group.Count == 1 || exception is DatabaseUnavailableException)
        {
            if (!IsSendersOwn(exception))
            {
                LogNotStored(logger, group.Count, exception);
            }

            foreach (var write in group)
            {
                write.Fail(exception);
            }

            return;
        }

        foreach (var write in group)
        {
            await StoreAloneAsync(write);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What {Count} requests brought was not stored.")]
    private static partial void LogNotStored(ILogger logger, int count, Exception exception);
}
