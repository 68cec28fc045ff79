using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq;

/// <summary>A message for the broker.</summary>
internal sealed record Message(
    string Exchange,
    string RoutingKey,
    BasicProperties Properties,
    ReadOnlyMemory<byte> Body
);

/// <summary>
/// An event as a message. The body is the event's JSON as it is, so that others can read it; what the envelope says is in the properties and
/// in headers.
/// </summary>
internal static class EnvelopeMessage
{
    /// <summary>The form of the headers. A new number where an older reader would misunderstand them.</summary>
    public const int Form = 1;

    public const string FormHeader = "sillage-form";
    private const string VersionHeader = "sillage-version";
    private const string KeyHeader = "sillage-key";
    private const string TimeHeader = "sillage-occurred-at";
    private const string TraceHeader = "traceparent";

    /// <summary>The message under the event's name, and under another that is agreed on with consumers that are not ours.</summary>
    public static Message Of(EventEnvelope envelope, string? alias)
    {
        var headers = new Dictionary<string, object?>
        {
            [FormHeader] = Form,
            [VersionHeader] = envelope.Version,
            [KeyHeader] = envelope.Key,
            [TimeHeader] = envelope.OccurredAt.ToString("O", CultureInfo.InvariantCulture),
        };
        if (envelope.TraceParent is { } parent)
        {
            headers[TraceHeader] = parent;
        }

        if (alias is not null)
        {
            headers["CC"] = new List<object?> { alias };
        }

        var properties = new BasicProperties
        {
            MessageId = envelope.Id.ToString(),
            Type = envelope.Name,
            AppId = envelope.Source,
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Timestamp = new AmqpTimestamp(envelope.OccurredAt.ToUnixTimeSeconds()),
            Headers = headers,
        };
        return new Message(Topology.Exchange, envelope.Name, properties, envelope.Payload);
    }

    /// <summary>Reads a message.</summary>
    /// <returns>Null and the reason if it is no event, or of a form that this program does not know.</returns>
    public static EventEnvelope? Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, out string reason)
    {
        reason =
            Number(properties, FormHeader) is not { } form ? $"it has no header {FormHeader}"
            : form != Form ? $"its form is {form}, and this program knows {Form}"
            : !Guid.TryParse(properties.MessageId, out _) ? "its message id is no UUID"
            : properties.Type is not { Length: > 0 } ? "it has no type"
            : Number(properties, VersionHeader) is not > 0 ? $"its header {VersionHeader} is no version"
            : ReadTime(properties) is null ? $"its header {TimeHeader} is no time"
            : !IsJson(body.Span) ? "its body is not JSON"
            : "";
        return reason.Length > 0
            ? null
            : new EventEnvelope(
                Guid.Parse(properties.MessageId!),
                properties.Type!,
                (int)Number(properties, VersionHeader)!.Value,
                properties.AppId ?? "",
                Text(properties, KeyHeader) ?? "",
                ReadTime(properties)!.Value,
                body,
                Text(properties, TraceHeader)
            );
    }

    /// <summary>A header as text; null if it is absent or something else.</summary>
    public static string? Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out var value) == true
            ? value switch
            {
                byte[] bytes => Encoding.UTF8.GetString(bytes),
                string text => text,
                _ => null,
            }
            : null;

    private static long? Number(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out var value) == true
            ? value switch
            {
                int number => number,
                long number => number,
                short number => number,
                byte number => number,
                _ => null,
            }
            : null;

    private static DateTimeOffset? ReadTime(IReadOnlyBasicProperties properties) =>
        DateTimeOffset.TryParseExact(
            Text(properties, TimeHeader),
            "O",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? time
            : null;

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read()) { }

            return reader.BytesConsumed > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
