using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq;

/// <summary>How a subscriber's queue was at the last look.</summary>
/// <param name="Waiting">Events in it that nobody has.</param>
/// <param name="Dead">Messages put aside.</param>
/// <param name="IsStalled">Whether events wait and none comes.</param>
internal sealed record QueueState(long Waiting, long Dead, bool IsStalled);

/// <summary>
/// Brings a module's events from its queue into its inbox, and acknowledges them then. It begins anew, on a new channel, whenever the channel
/// ends, the queue is gone, or what waits in it does not come.
/// </summary>
internal sealed partial class Subscription : IAsyncDisposable
{
    private const int MostRefusals = 4;
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly IReadOnlySet<string> _eventNames;
    private readonly Func<Task<IConnection>> _connect;
    private readonly Intake _intake;
    private readonly Func<IReadOnlyList<Message>, CancellationToken, Task> _publish;
    private readonly Action<Subscription> _ended;
    private readonly BusOptions _options;
    private readonly BusMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private bool _hadQueue;
    private (string Queue, int Times) _refused = ("", 0);

    public Subscription(
        string subscriber,
        IReadOnlySet<string> eventNames,
        ReceiveEvents receive,
        Func<Task<IConnection>> connect,
        Func<IReadOnlyList<Message>, CancellationToken, Task> publish,
        Action<Subscription> ended,
        BusOptions options,
        BusMetrics metrics,
        TimeProvider clock,
        ILogger logger
    )
    {
        Subscriber = subscriber;
        (_eventNames, _connect, _publish, _ended) = (eventNames, connect, publish, ended);
        (_options, _metrics, _clock, _logger) = (options, metrics, clock, logger);
        _intake = new Intake(subscriber, eventNames, receive, publish, metrics, clock, logger);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    public string Subscriber { get; }

    /// <summary>Completes when it consumes for the first time.</summary>
    public Task Consuming => _consuming.Task;

    /// <summary>Whether it consumes now.</summary>
    public bool IsConsuming { get; private set; }

    public QueueState State { get; private set; } = new(0, 0, false);

    public async ValueTask DisposeAsync()
    {
        _ended(this);
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
            await _running;
        }
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(() => failures = 0, _stopping.Token);
            }
#pragma warning disable CA1031 // The edge of the loop: whatever ended it, it begins anew.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!_stopping.IsCancellationRequested && failures++ == 0)
                {
                    LogAnew(_logger, Subscriber, exception.Message);
                }
            }

            IsConsuming = false;
            _metrics.Restarted(Subscriber);
            await Task.Delay(Pauses.After(Math.Max(1, failures)), _clock, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Consumes on one channel, for as long as that goes well.</summary>
    private async Task ConsumeAsync(Action works, CancellationToken ct)
    {
        var connection = await _connect().WaitAsync(ct);
        if (_refused.Times >= MostRefusals)
        {
            LogBroken(_logger, _refused.Queue);
            await using var deleting = await OpenChannel.OnAsync(connection, ct);
            await deleting.Channel.QueueDeleteAsync(_refused.Queue, false, false, cancellationToken: ct);
            _refused = ("", 0);
            works();
        }

        var isLost = await Topology.DeclareAsync(connection, Subscriber, _eventNames, _hadQueue, ct);
        _hadQueue = true;
        if (isLost)
        {
            LogLost(_logger, Subscriber);
            await HistoryReading.RunAsync(connection, _publish, _intake, ct);
            await using var marking = await OpenChannel.OnAsync(connection, ct);
            await Topology.MarkWholeAsync(marking.Channel, Subscriber, ct);
        }

        await using var open = await OpenChannel.OnAsync(connection, ct);
        var channel = open.Channel;
        await channel.BasicQosAsync(0, (ushort)_options.Prefetch, false, ct);
        var deliveries = new Deliveries(channel);
        await TryAsync(Topology.DeadQueue(Subscriber), dead => LookIntoAsync(connection, dead, ct));
        await TryAsync(Topology.Queue(Subscriber), queue => channel.BasicConsumeAsync(queue, false, deliveries, ct));
        IsConsuming = true;
        _consuming.TrySetResult();
        works();

        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = WatchAsync(connection, deliveries, either.Token);
        try
        {
            await foreach (var batch in deliveries.ReadBatchesAsync(ct))
            {
                await _intake.TakeAsync(batch, ct);
                await channel.BasicAckAsync(batch[^1].Tag, multiple: true, ct);
                deliveries.Settled(batch.Count);
            }
        }
        finally
        {
            await either.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Does something with a queue, and counts how often the broker fails on it: one that was killed soon after it had made a queue may come back
    /// with one that is there and does not work.
    /// </summary>
    private async Task TryAsync(string queue, Func<string, Task> use)
    {
        try
        {
            await use(queue);
            if (_refused.Queue == queue)
            {
                _refused = ("", 0);
            }
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.InternalError)
        {
            _refused = (queue, _refused.Queue == queue ? _refused.Times + 1 : 1);
            throw;
        }
    }

    /// <summary>Takes a look at the first message, which is back with the channel's end.</summary>
    private static async Task LookIntoAsync(IConnection connection, string queue, CancellationToken ct)
    {
        await using var open = await OpenChannel.OnAsync(connection, ct);
        await open.Channel.BasicGetAsync(queue, autoAck: false, ct);
    }

    /// <summary>Looks at the queue now and then, and ends the consuming when something is wrong with it.</summary>
    private async Task WatchAsync(IConnection connection, Deliveries deliveries, CancellationToken ct)
    {
        var stall = new StallWatch();
        try
        {
            while (true)
            {
                await using (var open = await OpenChannel.OnAsync(connection, ct))
                {
                    var channel = open.Channel;
                    var queue = await channel.QueueDeclarePassiveAsync(Topology.Queue(Subscriber), ct);
                    var dead = await channel.QueueDeclarePassiveAsync(Topology.DeadQueue(Subscriber), ct);
                    await channel.ExchangeDeclarePassiveAsync(Topology.Exchange, ct);
                    await Topology.BindAsync(channel, Subscriber, _eventNames, ct);
                    var isStalled = stall.Look(queue.MessageCount, deliveries.Received, deliveries.InHand);
                    State = new QueueState(queue.MessageCount, dead.MessageCount, isStalled);
                    _metrics.Looked(Subscriber, State);
                    if (stall.IsHopeless)
                    {
                        throw new InvalidOperationException(
                            $"{queue.MessageCount} events wait in {queue.QueueName}, and none comes."
                        );
                    }
                }

                await Task.Delay(_options.WatchInterval, _clock, ct);
            }
        }
#pragma warning disable CA1031 // It is the consuming's failure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            deliveries.End(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue of {Subscriber} is consumed anew: {Reason}")]
    private static partial void LogAnew(ILogger logger, string subscriber, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "RabbitMQ fails on the queue {Queue} whenever it is used. It is deleted, to be made again."
    )]
    private static partial void LogBroken(ILogger logger, string queue);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The queue of {Subscriber} was deleted. It is made again, and what it lacks is taken from the history of the last week."
    )]
    private static partial void LogLost(ILogger logger, string subscriber);
}
