using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Shouldly;
using Sillage.Specifications;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq.Tests;

/// <summary>What stands on the broker, as others see it: messages of ours for consumers that are not, and messages that are no events.</summary>
public sealed class MessageTests(RabbitMqServer server) : IAsyncLifetime
{
    private readonly string _subscriber = "reader" + Guid.CreateVersion7().ToString("N");
    private readonly string _name = $"specimens.{Guid.CreateVersion7():N}";
    private readonly ConcurrentQueue<EventEnvelope> _received = [];
    private BusUnderTest _bus = null!;
    private Func<EventEnvelope, bool> _refuses = _ => false;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _bus = new BusUnderTest(server.Uri, new EventAlias(_name, $"{_name}.alias"));
        await _bus.Bus.SubscribeAsync(
            _subscriber,
            new HashSet<string> { _name },
            (envelopes, _) =>
            {
                foreach (var envelope in envelopes)
                {
                    if (_refuses(envelope))
                    {
                        throw new InvalidDataException("the inbox says so");
                    }
                }

                foreach (var envelope in envelopes)
                {
                    _received.Enqueue(envelope);
                }

                return Task.CompletedTask;
            },
            CancellationToken.None
        );
        _connection = await new ConnectionFactory { Uri = new Uri(server.Uri) }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_consumer_that_is_not_ours_reads_an_event_as_JSON_under_the_name_it_knows()
    {
        var queue = (await _channel.QueueDeclareAsync()).QueueName;
        await _channel.QueueBindAsync(queue, "sillage.events", $"{_name}.alias");

        var envelope = Envelope("""{"accountId":"1","role":"user"}""");
        await _bus.Bus.PublishAsync([envelope], CancellationToken.None);

        BasicGetResult? got = null;
        await Eventually.HoldsAsync(async () => (got = await _channel.BasicGetAsync(queue, true)) is not null);
        JsonDocument.Parse(got!.Body).RootElement.GetProperty("role").GetString().ShouldBe("user");
        got.BasicProperties.ContentType.ShouldBe("application/json");
        got.BasicProperties.MessageId.ShouldBe(envelope.Id.ToString());
        got.BasicProperties.Type.ShouldBe(_name);
        got.BasicProperties.AppId.ShouldBe("specimens");
        Encoding.UTF8.GetString((byte[])got.BasicProperties.Headers!["traceparent"]!).ShouldBe(envelope.TraceParent);
        // Once, though it has two names.
        await Eventually.HoldsAsync(() => _received.Count == 1);
    }

    [Theory]
    [InlineData("{\"a\":", null, null, "its body is not JSON")]
    [InlineData("", null, null, "its body is not JSON")]
    [InlineData("{}", "sillage-form", 2, "its form is 2, and this program knows 1")]
    [InlineData("{}", "sillage-form", null, "it has no header sillage-form")]
    [InlineData("{}", "sillage-version", 0, "its header sillage-version is no version")]
    [InlineData("{}", "sillage-occurred-at", "yesterday", "its header sillage-occurred-at is no time")]
    public async Task What_is_no_event_is_put_aside_with_the_reason_and_holds_up_nobody(
        string body,
        string? header,
        object? value,
        string reason
    )
    {
        var message = EnvelopeMessage.Of(Envelope(body), null);
        if (header is not null)
        {
            message.Properties.Headers![header] = value;
        }

        await SendAsync(message);
        await _bus.Bus.PublishAsync([Envelope("{}")], CancellationToken.None);

        await Eventually.HoldsAsync(() => _received.Count == 1);
        await using var letters = await DeadLetters.OpenAsync(server.Uri, _subscriber, CancellationToken.None);
        var letter = (await letters.ListAsync(CancellationToken.None)).ShouldHaveSingleItem();
        letter.ShouldBe(new PutAside(message.Properties.MessageId!, _name, reason));
    }

    [Fact]
    public async Task What_the_inbox_refuses_is_put_aside_comes_again_when_it_is_replayed_and_can_be_dropped()
    {
        var (good, first, second) = (Envelope("\"good\""), Envelope("\"first\""), Envelope("\"second\""));
        _refuses = envelope => envelope.Id == first.Id || envelope.Id == second.Id;
        await _bus.Bus.PublishAsync([first, good, second], CancellationToken.None);
        await using var letters = await DeadLetters.OpenAsync(server.Uri, _subscriber, CancellationToken.None);
        // Each was tried six times.
        await Patiently.HoldsAsync(async () => (await letters.ListAsync(CancellationToken.None)).Count == 2);
        _received.Select(envelope => envelope.Id).ShouldBe([good.Id]);

        _refuses = _ => false;
        await Patiently.HoldsAsync(async () => await letters.ReplayAsync($"{second.Id}", CancellationToken.None) == 1);
        await Eventually.HoldsAsync(() => _received.Count == 2);
        var copy = _received.Last();
        copy.ShouldBe(second with { Payload = copy.Payload });
        // RabbitMQ takes back in its own time what was looked at.
        IReadOnlyList<PutAside> left = [];
        await Patiently.HoldsAsync(async () => (left = await letters.ListAsync(CancellationToken.None)).Count > 0);
        left.ShouldHaveSingleItem().Id.ShouldBe(first.Id.ToString());

        await Patiently.HoldsAsync(async () => await letters.DropAsync($"{first.Id}", CancellationToken.None) == 1);
        (await letters.ListAsync(CancellationToken.None)).ShouldBeEmpty();
        (await letters.ReplayAsync(null, CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task A_replay_that_the_broker_does_not_take_loses_nothing()
    {
        await SendAsync(EnvelopeMessage.Of(Envelope("no JSON"), null));
        await using var letters = await DeadLetters.OpenAsync(server.Uri, _subscriber, CancellationToken.None);
        await Patiently.HoldsAsync(async () => (await letters.ListAsync(CancellationToken.None)).Count == 1);

        await _bus.DisposeAsync();
        await _channel.QueueDeleteAsync(Topology.Queue(_subscriber));

        // As soon as RabbitMQ has taken back what was looked at.
        await Patiently.HoldsAsync(async () =>
        {
            try
            {
                (await letters.ReplayAsync(null, CancellationToken.None)).ShouldBe(0);
                return false;
            }
            catch (NotConfirmedException)
            {
                return true;
            }
        });
        await Patiently.HoldsAsync(async () => (await letters.ListAsync(CancellationToken.None)).Count == 1);
    }

    [Fact]
    public async Task Dead_letters_of_a_module_that_never_listened_are_none()
    {
        var exception = await Should.ThrowAsync<Hosting.Verbs.VerbException>(() =>
            DeadLetters.OpenAsync(server.Uri, "nobody", CancellationToken.None)
        );
        exception.Message.ShouldContain("no module nobody");
    }

    private EventEnvelope Envelope(string payload) =>
        new(
            Guid.CreateVersion7(),
            _name,
            1,
            "specimens",
            "key",
            new DateTimeOffset(2026, 11, 20, 8, 0, 0, 123, TimeSpan.Zero),
            Encoding.UTF8.GetBytes(payload),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        );

    private ValueTask SendAsync(Message message) =>
        _channel.BasicPublishAsync(message.Exchange, message.RoutingKey, false, message.Properties, message.Body);
}
