using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>What every JSON text has to be before its content is looked at.</summary>
internal static class JsonText
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = Json.Options.MaxDepth };

    /// <summary>The text without the byte order mark that some clients put before it.</summary>
    /// <exception cref="ProblemException">400: empty, or not UTF-8.</exception>
    public static ReadOnlyMemory<byte> Sound(ReadOnlyMemory<byte> bytes)
    {
        var text = bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        if (text.Span.IsEmpty)
        {
            throw Bad("The body is empty.", JsonPointer.Root, "A JSON value is expected.");
        }

        if (!Utf8.IsValid(text.Span))
        {
            throw Bad("The body is not UTF-8.", JsonPointer.Root, "Send JSON in UTF-8.");
        }

        return text;
    }

    /// <summary>
    /// Characters that no storage keeps: U+0000 and halves of surrogate pairs. Raw ones cannot be in valid JSON, so this
    /// costs one search where nothing is escaped.
    /// </summary>
    /// <exception cref="ProblemException">400: where they are, or what is malformed.</exception>
    public static void RefuseUnstorable(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var errors = new List<FieldError>();
        var path = new JsonPath();
        var reader = new Utf8JsonReader(json, Strict);
        try
        {
            while (errors.Count < Problem.MostErrors && reader.Read())
            {
                path.Enter(ref reader, out var unstorable);
                if (unstorable)
                {
                    errors.Add(new FieldError(path.ToString(), "U+0000 and unpaired surrogates cannot be stored."));
                }
            }
        }
        catch (JsonException e)
        {
            throw Malformed(e, path);
        }

        if (errors.Count > 0)
        {
            throw new ProblemException(
                Problem.BadRequest("The body has characters that cannot be stored.", [.. errors])
            );
        }
    }

    /// <summary>Null if the text is well formed; else the problem that says where it is not.</summary>
    public static ProblemException? FindMalformed(ReadOnlySpan<byte> json)
    {
        var path = new JsonPath();
        var reader = new Utf8JsonReader(json, Strict);
        try
        {
            while (reader.Read())
            {
                path.Enter(ref reader, out _);
            }

            return null;
        }
        catch (JsonException e)
        {
            return Malformed(e, path);
        }
    }

    private static ProblemException Malformed(JsonException e, JsonPath path) =>
        path.Depth >= Json.Options.MaxDepth
            ? Bad(
                "The body is nested too deep.",
                JsonPointer.Root,
                $"At most {Json.Options.MaxDepth} levels of objects and arrays are read."
            )
            : Bad(
                "The body is not well-formed JSON.",
                path.ToString(),
                $"Malformed at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}."
            );

    private static ProblemException Bad(string detail, string pointer, string error) =>
        new(Problem.BadRequest(detail, new FieldError(pointer, error)));

    /// <summary>Where a reader is. A frame is an array's next index, or an object's last member.</summary>
    private sealed class JsonPath
    {
        private readonly List<(string? Member, int Index)> _frames = [];

        public int Depth => _frames.Count;

        public void Enter(ref Utf8JsonReader reader, out bool unstorable)
        {
            unstorable = false;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var name = Text(ref reader);
                    unstorable = name is null || name.Contains('\0', StringComparison.Ordinal);
                    _frames[^1] = (name ?? "?", -1);
                    return;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    _frames.RemoveAt(_frames.Count - 1);
                    return;
                case JsonTokenType.String:
                    var text = Text(ref reader);
                    unstorable = text is null || text.Contains('\0', StringComparison.Ordinal);
                    break;
            }

            if (_frames.Count > 0 && _frames[^1].Member is null)
            {
                _frames[^1] = (null, _frames[^1].Index + 1);
            }

            if (reader.TokenType == JsonTokenType.StartArray)
            {
                _frames.Add((null, -1));
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                _frames.Add(("", -1));
            }
        }

        // The frame on top counts once its first member or item was seen.
        public override string ToString()
        {
            var pointer = JsonPointer.Root;
            foreach (var (member, index) in _frames)
            {
                pointer =
                    member is { Length: > 0 } ? JsonPointer.Member(pointer, member)
                    : index >= 0 ? JsonPointer.Item(pointer, index)
                    : pointer;
            }

            return pointer;
        }

        private static string? Text(ref Utf8JsonReader reader)
        {
            if (!reader.ValueIsEscaped)
            {
                return reader.GetString();
            }

            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                // An unpaired surrogate, which a .NET string could hold but the reader rightly does not make.
                return null;
            }
        }
    }
}
