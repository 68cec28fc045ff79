using RabbitMQ.Client;

namespace Sillage.RabbitMq;

/// <summary>
/// Makes a queue that was lost good from the history: every event of the last week goes into the module's inbox again, which knows what it has
/// had.
/// </summary>
internal static class HistoryReading
{
    private static readonly Dictionary<string, object?> FromTheFirst = new() { ["x-stream-offset"] = "first" };

    public static async Task RunAsync(
        IConnection connection,
        Func<IReadOnlyList<Message>, CancellationToken, Task> publish,
        Intake intake,
        CancellationToken ct
    )
    {
        // Behind everything that came before the queue was there again.
        var end = Guid.CreateVersion7().ToString();
        await publish(
            [new Message("", Topology.History, new BasicProperties { MessageId = end }, "end"u8.ToArray())],
            ct
        );

        await using var open = await OpenChannel.OnAsync(connection, ct);
        var channel = open.Channel;
        await channel.BasicQosAsync(0, 500, false, ct);
        var deliveries = new Deliveries(channel);
        await channel.BasicConsumeAsync(Topology.History, false, "", false, false, FromTheFirst, deliveries, ct);
        await foreach (var batch in deliveries.ReadBatchesAsync(ct))
        {
            await intake.TakeAgainAsync([.. batch.TakeWhile(delivery => delivery.Properties.MessageId != end)], ct);
            if (batch.Any(delivery => delivery.Properties.MessageId == end))
            {
                return;
            }

            await channel.BasicAckAsync(batch[^1].Tag, multiple: true, ct);
        }
    }
}
