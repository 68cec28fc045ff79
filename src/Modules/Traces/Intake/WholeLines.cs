using System.Text.Json;

namespace Sillage.Traces.Intake;

/// <summary>
/// Tells NDJSON from JSON that was written over several lines or as one array: taken line by line, that would be shreds, none of
/// which can be mended.
/// </summary>
internal static class WholeLines
{
    /// <summary>What the text is instead.</summary>
    public enum Shape
    {
        /// <summary>An array.</summary>
        Array,

        /// <summary>Objects, each over several lines.</summary>
        Objects,
    }

    /// <summary>Looks at a line that is no value by itself.</summary>
    /// <param name="text">The text from the line's beginning on.</param>
    /// <param name="line">The line's length.</param>
    /// <param name="isWhole">Whether the text goes to its end; else the value may end behind it.</param>
    /// <returns>Null if the line is just a bad one.</returns>
    public static Shape? Broken(ReadOnlySpan<byte> text, int line, bool isWhole)
    {
        var first = text[..line].Trim(" \t\r"u8);
        if (first is not [(byte)'[' or (byte)'{', ..])
        {
            return null;
        }

        var shape = first[0] == '[' ? Shape.Array : Shape.Objects;
        var isAlone = first.Length == 1 && text[line..].IndexOfAnyExcept(" \t\r\n"u8) >= 0;
        return isAlone || GoesOn(text, line, isWhole) ? shape : null;
    }

    /// <summary>Looks at the beginning of a file.</summary>
    /// <param name="head">As much of it as is there.</param>
    /// <param name="isWhole">Whether that is all.</param>
    public static Shape? Broken(ReadOnlySpan<byte> head, bool isWhole)
    {
        var text = head.TrimStart(" \t\r\n"u8);
        var line = text.IndexOf((byte)'\n') is var end and >= 0 ? end : text.Length;
        return text is [(byte)'[', ..] ? Shape.Array
            : line < text.Length && !IsValue(text[..line]) ? Broken(text, line, isWhole)
            : null;
    }

    /// <summary>Whether a text is one JSON value and nothing else.</summary>
    public static bool IsValue(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Whether the value that begins in the line ends behind it. Its depth is bounded, so that each line is read over so often at most.
    private static bool GoesOn(ReadOnlySpan<byte> text, int line, bool isWhole)
    {
        var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
        try
        {
            return (TrySkip(ref reader) || !isWhole) && reader.BytesConsumed > line;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TrySkip(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.CurrentDepth == 0 && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                return true;
            }
        }

        return false;
    }
}
