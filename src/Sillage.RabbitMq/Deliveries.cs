using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Sillage.RabbitMq;

/// <summary>A message as it came.</summary>
internal sealed record Delivery(ulong Tag, IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body);

/// <summary>What a channel delivers, in its order; it ends when the consumer does, for whatever reason.</summary>
internal sealed class Deliveries(IChannel channel) : AsyncDefaultBasicConsumer(channel)
{
    private const int MostAtOnce = 200;

    // As many as the prefetch allows.
    private readonly Channel<Delivery> _arrived = System.Threading.Channels.Channel.CreateUnbounded<Delivery>();
    private long _received;
    private long _settled;

    /// <summary>How many have come.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>How many of them are not settled.</summary>
    public long InHand => Received - Interlocked.Read(ref _settled);

    /// <summary>Those that are there, a batch at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Delivery>> ReadBatchesAsync(
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        while (await _arrived.Reader.WaitToReadAsync(ct))
        {
            var batch = new List<Delivery>();
            while (batch.Count < MostAtOnce && _arrived.Reader.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            yield return batch;
        }
    }

    public void Settled(int count) => Interlocked.Add(ref _settled, count);

    /// <summary>Ends the reading with a failure.</summary>
    public void End(Exception reason) => _arrived.Writer.TryComplete(reason);

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref _received);
        // The client takes its memory back.
        _arrived.Writer.TryWrite(new Delivery(deliveryTag, new BasicProperties(properties), body.ToArray()));
        return Task.CompletedTask;
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        End(new InvalidOperationException("The queue was deleted, or has moved."));
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        End(new InvalidOperationException($"The channel was closed: {reason.ReplyText}."));
        return Task.CompletedTask;
    }
}
