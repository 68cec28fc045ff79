using System.Buffers;
using System.Text;
using System.Text.Json;
using Sillage.SocketIO.Codec;

namespace Sillage.SocketIO;

/// <summary>
/// The arguments of an event or an acknowledgement, as they came: JSON, and the binary attachments that it refers to. Given
/// to an emit they pass on unchanged, numbers digit for digit.
/// </summary>
public sealed class EventArguments
{
    private readonly byte[] _json;
    private readonly List<Range> _elements;
    private readonly int _skip;
    private readonly JsonSerializerOptions _options;

    internal EventArguments(
        byte[] json,
        List<Range> elements,
        bool isEvent,
        IReadOnlyList<ReadOnlyMemory<byte>> attachments,
        JsonSerializerOptions options
    )
    {
        _json = json;
        _elements = elements;
        _skip = isEvent ? 1 : 0;
        Attachments = attachments;
        _options = options;
    }

    /// <summary>How many there are.</summary>
    public int Count => _elements.Count - _skip;

    /// <summary>The binary attachments, in the order of their numbers.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments { get; }

    /// <summary>The JSON of an argument; where it is or holds bytes, a placeholder stands for them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public ReadOnlyMemory<byte> Json(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _json.AsMemory(_elements[index + _skip]);
    }

    /// <summary>An argument as a type. Bytes are <c>byte[]</c> or <c>ReadOnlyMemory&lt;byte&gt;</c>, at any depth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="JsonException">The argument is not of this type.</exception>
    public T? Get<T>(int index)
    {
        var before = CurrentAttachments.Read;
        CurrentAttachments.Read = Attachments;
        try
        {
            return JsonSerializer.Deserialize<T>(Json(index).Span, _options);
        }
        finally
        {
            CurrentAttachments.Read = before;
        }
    }

    /// <summary>The arguments as a JSON array.</summary>
    public override string ToString() =>
        "[" + string.Join(',', Enumerable.Range(0, Count).Select(i => Encoding.UTF8.GetString(Json(i).Span))) + "]";

    /// <summary>Writes the arguments into an array that is being written, their attachments after those it has.</summary>
    internal void WriteTo(Utf8JsonWriter writer, List<ReadOnlyMemory<byte>> attachments)
    {
        var copy = new ArrayBufferWriter<byte>(Math.Max(_json.Length, 16));
        for (var i = 0; i < Count; i++)
        {
            copy.ResetWrittenCount();
            var element = Json(i).Span;
            if (Attachments.Count > 0 && attachments.Count > 0)
            {
                WriteRenumbered(element, attachments.Count, copy);
            }
            else
            {
                JsonArguments.WriteCompact(element, copy);
            }

            writer.WriteRawValue(copy.WrittenSpan, skipInputValidation: true);
        }

        attachments.AddRange(Attachments);
    }

    private static void WriteRenumbered(ReadOnlySpan<byte> json, int first, ArrayBufferWriter<byte> copy)
    {
        var reader = new Utf8JsonReader(json);
        var written = 0;
        while (reader.Read())
        {
            if (
                reader.TokenType is JsonTokenType.StartObject
                && JsonArguments.TryReadPlaceholder(reader, out var number)
            )
            {
                JsonArguments.WriteCompact(json[written..(int)reader.TokenStartIndex], copy);
                copy.Write(Encoding.ASCII.GetBytes($"{{\"_placeholder\":true,\"num\":{first + number}}}"));
                reader.Skip();
                written = (int)reader.BytesConsumed;
            }
        }

        JsonArguments.WriteCompact(json[written..], copy);
    }

    /// <summary>The bytes that this holds in memory.</summary>
    internal int Size => _json.Length + Attachments.Sum(a => a.Length);
}

/// <summary>An acknowledgement of several values; a handler that returns anything else acknowledges with that one value.</summary>
/// <param name="values">The values.</param>
public sealed class AckArguments(params object?[] values)
{
    /// <summary>The values.</summary>
    public IReadOnlyList<object?> Values { get; } = values;
}
