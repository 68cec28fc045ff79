using System.Collections.Concurrent;
using RabbitMQ.Client;

namespace Sillage.RabbitMq;

/// <summary>The broker has not taken a message.</summary>
internal sealed class NotConfirmedException(string message) : Exception(message);

/// <summary>
/// A channel on which a message counts as published when the broker has confirmed it, and was routed. It keeps the books itself, so that a
/// batch is written in order at once and waited for as a whole, for as long as the caller wants to wait.
/// </summary>
internal sealed class ConfirmedPublisher : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<ulong, (TaskCompletionSource Done, string? Id)> _waiting = new();
    private readonly ConcurrentDictionary<string, string> _returned = new(StringComparer.Ordinal);

    private ConfirmedPublisher(IChannel channel) => _channel = channel;

    public bool IsOpen => _channel.IsOpen;

    public static async Task<ConfirmedPublisher> OpenAsync(IConnection connection, CancellationToken ct)
    {
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false),
            ct
        );
        var publisher = new ConfirmedPublisher(channel);
        channel.BasicAcksAsync += (_, ack) =>
        {
            publisher.Settle(ack.DeliveryTag, ack.Multiple, null);
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, nack) =>
        {
            publisher.Settle(nack.DeliveryTag, nack.Multiple, "RabbitMQ refused it.");
            return Task.CompletedTask;
        };
        // Comes before the confirmation of the same message.
        channel.BasicReturnAsync += (_, returned) =>
        {
            if (returned.BasicProperties.MessageId is { } id)
            {
                publisher._returned[id] = $"No queue takes {returned.RoutingKey}: {returned.ReplyText}.";
            }

            return Task.CompletedTask;
        };
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            publisher.Settle(ulong.MaxValue, true, $"The channel was closed: {reason.ReplyText}.");
            return Task.CompletedTask;
        };
        return publisher;
    }

    /// <summary>Declares what is to be published to.</summary>
    public Task DeclareAsync(CancellationToken ct) => Topology.DeclareAsync(_channel, ct);

    /// <summary>Publishes messages in their order, and waits until each is confirmed.</summary>
    /// <exception cref="NotConfirmedException">One is not. Others may be.</exception>
    public async Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var confirmations = new List<Task>(messages.Count);
        await _writing.WaitAsync(ct);
        try
        {
            foreach (var message in messages)
            {
                var number = await _channel.GetNextPublishSequenceNumberAsync(ct);
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting[number] = (done, message.Properties.MessageId);
                confirmations.Add(done.Task);
                await _channel.BasicPublishAsync(
                    message.Exchange,
                    message.RoutingKey,
                    mandatory: true,
                    message.Properties,
                    message.Body,
                    ct
                );
            }
        }
        finally
        {
            _writing.Release();
        }

        if (!_channel.IsOpen)
        {
            // Whatever was written after the news of its end.
            Settle(ulong.MaxValue, true, "The channel was closed.");
        }

        await Task.WhenAll(confirmations).WaitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        Settle(ulong.MaxValue, true, "The channel was given up.");
        await _channel.DisposeAsync();
    }

    private void Settle(ulong tag, bool multiple, string? failure)
    {
        var numbers = multiple ? _waiting.Keys.Where(number => number <= tag) : [tag];
        foreach (var number in numbers)
        {
            if (!_waiting.TryRemove(number, out var waiting))
            {
                continue;
            }

            var reason = failure;
            if (waiting.Id is { } id && _returned.TryRemove(id, out var returned))
            {
                reason ??= returned;
            }

            if (reason is null)
            {
                waiting.Done.TrySetResult();
            }
            else
            {
                waiting.Done.TrySetException(new NotConfirmedException(reason));
            }
        }
    }
}
