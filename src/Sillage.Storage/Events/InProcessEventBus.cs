namespace Sillage.Storage.Events;

/// <summary>The bus of a single process: publishing is writing into the subscribers' inboxes.</summary>
internal sealed class InProcessEventBus : IEventBus
{
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private readonly Dictionary<string, int> _turns = new(StringComparer.Ordinal);

    public async Task PublishAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        var deliveries = Recipients(envelopes)
            .Select(recipient => DeliverAsync(recipient.Subscription, recipient.Envelopes, ct))
            .ToArray();
        // Waits for all, also if one fails: each subscriber gets the events whatever the others do.
        await Task.WhenAll(deliveries);
    }

    public Task<IAsyncDisposable> SubscribeAsync(
        string subscriber,
        IReadOnlySet<string> eventNames,
        ReceiveEvents receive,
        CancellationToken ct
    )
    {
        var subscription = new Subscription(this, subscriber, eventNames, receive);
        lock (_gate)
        {
            _subscriptions.Add(subscription);
        }

        return Task.FromResult<IAsyncDisposable>(subscription);
    }

    /// <summary>Whether the subscriber is in this process.</summary>
    public bool Has(string subscriber)
    {
        lock (_gate)
        {
            return _subscriptions.Any(subscription => subscription.Subscriber == subscriber);
        }
    }

    /// <summary>Of each subscriber one copy, the copies taking turns, and what it asked for.</summary>
    private List<(Subscription Subscription, EventEnvelope[] Envelopes)> Recipients(
        IReadOnlyList<EventEnvelope> envelopes
    )
    {
        var recipients = new List<(Subscription, EventEnvelope[])>();
        lock (_gate)
        {
            foreach (var copies in _subscriptions.GroupBy(subscription => subscription.Subscriber))
            {
                var copy = copies.ElementAt(NextTurn(copies.Key) % copies.Count());
                var wanted = envelopes.Where(envelope => copy.EventNames.Contains(envelope.Name)).ToArray();
                if (wanted.Length > 0)
                {
                    recipients.Add((copy, wanted));
                }
            }
        }

        return recipients;
    }

    private int NextTurn(string subscriber)
    {
        var turn = _turns.GetValueOrDefault(subscriber);
        _turns[subscriber] = (turn + 1) & int.MaxValue;
        return turn;
    }

    private static async Task DeliverAsync(
        Subscription subscription,
        IReadOnlyList<EventEnvelope> envelopes,
        CancellationToken ct
    )
    {
        // Off the caller's stack, so that one that blocks does not keep the events from the next.
        await Task.Yield();
        await subscription.DeliverAsync(envelopes, ct);
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    private sealed class Subscription(
        InProcessEventBus bus,
        string subscriber,
        IReadOnlySet<string> eventNames,
        ReceiveEvents receive
    ) : IAsyncDisposable
    {
        private readonly InProcessEventBus _bus = bus;
        private readonly ReceiveEvents _receive = receive;

        public string Subscriber { get; } = subscriber;

        public IReadOnlySet<string> EventNames { get; } = eventNames;

        public Task DeliverAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct) =>
            _receive(envelopes, ct);

        public ValueTask DisposeAsync()
        {
            _bus.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
