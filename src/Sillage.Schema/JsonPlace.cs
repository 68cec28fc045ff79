using System.Text;
using System.Text.Json;
using Sillage.Api.Problems;

namespace Sillage.Schema;

/// <summary>
/// Finds the JSON Pointer (RFC 6901) of a place in a text by reading it a second time: what is right pays nothing for it.
/// </summary>
public static class JsonPlace
{
    // An escape is six bytes at most.
    private const int MaximumNameBytes = JsonPointer.MaximumLength * 6;

    /// <summary>
    /// The pointer to the value or member name that begins at byte <paramref name="offset"/>; where names would make it longer
    /// than 1000 characters, to the innermost object or array around it that is not as far down.
    /// </summary>
    public static string PointerTo(ReadOnlySpan<byte> json, long offset)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var path = new List<string?>();
        var indices = new List<int>();
        while (reader.Read())
        {
            if (indices.Count > 0 && indices[^1] >= 0 && reader.TokenType is not JsonTokenType.EndArray)
            {
                path[^1] = JsonPointer.Item(JsonPointer.Root, indices[^1]++);
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                path[^1] =
                    reader.ValueSpan.Length > MaximumNameBytes
                        ? null
                        : JsonPointer.Member(JsonPointer.Root, NameOf(ref reader));
            }

            if (reader.TokenStartIndex >= offset)
            {
                break;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    path.Add("/");
                    indices.Add(-1);
                    break;
                case JsonTokenType.StartArray:
                    path.Add("/");
                    indices.Add(0);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path.RemoveAt(path.Count - 1);
                    indices.RemoveAt(indices.Count - 1);
                    break;
                default:
                    break;
            }
        }

        var pointer = new StringBuilder();
        foreach (var step in path)
        {
            if (step is null or JsonPointer.Rest || pointer.Length + step.Length > JsonPointer.MaximumLength)
            {
                break;
            }

            pointer.Append(step);
        }

        return pointer.ToString();
    }

    // A name whose escapes make no text stands as it is written.
    private static string NameOf(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && JsonText.FindBadEscape(reader.ValueSpan) is null
            ? reader.GetString()!
            : Encoding.UTF8.GetString(reader.ValueSpan);
}
