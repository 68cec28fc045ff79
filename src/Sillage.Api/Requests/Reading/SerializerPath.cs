using System.Globalization;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>The serializer's paths, <c>$.fields[0]['a.b']</c>, as JSON Pointers.</summary>
internal static class SerializerPath
{
    /// <summary>The pointer to the same place; the whole document for a path that is null or of another form.</summary>
    public static string ToPointer(string? path)
    {
        var pointer = JsonPointer.Root;
        var rest = path.AsSpan();
        if (rest.StartsWith("$"))
        {
            rest = rest[1..];
        }

        while (!rest.IsEmpty)
        {
            if (rest.StartsWith("['"))
            {
                // Quotes inside a name are not escaped by the serializer, so the last "']" before a new step ends it.
                var end = rest.IndexOf("']", StringComparison.Ordinal);
                if (end < 0)
                {
                    return pointer;
                }

                pointer = JsonPointer.Member(pointer, rest[2..end].ToString());
                rest = rest[(end + 2)..];
            }
            else if (rest[0] == '[')
            {
                var end = rest.IndexOf(']');
                if (end < 0 || !int.TryParse(rest[1..end], CultureInfo.InvariantCulture, out var index))
                {
                    return pointer;
                }

                pointer = JsonPointer.Item(pointer, index);
                rest = rest[(end + 1)..];
            }
            else
            {
                var name = rest[0] == '.' ? rest[1..] : rest;
                var end = name.IndexOfAny('.', '[');
                end = end < 0 ? name.Length : end;
                pointer = JsonPointer.Member(pointer, name[..end].ToString());
                rest = name[end..];
            }
        }

        return pointer;
    }
}
