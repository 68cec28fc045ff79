using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sillage.Hosting.SocketIO.Plain;

/// <summary>Translates the JSON messages of a plain WebSocket into packets of Socket.IO and back (docs/specs/socket.io.md).</summary>
internal static class PlainMessages
{
    private const int LongestName = 100;

    // Of Socket.IO's own, which no client may send.
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly SearchValues<char> OfNames = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./"
    );

    /// <summary>The packet that stands for a client's message.</summary>
    /// <param name="message">What came.</param>
    /// <param name="joined">The namespace that it has asked for; null before.</param>
    /// <exception cref="FormatException">It is none of the messages that there are; says which there are.</exception>
    public static (string Packet, string Namespace) ToPacket(ReadOnlyMemory<byte> message, string? joined)
    {
        JsonDocument parsed;
        try
        {
            parsed = JsonDocument.Parse(message);
        }
        catch (JsonException e)
        {
            throw new FormatException("A message is one JSON object.", e);
        }

        using (parsed)
        {
            if (parsed.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("A message is one JSON object.");
            }

            return joined is null ? ToJoin(parsed.RootElement) : (ToEvent(parsed.RootElement, joined), joined);
        }
    }

    /// <summary>What a client is told for a packet; null where there is nothing to tell.</summary>
    public static byte[]? FromPacket(ReadOnlySpan<byte> packet)
    {
        // The packet's kind, its namespace up to the comma, the number of an acknowledgement, JSON.
        var kind = packet[0];
        var comma = packet.IndexOf((byte)',');
        var brackets = packet.IndexOfAny((byte)'[', (byte)'{');
        var rest = packet[(comma >= 0 && (brackets < 0 || comma < brackets) ? comma + 1 : 1)..];
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var number = digits > 0 ? long.Parse(rest[..digits], CultureInfo.InvariantCulture) : (long?)null;
        var json = digits < 0 ? default : rest[digits..];
        return (char)kind switch
        {
            '0' => WriteJoined(NameOf(packet)),
            '4' => Write("refused"u8, json),
            '2' => WriteEvent(json),
            '3' when number is { } id => WriteAck(id, json),
            _ => null,
        };
    }

    /// <summary>What a client is told whose message is none.</summary>
    public static byte[] Invalid(string why) =>
        Write(writer =>
        {
            writer.WriteStartObject("error"u8);
            writer.WriteString("message"u8, why);
            writer.WriteStartObject("data"u8);
            writer.WriteString("code"u8, "invalid"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    private static (string Packet, string Namespace) ToJoin(JsonElement message)
    {
        if (
            !message.TryGetProperty("join", out var join)
            || join.ValueKind != JsonValueKind.String
            || LiveCredentials.TextOf(join) is not { Length: > 1 and <= LongestName } name
            || name[0] != '/'
            || name.AsSpan().ContainsAnyExcept(OfNames)
        )
        {
            throw new FormatException("""The first message says where to: {"join": "/chat", "token": "…"}.""");
        }

        var token = message.TryGetProperty("token", out var given) ? $$"""{"token":{{given.GetRawText()}}}""" : "";
        return ($"40{name},{token}", name);
    }

    private static string ToEvent(JsonElement message, string joined)
    {
        if (
            !message.TryGetProperty("event", out var name)
            || name.ValueKind != JsonValueKind.String
            || LiveCredentials.TextOf(name) is not { } text
            || Reserved.Contains(text)
            || (message.TryGetProperty("id", out var id) && !IsNumber(id))
        )
        {
            throw new FormatException(
                """A message is {"event": "…", "data": {…}, "id": 1}; with an id, a whole number from 0 on, it is answered."""
            );
        }

        var number = id.ValueKind == JsonValueKind.Number ? id.GetRawText() : "";
        var data = message.TryGetProperty("data", out var given) ? $",{given.GetRawText()}" : "";
        return $"42{joined},{number}[{name.GetRawText()}{data}]";
    }

    private static bool IsNumber(JsonElement id) =>
        id.ValueKind == JsonValueKind.Number && id.GetRawText().All(char.IsAsciiDigit) && id.TryGetInt32(out _);

    private static string NameOf(ReadOnlySpan<byte> packet)
    {
        var end = packet.IndexOf((byte)',');
        return end < 0 ? "/" : Encoding.UTF8.GetString(packet[1..end]);
    }

    private static byte[] WriteJoined(string name) => Write(writer => writer.WriteString("joined"u8, name));

    private static byte[] WriteEvent(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var parts = JsonElement.ParseValue(ref reader);
        return Write(writer =>
        {
            writer.WritePropertyName("event"u8);
            parts[0].WriteTo(writer);
            if (parts.GetArrayLength() > 1)
            {
                writer.WritePropertyName("data"u8);
                parts[1].WriteTo(writer);
            }
        });
    }

    private static byte[] WriteAck(long id, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var parts = JsonElement.ParseValue(ref reader);
        return Write(writer =>
        {
            writer.WriteNumber("id"u8, id);
            if (parts.GetArrayLength() == 0)
            {
                return;
            }

            var failed =
                parts[0].ValueKind == JsonValueKind.Object && parts[0].TryGetProperty("error", out var error)
                    ? error
                    : default;
            writer.WritePropertyName(failed.ValueKind == JsonValueKind.Object ? "error"u8 : "data"u8);
            (failed.ValueKind == JsonValueKind.Object ? failed : parts[0]).WriteTo(writer);
        });
    }

    private static byte[] Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var value = JsonElement.ParseValue(ref reader);
        var property = Encoding.UTF8.GetString(name);
        return Write(writer =>
        {
            writer.WritePropertyName(property);
            value.WriteTo(writer);
        });
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
