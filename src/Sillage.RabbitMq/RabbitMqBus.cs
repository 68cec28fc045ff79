using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq;

/// <summary>
/// The bus between processes that share nothing but a broker: every event goes to one exchange, and from there into the queue of each module
/// that listens, also of those in the publisher's own process.
/// </summary>
internal sealed class RabbitMqBus : IEventBus, IAsyncDisposable
{
    /// <summary>How long to wait for a connection that is being made, before the broker counts as away.</summary>
    private static readonly TimeSpan ForConnection = TimeSpan.FromSeconds(5);

    private readonly BusOptions _options;
    private readonly Dictionary<string, string> _aliases;
    private readonly BusMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<RabbitMqBus> _logger;
    private readonly BrokerConnection _publishing;
    private readonly BrokerConnection _consuming;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private ConfirmedPublisher? _publisher;
    private volatile bool _isRefused;

    public RabbitMqBus(
        IOptions<BusOptions> options,
        IEnumerable<EventAlias> aliases,
        BusMetrics metrics,
        TimeProvider clock,
        ILogger<RabbitMqBus> logger
    )
    {
        _options = options.Value;
        _aliases = aliases.ToDictionary(alias => alias.EventName, alias => alias.RoutingKey, StringComparer.Ordinal);
        (_metrics, _clock, _logger) = (metrics, clock, logger);
        var outage = new OutageLog("RabbitMQ", clock, logger);
        // Two: when the broker is short of memory it stops reading from those who publish, and who consumes must go on.
        _publishing = new BrokerConnection(_options.RabbitMq!, "publishes", outage, clock, logger);
        _consuming = new BrokerConnection(_options.RabbitMq!, "consumes", outage, clock, logger);
        metrics.Watch(() => IsConnected);
    }

    /// <inheritdoc/>
    public bool ReachesElsewhere => true;

    /// <summary>Whether the broker is reached, and has taken what it was given last.</summary>
    public bool IsConnected => _publishing.IsUp && _consuming.IsUp && !_isRefused;

    public IReadOnlyList<Subscription> Subscriptions
    {
        get
        {
            lock (_gate)
            {
                return [.. _subscriptions];
            }
        }
    }

    public async Task PublishAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        await PublishAsync(
            [.. envelopes.Select(envelope => EnvelopeMessage.Of(envelope, _aliases.GetValueOrDefault(envelope.Name)))],
            ct
        );
        _metrics.Published(envelopes.Count);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        string subscriber,
        IReadOnlySet<string> eventNames,
        ReceiveEvents receive,
        CancellationToken ct
    )
    {
        var subscription = new Subscription(
            subscriber,
            eventNames,
            receive,
            () => _consuming.Up,
            PublishAsync,
            Remove,
            _options,
            _metrics,
            _clock,
            _logger
        );
        lock (_gate)
        {
            _subscriptions.Add(subscription);
        }

        // Before anything is published; but a process starts also while the broker is away.
        await subscription
            .Consuming.WaitAsync(ForConnection, _clock, ct)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in Subscriptions)
        {
            await subscription.DisposeAsync();
        }

        // With the connection its channels end.
        await _publishing.DisposeAsync();
        await _consuming.DisposeAsync();
    }

    /// <summary>Publishes messages; the one way in which anything is.</summary>
    private async Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(_options.ConfirmTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        ConfirmedPublisher? publisher = null;
        try
        {
            publisher = await OpenPublisherAsync(either.Token);
            await publisher.PublishAsync(messages, either.Token);
            _isRefused = false;
        }
#pragma warning disable CA1031 // Whatever went wrong on the way to the broker, the events are where they were.
        catch (Exception exception) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _isRefused = true;
            GiveUp(publisher);
            var reason = deadline.IsCancellationRequested
                ? $"RabbitMQ has not confirmed within {_options.ConfirmTimeout.TotalSeconds:0} s."
                : exception.Message;
            throw new EventBusUnavailableException(reason, exception)
            {
                Back = _publishing.IsUp ? null : _publishing.Up,
            };
        }
    }

    private async Task<ConfirmedPublisher> OpenPublisherAsync(CancellationToken ct)
    {
        await _opening.WaitAsync(ct);
        try
        {
            if (_publisher is { IsOpen: true } open)
            {
                return open;
            }

            var connection = await _publishing.Up.WaitAsync(ForConnection, _clock, ct);
            var publisher = await ConfirmedPublisher.OpenAsync(connection, ct);
            await publisher.DeclareAsync(ct);
            return _publisher = publisher;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>The next one publishes on a new channel: of this one nobody knows what it still does.</summary>
    private void GiveUp(ConfirmedPublisher? publisher)
    {
        if (publisher is not null)
        {
            Interlocked.CompareExchange(ref _publisher, null, publisher);
            _ = EndAsync(publisher);
        }
    }

    // Its connection is gone, or will be with its heartbeat.
    private static async Task EndAsync(ConfirmedPublisher publisher) =>
        await publisher.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }
}
