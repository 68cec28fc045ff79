using System.Text.Json;

namespace Sillage.SocketIO.Codec;

/// <summary>Finds where each element of a JSON array stands, and checks it whole on the way.</summary>
internal static class JsonArguments
{
    /// <summary>How deep the JSON of a packet may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads an array.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="attachments">How many attachments it has to name, each once.</param>
    /// <param name="elements">Where its elements stand.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? TryScan(ReadOnlySpan<byte> json, int attachments, out List<Range> elements)
    {
        elements = [];
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartArray)
            {
                return "the payload is not an array";
            }

            var seen = attachments == 0 ? null : new bool[attachments];
            var found = 0;
            var start = 0;
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1)
                {
                    if (reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
                    {
                        start = (int)reader.TokenStartIndex;
                    }

                    if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
                    {
                        elements.Add(start..(int)reader.BytesConsumed);
                    }
                }

                if (
                    seen is not null
                    && reader.TokenType is JsonTokenType.StartObject
                    && TryReadPlaceholder(reader, out var number)
                )
                {
                    if (number < 0 || number >= attachments || seen[number])
                    {
                        return "a placeholder names no attachment of its own";
                    }

                    seen[number] = true;
                    found++;
                }
            }

            return found == attachments ? null : "fewer placeholders than attachments";
        }
        catch (JsonException)
        {
            return "the payload is not JSON, or nested too deep";
        }
    }

    /// <summary>Whether an object is <c>{"_placeholder":true,"num":n}</c>. The reader is a copy; the caller's does not move.</summary>
    public static bool TryReadPlaceholder(Utf8JsonReader reader, out int number)
    {
        number = -1;
        var marked = false;
        for (var i = 0; i < 2; i++)
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.PropertyName)
            {
                return false;
            }

            // As bytes: an escape in a name, which may even be half a surrogate pair, is not what clients write here.
            if (reader.ValueSpan.SequenceEqual("_placeholder"u8))
            {
                marked = reader.Read() && reader.TokenType is JsonTokenType.True;
            }
            else if (reader.ValueSpan.SequenceEqual("num"u8))
            {
                if (!reader.Read() || reader.TokenType is not JsonTokenType.Number || !reader.TryGetInt32(out number))
                {
                    number = -1;
                }
            }
            else
            {
                return false;
            }
        }

        return marked && reader.Read() && reader.TokenType is JsonTokenType.EndObject;
    }

    /// <summary>Copies JSON without the white space between its tokens; numbers and strings stay byte for byte.</summary>
    public static void WriteCompact(ReadOnlySpan<byte> json, System.Buffers.IBufferWriter<byte> writer)
    {
        while (!json.IsEmpty)
        {
            var stop = json.IndexOfAny(" \t\r\n\""u8);
            if (stop < 0)
            {
                System.Buffers.BuffersExtensions.Write(writer, json);
                return;
            }

            if (json[stop] != (byte)'"')
            {
                System.Buffers.BuffersExtensions.Write(writer, json[..stop]);
                json = json[(stop + 1)..];
                continue;
            }

            var end = stop + 1;
            while (json[end] != (byte)'"')
            {
                end += json[end] == (byte)'\\' ? 2 : 1;
            }

            System.Buffers.BuffersExtensions.Write(writer, json[..(end + 1)]);
            json = json[(end + 1)..];
        }
    }
}
