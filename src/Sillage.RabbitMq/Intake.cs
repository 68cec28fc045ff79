using Microsoft.Extensions.Logging;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq;

/// <summary>
/// Puts what was delivered into a module's inbox. A database that is away is waited for. What can never get there – no event, or one that the
/// database refuses again and again – goes to the dead letters with the reason.
/// </summary>
internal sealed partial class Intake(
    string subscriber,
    IReadOnlySet<string> eventNames,
    ReceiveEvents receive,
    Func<IReadOnlyList<Message>, CancellationToken, Task> publish,
    BusMetrics metrics,
    TimeProvider clock,
    ILogger logger
)
{
    private const int MostAttempts = 6;
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    private readonly ILogger _logger = logger;

    /// <summary>Takes a batch in; when it returns, each message is in the inbox or put aside.</summary>
    public async Task TakeAsync(IReadOnlyList<Delivery> batch, CancellationToken ct)
    {
        var good = new List<(Delivery Delivery, EventEnvelope Envelope)>();
        foreach (var delivery in batch)
        {
            if (EnvelopeMessage.Read(delivery.Properties, delivery.Body, out var reason) is not { } envelope)
            {
                await PutAsideAsync(delivery, reason, ct);
            }
            else if (eventNames.Contains(envelope.Name))
            {
                good.Add((delivery, envelope));
            }
            // What this version of the module does not listen to any more is let go.
        }

        if (good.Count == 0 || await TryReceiveAsync([.. good.Select(one => one.Envelope)], ct) is null)
        {
            return;
        }

        // One of them is at fault: each by itself, in order.
        foreach (var (delivery, envelope) in good)
        {
            if (await TryReceiveAsync([envelope], ct) is { } failure)
            {
                await PutAsideAsync(delivery, $"it could not be put into the inbox: {failure.Message}", ct);
            }
        }
    }

    /// <summary>Takes in again what is in the history; what of it is no event was put aside the first time.</summary>
    public Task TakeAgainAsync(IEnumerable<Delivery> batch, CancellationToken ct) =>
        TakeAsync([.. batch.Where(one => EnvelopeMessage.Read(one.Properties, one.Body, out _) is not null)], ct);

    /// <summary>Puts events into the inbox.</summary>
    /// <returns>Why that failed at every attempt; null if it did not.</returns>
    private async Task<Exception?> TryReceiveAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        var (failures, outages) = (0, 0);
        while (true)
        {
            try
            {
                await receive(envelopes, ct);
                metrics.Received(subscriber, envelopes.Count, clock.GetUtcNow() - envelopes[^1].OccurredAt);
                return null;
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(Pauses.After(++outages), clock, ct);
            }
#pragma warning disable CA1031 // Whatever it is, the event comes again.
            catch (Exception exception) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (++failures == MostAttempts)
                {
                    return exception;
                }

                await Task.Delay(Pauses.After(failures), clock, ct);
            }
        }
    }

    private async Task PutAsideAsync(Delivery delivery, string reason, CancellationToken ct)
    {
        await publish([DeadLetter.Of(delivery, subscriber, reason, clock.GetUtcNow())], ct);
        metrics.PutAside(subscriber);
        LogPutAside(_logger, subscriber, delivery.Properties.MessageId ?? "without an id", reason);
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A message for {Subscriber} ({Id}) was put aside, since {Reason}: see sillage dead-letters."
    )]
    private static partial void LogPutAside(ILogger logger, string subscriber, string id, string reason);
}
