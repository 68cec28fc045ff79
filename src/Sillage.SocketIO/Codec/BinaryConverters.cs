using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sillage.SocketIO.Codec;

/// <summary>
/// The attachments of the packet that this thread is reading or writing. Serialisation is synchronous, so a thread has one
/// at a time; converters have no other way to be told.
/// </summary>
internal static class CurrentAttachments
{
    [ThreadStatic]
    private static IReadOnlyList<ReadOnlyMemory<byte>>? _read;

    [ThreadStatic]
    private static List<ReadOnlyMemory<byte>>? _written;

    public static IReadOnlyList<ReadOnlyMemory<byte>>? Read
    {
        get => _read;
        set => _read = value;
    }

    public static List<ReadOnlyMemory<byte>>? Written
    {
        get => _written;
        set => _written = value;
    }
}

/// <summary>Bytes are attachments on the wire, with a placeholder in the JSON.</summary>
internal abstract class AttachmentConverter<T> : JsonConverter<T>
{
    protected abstract T FromBytes(ReadOnlyMemory<byte> bytes);

    protected abstract ReadOnlyMemory<byte> ToBytes(T value);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String)
        {
            return FromBytes(reader.GetBytesFromBase64());
        }

        if (
            reader.TokenType is JsonTokenType.StartObject
            && JsonArguments.TryReadPlaceholder(reader, out var number)
            && CurrentAttachments.Read is { } attachments
            && number >= 0
            && number < attachments.Count
        )
        {
            reader.Skip();
            return FromBytes(attachments[number]);
        }

        throw new JsonException("Bytes were expected.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var bytes = ToBytes(value);
        if (CurrentAttachments.Written is not { } attachments)
        {
            writer.WriteBase64StringValue(bytes.Span);
            return;
        }

        writer.WriteStartObject();
        writer.WriteBoolean("_placeholder"u8, true);
        writer.WriteNumber("num"u8, attachments.Count);
        writer.WriteEndObject();
        attachments.Add(bytes);
    }
}

internal sealed class ByteArrayConverter : AttachmentConverter<byte[]>
{
    protected override byte[] FromBytes(ReadOnlyMemory<byte> bytes) => bytes.ToArray();

    protected override ReadOnlyMemory<byte> ToBytes(byte[] value) => value;
}

internal sealed class ReadOnlyMemoryConverter : AttachmentConverter<ReadOnlyMemory<byte>>
{
    protected override ReadOnlyMemory<byte> FromBytes(ReadOnlyMemory<byte> bytes) => bytes;

    protected override ReadOnlyMemory<byte> ToBytes(ReadOnlyMemory<byte> value) => value;
}

internal sealed class ArraySegmentConverter : AttachmentConverter<ArraySegment<byte>>
{
    protected override ArraySegment<byte> FromBytes(ReadOnlyMemory<byte> bytes) => bytes.ToArray();

    protected override ReadOnlyMemory<byte> ToBytes(ArraySegment<byte> value) => value;
}

internal sealed class MemoryConverter : AttachmentConverter<Memory<byte>>
{
    protected override Memory<byte> FromBytes(ReadOnlyMemory<byte> bytes) => bytes.ToArray();

    protected override ReadOnlyMemory<byte> ToBytes(Memory<byte> value) => value;
}
