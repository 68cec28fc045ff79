namespace Sillage.Storage.Events;

/// <summary>The bus of a single process: publishing is calling the subscribers and waiting for them.</summary>
internal sealed class InProcessEventBus : IEventBus
{
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private readonly Dictionary<string, int> _turns = new(StringComparer.Ordinal);

    public async Task PublishAsync(EventEnvelope envelope, CancellationToken cancellationToken)
    {
        var deliveries = Recipients(envelope.Name)
            .Select(subscription => DeliverAsync(subscription, envelope, cancellationToken))
            .ToArray();
        // Waits for all, also if one fails: each subscriber gets the event whatever the others do.
        await Task.WhenAll(deliveries);
    }

    public Task<IAsyncDisposable> SubscribeAsync(
        string subscriber,
        string eventName,
        Func<EventEnvelope, CancellationToken, Task> handler,
        CancellationToken cancellationToken
    )
    {
        var subscription = new Subscription(this, subscriber, eventName, handler);
        lock (_gate)
        {
            _subscriptions.Add(subscription);
        }

        return Task.FromResult<IAsyncDisposable>(subscription);
    }

    /// <summary>Of each subscriber one copy, the copies taking turns.</summary>
    private List<Subscription> Recipients(string eventName)
    {
        lock (_gate)
        {
            return
            [
                .. _subscriptions
                    .Where(subscription => subscription.EventName == eventName)
                    .GroupBy(subscription => subscription.Subscriber)
                    .Select(copies => copies.ElementAt(NextTurn(copies.Key) % copies.Count())),
            ];
        }
    }

    private int NextTurn(string subscriber)
    {
        var turn = _turns.GetValueOrDefault(subscriber);
        _turns[subscriber] = (turn + 1) & int.MaxValue;
        return turn;
    }

    private static async Task DeliverAsync(
        Subscription subscription,
        EventEnvelope envelope,
        CancellationToken cancellationToken
    )
    {
        // Off the caller's stack, so that one that blocks does not keep the event from the next.
        await Task.Yield();
        await subscription.DeliverAsync(envelope, cancellationToken);
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
        string eventName,
        Func<EventEnvelope, CancellationToken, Task> handler
    ) : IAsyncDisposable
    {
        private readonly InProcessEventBus _bus = bus;
        private readonly Func<EventEnvelope, CancellationToken, Task> _handler = handler;

        public string Subscriber { get; } = subscriber;

        public string EventName { get; } = eventName;

        public Task DeliverAsync(EventEnvelope envelope, CancellationToken cancellationToken) =>
            _handler(envelope, cancellationToken);

        public ValueTask DisposeAsync()
        {
            _bus.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
