using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Sillage.RabbitMq;

/// <summary>What stands on the broker, by name. All of it is durable, and made by whoever first needs it.</summary>
/// <remarks>
/// The exchange takes every event under its name. The history is a stream of all of them, kept for a week: out of it a queue that was deleted
/// is made whole again. Each module that listens has a queue, and one for what it could not read.
/// </remarks>
internal static class Topology
{
    public const string Exchange = "sillage.events";
    public const string History = "sillage.history";

    private static readonly Dictionary<string, object?> HistoryArguments = new()
    {
        ["x-queue-type"] = "stream",
        ["x-max-age"] = "7D",
        ["x-max-length-bytes"] = 1_000_000_000L,
        ["x-stream-max-segment-size-bytes"] = 32_000_000L,
    };

    // Looked at without being taken, each look is a delivery; no limit of the broker's own may end it.
    private static readonly Dictionary<string, object?> DeadArguments = new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = 1_000_000L,
    };

    public static string Queue(string subscriber) => $"sillage.{subscriber}";

    public static string DeadQueue(string subscriber) => $"sillage.{subscriber}.dead";

    /// <summary>The mark, an exchange, that the subscriber has had its queue before.</summary>
    private static string Known(string subscriber) => $"sillage.{subscriber}.known";

    /// <summary>The mark that nothing is missing from its queue.</summary>
    private static string Whole(string subscriber) => $"sillage.{subscriber}.whole";

    /// <summary>Makes what publishing needs.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, true, false, cancellationToken: ct);
        await channel.QueueDeclareAsync(History, true, false, false, HistoryArguments, cancellationToken: ct);
        await channel.QueueBindAsync(History, Exchange, "#", cancellationToken: ct);
    }

    /// <summary>Makes what a subscriber needs.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="subscriber">The subscriber.</param>
    /// <param name="eventNames">What it hears of.</param>
    /// <param name="hadIt">Whether this process has seen the queue before.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>
    /// Whether the queue was lost and is new: it lacks what it held and what came while it was away, until <see cref="MarkWholeAsync"/>.
    /// </returns>
    public static async Task<bool> DeclareAsync(
        IConnection connection,
        string subscriber,
        IEnumerable<string> eventNames,
        bool hadIt,
        CancellationToken ct
    )
    {
        var isKnown =
            hadIt || await IsThereAsync(connection, c => c.ExchangeDeclarePassiveAsync(Known(subscriber), ct), ct);
        var isWhole =
            await IsThereAsync(connection, c => c.ExchangeDeclarePassiveAsync(Whole(subscriber), ct), ct)
            && await IsThereAsync(connection, c => c.QueueDeclarePassiveAsync(Queue(subscriber), ct), ct);
        var isLost = isKnown && !isWhole;

        await using var open = await OpenChannel.OnAsync(connection, ct);
        var channel = open.Channel;
        await DeclareAsync(channel, ct);
        if (isLost)
        {
            // First: a crash from here on finds a queue that is there and not whole.
            await channel.ExchangeDeleteAsync(Whole(subscriber), cancellationToken: ct);
        }

        await channel.QueueDeclareAsync(
            DeadQueue(subscriber),
            true,
            false,
            false,
            DeadArguments,
            cancellationToken: ct
        );
        await channel.QueueDeclareAsync(
            Queue(subscriber),
            true,
            false,
            false,
            QueueArguments(subscriber),
            cancellationToken: ct
        );
        await BindAsync(channel, subscriber, eventNames, ct);
        if (!isLost)
        {
            await MarkWholeAsync(channel, subscriber, ct);
        }

        return isLost;
    }

    /// <summary>Has the subscriber's events come into its queue.</summary>
    public static async Task BindAsync(
        IChannel channel,
        string subscriber,
        IEnumerable<string> eventNames,
        CancellationToken ct
    )
    {
        foreach (var name in eventNames)
        {
            await channel.QueueBindAsync(Queue(subscriber), Exchange, name, cancellationToken: ct);
        }
    }

    /// <summary>Writes down that nothing is missing from the queue.</summary>
    public static async Task MarkWholeAsync(IChannel channel, string subscriber, CancellationToken ct)
    {
        await channel.ExchangeDeclareAsync(Whole(subscriber), ExchangeType.Fanout, true, false, cancellationToken: ct);
        await channel.ExchangeDeclareAsync(Known(subscriber), ExchangeType.Fanout, true, false, cancellationToken: ct);
    }

    /// <summary>Whether the subscriber has a queue of dead letters.</summary>
    public static Task<bool> HasDeadQueueAsync(IConnection connection, string subscriber, CancellationToken ct) =>
        IsThereAsync(connection, channel => channel.QueueDeclarePassiveAsync(DeadQueue(subscriber), ct), ct);

    /// <summary>Takes away everything of a subscriber that is gone for good.</summary>
    public static async Task DeleteAsync(IChannel channel, string subscriber, CancellationToken ct)
    {
        await channel.ExchangeDeleteAsync(Known(subscriber), cancellationToken: ct);
        await channel.QueueDeleteAsync(Queue(subscriber), false, false, cancellationToken: ct);
        await channel.QueueDeleteAsync(DeadQueue(subscriber), false, false, cancellationToken: ct);
        await channel.ExchangeDeleteAsync(Whole(subscriber), cancellationToken: ct);
    }

    /// <summary>
    /// One consumer at a time, for order; what was delivered a hundred times without ever coming into the inbox is put aside, whatever the
    /// broker's version sets by itself; and the broker lets go of it only when the other queue has it.
    /// </summary>
    private static Dictionary<string, object?> QueueArguments(string subscriber) =>
        new()
        {
            ["x-queue-type"] = "quorum",
            ["x-single-active-consumer"] = true,
            ["x-delivery-limit"] = 100L,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = DeadQueue(subscriber),
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        };

    /// <summary>Asks on a channel of its own, since the broker closes one on which something absent is asked for.</summary>
    private static async Task<bool> IsThereAsync(IConnection connection, Func<IChannel, Task> ask, CancellationToken ct)
    {
        await using var open = await OpenChannel.OnAsync(connection, ct);
        var channel = open.Channel;
        try
        {
            await ask(channel);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }
}
