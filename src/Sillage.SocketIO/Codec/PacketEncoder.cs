using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO.Codec;

/// <summary>Makes packets: once, whatever the number of receivers.</summary>
internal sealed class PacketEncoder
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static Scratch? _scratch;

    public PacketEncoder(JsonSerializerOptions options)
    {
        Options = new JsonSerializerOptions(options);
        Options.Encoder ??= CompactJsonEncoder.Instance;
        Options.WriteIndented = false;
        Options.Converters.Add(new ByteArrayConverter());
        Options.Converters.Add(new ReadOnlyMemoryConverter());
        Options.Converters.Add(new MemoryConverter());
        Options.Converters.Add(new ArraySegmentConverter());
        Options.MakeReadOnly(populateMissingResolver: true);
    }

    /// <summary>The program's JSON settings, with bytes as attachments.</summary>
    public JsonSerializerOptions Options { get; }

    /// <summary>An event.</summary>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="id">The number that the client acknowledges it by; null for none.</param>
    /// <param name="offset">Where it stands in the log that connections are recovered from; null where there is none.</param>
    public OutgoingMessage Event(
        string @namespace,
        string name,
        ReadOnlySpan<object?> arguments,
        long? id = null,
        LogOffset? offset = null
    ) => Encode(@namespace, PacketType.Event, name, arguments, id, offset, isShared: false).Message;

    /// <summary>An event for clients of this process, and what other processes are told of it: serialised once.</summary>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="id">As for <see cref="Event"/>.</param>
    /// <param name="offset">As for <see cref="Event"/>; other processes have offsets of their own.</param>
    public (OutgoingMessage Message, byte[] Json, ReadOnlyMemory<byte>[] Attachments) SharedEvent(
        string @namespace,
        string name,
        ReadOnlySpan<object?> arguments,
        long? id,
        LogOffset? offset
    ) => Encode(@namespace, PacketType.Event, name, arguments, id, offset, isShared: true);

    /// <summary>An acknowledgement.</summary>
    public OutgoingMessage Ack(string @namespace, long id, ReadOnlySpan<object?> arguments) =>
        Encode(@namespace, PacketType.Ack, null, arguments, id, null, isShared: false).Message;

    /// <summary>The packet that accepts a client in a namespace.</summary>
    public static OutgoingMessage Connect(string @namespace, string id, string? recoveryId) =>
        Control(
            PacketType.Connect,
            @namespace,
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("sid"u8, id);
                if (recoveryId is not null)
                {
                    writer.WriteString("pid"u8, recoveryId);
                }

                writer.WriteEndObject();
            }
        );

    /// <summary>The packet that refuses a client in a namespace.</summary>
    public OutgoingMessage ConnectError(string @namespace, string message, object? data) =>
        Control(
            PacketType.ConnectError,
            @namespace,
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("message"u8, message);
                if (data is not null)
                {
                    writer.WritePropertyName("data"u8);
                    JsonSerializer.Serialize(writer, data, data.GetType(), Options);
                }

                writer.WriteEndObject();
            }
        );

    /// <summary>The packet that ends a client's part in a namespace.</summary>
    public static OutgoingMessage Disconnect(string @namespace) => Control(PacketType.Disconnect, @namespace, null);

    /// <summary>The arguments of an event, its name the first, or of an acknowledgement, as JSON and attachments for another process.</summary>
    public (byte[] Json, List<ReadOnlyMemory<byte>> Attachments) Arguments(
        string? name,
        ReadOnlySpan<object?> arguments
    )
    {
        var scratch = Take();
        WriteArray(scratch, name, arguments);
        var result = (scratch.Json.WrittenSpan.ToArray(), new List<ReadOnlyMemory<byte>>(scratch.Attachments));
        Give(scratch);
        return result;
    }

    private (OutgoingMessage Message, byte[] Json, ReadOnlyMemory<byte>[] Attachments) Encode(
        string @namespace,
        PacketType type,
        string? name,
        ReadOnlySpan<object?> arguments,
        long? id,
        LogOffset? offset,
        bool isShared
    )
    {
        var scratch = Take();
        WriteArray(scratch, name, arguments);
        var binary = scratch.Attachments.Count > 0;
        WriteHeader(
            scratch.Text,
            binary ? (type is PacketType.Event ? PacketType.BinaryEvent : PacketType.BinaryAck) : type,
            scratch.Attachments.Count,
            @namespace,
            id
        );
        var json = scratch.Json.WrittenSpan;
        if (offset is { } place && (place.IsKept || json[^2] == (byte)'"'))
        {
            // One more argument, for this process's clients only.
            scratch.Text.Write(json[..^1]);
            scratch.Text.Write(",\""u8);
            WriteNumber(scratch.Text, place.Number);
            scratch.Text.Write("\"]"u8);
        }
        else
        {
            scratch.Text.Write(json);
        }

        var message = OutgoingMessage.Message(scratch.Text.WrittenSpan, scratch.Attachments);
        byte[] shared = isShared ? json.ToArray() : [];
        ReadOnlyMemory<byte>[] attachments = isShared ? [.. scratch.Attachments] : [];
        Give(scratch);
        return (message, shared, attachments);
    }

    private void WriteArray(Scratch scratch, string? name, ReadOnlySpan<object?> arguments)
    {
        var writer = scratch.Writer;
        var before = CurrentAttachments.Written;
        CurrentAttachments.Written = scratch.Attachments;
        try
        {
            writer.WriteStartArray();
            if (name is not null)
            {
                writer.WriteStringValue(name);
            }

            foreach (var argument in arguments)
            {
                switch (argument)
                {
                    case null:
                        writer.WriteNullValue();
                        break;
                    case string text:
                        writer.WriteStringValue(text);
                        break;
                    case EventArguments passedOn:
                        passedOn.WriteTo(writer, scratch.Attachments);
                        break;
                    default:
                        JsonSerializer.Serialize(writer, argument, argument.GetType(), Options);
                        break;
                }
            }

            writer.WriteEndArray();
            writer.Flush();
        }
        finally
        {
            CurrentAttachments.Written = before;
        }
    }

    private static OutgoingMessage Control(PacketType type, string @namespace, Action<Utf8JsonWriter>? payload)
    {
        var scratch = Take();
        WriteHeader(scratch.Text, type, 0, @namespace, null);
        if (payload is not null)
        {
            payload(scratch.Writer);
            scratch.Writer.Flush();
            scratch.Text.Write(scratch.Json.WrittenSpan);
        }

        var message = OutgoingMessage.Message(scratch.Text.WrittenSpan, null);
        Give(scratch);
        return message;
    }

    private static void WriteHeader(
        ArrayBufferWriter<byte> text,
        PacketType type,
        int attachments,
        string @namespace,
        long? id
    )
    {
        text.Write([(byte)type]);
        if (attachments > 0)
        {
            WriteNumber(text, attachments);
            text.Write("-"u8);
        }

        if (@namespace is not "/")
        {
            Encoding.UTF8.GetBytes(@namespace, text);
            text.Write(","u8);
        }

        if (id is not null)
        {
            WriteNumber(text, id.Value);
        }
    }

    private static void WriteNumber(ArrayBufferWriter<byte> text, long number)
    {
        Utf8Formatter.TryFormat(number, text.GetSpan(20), out var length);
        text.Advance(length);
    }

    private static Scratch Take()
    {
        // A converter of the program's may itself emit; it then gets buffers of its own.
        var scratch = _scratch ?? new Scratch();
        _scratch = null;
        return scratch;
    }

    private static void Give(Scratch scratch)
    {
        if (scratch.Json.Capacity <= LargestKept && scratch.Text.Capacity <= LargestKept)
        {
            scratch.Clear();
            _scratch = scratch;
        }
    }

    /// <summary>Buffers that a thread uses for one packet after another. After a failure they are not given back.</summary>
    private sealed class Scratch
    {
        public Scratch() =>
            Writer = new Utf8JsonWriter(
                Json,
                new JsonWriterOptions { Encoder = CompactJsonEncoder.Instance, SkipValidation = true }
            );

        public ArrayBufferWriter<byte> Json { get; } = new(256);
        public ArrayBufferWriter<byte> Text { get; } = new(256);
        public Utf8JsonWriter Writer { get; }
        public List<ReadOnlyMemory<byte>> Attachments { get; } = [];

        public void Clear()
        {
            Json.ResetWrittenCount();
            Text.ResetWrittenCount();
            Attachments.Clear();
            Writer.Reset();
        }
    }
}
