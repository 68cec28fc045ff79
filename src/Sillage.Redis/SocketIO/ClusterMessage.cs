using System.Buffers;
using System.Text;
using System.Text.Json;
using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.Codec;

namespace Sillage.Redis.SocketIO;

/// <summary>A message of the cluster: JSON, or MessagePack where it may carry bytes. Read as JSON with attachments.</summary>
internal readonly record struct ClusterMessage(JsonElement Root, IReadOnlyList<ReadOnlyMemory<byte>> Attachments)
{
    /// <summary>Reads a message.</summary>
    /// <returns>Null if it is neither.</returns>
    /// <exception cref="JsonException">It begins as JSON, but is none.</exception>
    public static ClusterMessage? Read(ReadOnlySpan<byte> message)
    {
        if (message is [(byte)'{', ..])
        {
            return new ClusterMessage(JsonElement.Parse(message), []);
        }

        var json = new ArrayBufferWriter<byte>(message.Length * 2 + 16);
        using var writer = new Utf8JsonWriter(
            json,
            new JsonWriterOptions { Encoder = CompactJsonEncoder.Instance, SkipValidation = true }
        );
        var reader = new MessagePackReader(message, writer);
        if (!reader.TryRead())
        {
            return null;
        }

        writer.Flush();
        return new ClusterMessage(JsonElement.Parse(json.WrittenSpan), reader.Attachments);
    }

    /// <summary>A part of it that holds the arguments of an event or an acknowledgement.</summary>
    public BackplaneEvent Event(JsonElement arguments, bool isVolatile = false) =>
        new(Encoding.UTF8.GetBytes(arguments.GetRawText()), Attachments, isVolatile);

    /// <summary>The rooms of a message's options.</summary>
    public static BackplaneTarget Target(JsonElement options) =>
        new(Strings(options, "rooms"), Strings(options, "except"));

    public static string[] Strings(JsonElement holder, string name) =>
        holder.ValueKind is JsonValueKind.Object
        && holder.TryGetProperty(name, out var values)
        && values.ValueKind is JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(v => v.ToString())]
            : [];
}
