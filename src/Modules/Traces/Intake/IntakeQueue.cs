using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Storage.Merging;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Intake;

/// <summary>Where the batches of many requests become few units of work; the studies of a lane follow one another.</summary>
internal sealed class IntakeQueue(
    IDatabase<TracesData> database,
    TraceSignals signals,
    IntakeMetrics metrics,
    IOptions<TracesOptions> options,
    ILogger<IntakeQueue> logger
) : MergedWrites<IntakeBatch, IntakeOutcome>(database, options.Value.MaxQueuedBytes, logger)
{
    /// <summary>Stores a batch and returns when it is durable.</summary>
    /// <exception cref="DatabaseUnavailableException">Nothing was stored: the queue is full or the engine cannot be reached.</exception>
    public Task<IntakeOutcome> StoreAsync(IntakeBatch batch) => StoreAsync(batch, batch.Study.Key);

    protected override Task<IntakeOutcome[]> StoreAsync(IUnitOfWork unit, IReadOnlyList<IntakeBatch> group) =>
        IntakeStore.StoreAsync(unit, group, signals);

    protected override void Stored(IntakeOutcome[] outcomes) => metrics.Stored(outcomes);

    protected override bool IsSendersOwn(Exception exception) => exception is ProblemException;
}
