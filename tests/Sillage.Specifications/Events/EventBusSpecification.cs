using System.Collections.Concurrent;
using System.Text.Json;
using Shouldly;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Specifications.Events;

/// <summary>
/// What every bus keeps to: each subscriber gets each event at least once, in the order of its source. A test publishes
/// as the outbox's dispatcher does: again and again until the bus takes the event.
/// </summary>
public abstract class EventBusSpecification : IAsyncLifetime
{
    // Durable names: a broker that outlives the test must not hand it what an earlier one left.
    private readonly string _run = Guid.CreateVersion7().ToString("N");
    private IEventBus _bus = null!;

    private string EventName => $"specimens.happened-{_run}";

    public async ValueTask InitializeAsync() => _bus = await CreateBusAsync();

    public async ValueTask DisposeAsync()
    {
        await DestroyBusAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_subscriber_gets_every_event_as_it_was_published()
    {
        var first = await SubscribeAsync("first");
        var second = await SubscribeAsync("second");
        var envelope = Envelope("1");

        await PublishAsync(envelope);

        foreach (var received in new[] { first, second })
        {
            await Eventually.HoldsAsync(() => received.Count == 1);
            var copy = received.Single();
            copy.Payload.ToArray().ShouldBe(envelope.Payload.ToArray());
            copy.ShouldBe(envelope with { Payload = copy.Payload });
        }
    }

    [Fact]
    public async Task Events_of_one_source_come_in_the_order_of_their_publication()
    {
        var received = await SubscribeAsync("first");

        foreach (var number in Enumerable.Range(0, 100))
        {
            await PublishAsync(Envelope($"{number}"));
        }

        await Eventually.HoldsAsync(() => received.Count == 100);
        received.Select(Text).ShouldBe(Enumerable.Range(0, 100).Select(number => $"{number}"));
    }

    [Fact]
    public async Task Events_published_together_come_in_their_order_and_each_subscriber_gets_its_own()
    {
        var received = await SubscribeAsync("first");

        await Eventually.HoldsAsync(async () =>
        {
            await _bus.PublishAsync(
                [Envelope("1"), Envelope("other") with { Name = $"specimens.else-{_run}" }, Envelope("2")],
                CancellationToken.None
            );
            return true;
        });

        await Eventually.HoldsAsync(() => received.Count >= 2);
        received.Select(Text).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_subscriber_gets_only_the_events_it_asked_for()
    {
        var received = await SubscribeAsync("first");

        await PublishAsync(Envelope("other") with { Name = $"specimens.else-{_run}" });
        await PublishAsync(Envelope("asked for"));

        await Eventually.HoldsAsync(() => !received.IsEmpty);
        received.Select(Text).ShouldBe(["asked for"]);
    }

    [Fact]
    public async Task An_event_without_subscribers_is_taken_and_gone() => await PublishAsync(Envelope("1"));

    [Fact]
    public async Task A_handler_that_throws_gets_the_event_again()
    {
        var attempts = new ConcurrentQueue<string>();
        await _bus.SubscribeAsync(
            $"first-{_run}",
            Names(EventName),
            (envelopes, _) =>
            {
                attempts.Enqueue(Text(envelopes.Single()));
                return attempts.Count < 3 ? throw new InvalidDataException("not yet") : Task.CompletedTask;
            },
            CancellationToken.None
        );

        await PublishAsync(Envelope("1"));

        await Eventually.HoldsAsync(() => attempts.Count == 3);
        attempts.ShouldAllBe(text => text == "1");
    }

    [Fact]
    public async Task A_subscriber_that_fails_does_not_keep_the_event_from_the_others()
    {
        await _bus.SubscribeAsync(
            $"failing-{_run}",
            Names(EventName),
            (_, _) => throw new InvalidDataException("always"),
            CancellationToken.None
        );
        var received = await SubscribeAsync("working");

        await TryPublishAsync(Envelope("1"));

        await Eventually.HoldsAsync(() => !received.IsEmpty);
    }

    [Fact]
    public async Task Copies_of_one_subscriber_share_the_events()
    {
        var first = await SubscribeAsync("shared");
        var second = await SubscribeAsync("shared");

        foreach (var number in Enumerable.Range(0, 20))
        {
            await PublishAsync(Envelope($"{number}"));
        }

        await Eventually.HoldsAsync(() => first.Count + second.Count == 20);
        first.Concat(second).Select(envelope => envelope.Id).Distinct().Count().ShouldBe(20);
    }

    [Fact]
    public async Task Copies_of_one_subscriber_get_the_events_in_order_between_them()
    {
        // The inbox that they write into, which is one.
        var inbox = new ConcurrentQueue<EventEnvelope>();
        await SubscribeAsync("shared", inbox);
        await SubscribeAsync("shared", inbox);

        foreach (var number in Enumerable.Range(0, 100))
        {
            await PublishAsync(Envelope($"{number}"));
        }

        await Eventually.HoldsAsync(() => inbox.Count == 100);
        inbox.Select(Text).ShouldBe(Enumerable.Range(0, 100).Select(number => $"{number}"));
    }

    [Fact]
    public async Task Who_has_unsubscribed_gets_nothing_more()
    {
        var received = new ConcurrentQueue<EventEnvelope>();
        var subscription = await SubscribeAsync("leaving", received);
        var staying = await SubscribeAsync("staying");
        await PublishAsync(Envelope("before"));
        await Eventually.HoldsAsync(() => received.Count == 1);

        await subscription.DisposeAsync();
        await PublishAsync(Envelope("after"));

        await Eventually.HoldsAsync(() => staying.Count == 2);
        received.Select(Text).ShouldBe(["before"]);
    }

    protected abstract Task<IEventBus> CreateBusAsync();

    protected virtual Task DestroyBusAsync() => Task.CompletedTask;

    private static string Text(EventEnvelope envelope) => JsonSerializer.Deserialize<string>(envelope.Payload.Span)!;

    private static HashSet<string> Names(string name) => new(StringComparer.Ordinal) { name };

    private EventEnvelope Envelope(string payload) =>
        new(
            Guid.CreateVersion7(),
            EventName,
            2,
            "specimens",
            "key",
            new DateTimeOffset(2026, 11, 20, 8, 0, 0, 123, TimeSpan.Zero),
            JsonSerializer.SerializeToUtf8Bytes(payload),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        );

    private async Task<ConcurrentQueue<EventEnvelope>> SubscribeAsync(string subscriber)
    {
        var received = new ConcurrentQueue<EventEnvelope>();
        await SubscribeAsync(subscriber, received);
        return received;
    }

    private Task<IAsyncDisposable> SubscribeAsync(string subscriber, ConcurrentQueue<EventEnvelope> received) =>
        _bus.SubscribeAsync(
            $"{subscriber}-{_run}",
            Names(EventName),
            (envelopes, _) =>
            {
                foreach (var envelope in envelopes)
                {
                    received.Enqueue(envelope);
                }

                return Task.CompletedTask;
            },
            CancellationToken.None
        );

    private Task PublishAsync(EventEnvelope envelope) => Eventually.HoldsAsync(() => TryPublishAsync(envelope));

    private async Task<bool> TryPublishAsync(EventEnvelope envelope)
    {
        try
        {
            await _bus.PublishAsync([envelope], CancellationToken.None);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
