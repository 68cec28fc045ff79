using System.Globalization;
using RabbitMQ.Client;

namespace Sillage.RabbitMq;

/// <summary>A message that was put aside: as it came, with the reason in its headers.</summary>
internal static class DeadLetter
{
    private const string ReasonHeader = "sillage-reason";
    private const string TimeHeader = "sillage-put-aside-at";

    /// <summary>The message for the queue of dead letters.</summary>
    public static Message Of(Delivery delivery, string subscriber, string reason, DateTimeOffset now)
    {
        var properties = Copy(delivery.Properties);
        properties.Headers![ReasonHeader] = reason;
        properties.Headers[TimeHeader] = now.ToString("O", CultureInfo.InvariantCulture);
        return new Message("", Topology.DeadQueue(subscriber), properties, delivery.Body);
    }

    /// <summary>The message for the subscriber's queue, as it was before.</summary>
    public static Message Back(Delivery letter, string subscriber)
    {
        var properties = Copy(letter.Properties);
        foreach (var header in properties.Headers!.Keys.Where(IsOfItsDeath).ToList())
        {
            properties.Headers.Remove(header);
        }

        return new Message("", Topology.Queue(subscriber), properties, letter.Body);
    }

    /// <summary>Why it was put aside: by us, or by the broker after a hundred deliveries.</summary>
    public static string ReasonOf(IReadOnlyBasicProperties properties) =>
        EnvelopeMessage.Text(properties, ReasonHeader)
        ?? $"the broker gave it up ({EnvelopeMessage.Text(properties, "x-first-death-reason") ?? "no reason given"})";

    private static bool IsOfItsDeath(string header) =>
        header is ReasonHeader or TimeHeader
        || header.StartsWith("x-death", StringComparison.Ordinal)
        || header.StartsWith("x-first-death", StringComparison.Ordinal)
        || header.StartsWith("x-last-death", StringComparison.Ordinal)
        || header is "x-delivery-count" or "x-acquired-count";

    private static BasicProperties Copy(IReadOnlyBasicProperties properties) =>
        new(properties)
        {
            DeliveryMode = DeliveryModes.Persistent,
            // Who publishes without an id gets one, by which the letter is called.
            MessageId = properties.MessageId ?? Guid.CreateVersion7().ToString(),
            Headers = properties.Headers is { } headers ? new Dictionary<string, object?>(headers) : [],
        };
}
