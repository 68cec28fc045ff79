using System.Text;
using System.Text.Json;

namespace Sillage.Traces.Intake;

/// <summary>What is wrong with a text that should be JSON, said to whoever wrote it and not to whoever programs a reader.</summary>
internal static class JsonFault
{
    // Of the framework's readers, where they are not told otherwise.
    private const int DeepestRead = 64;

    /// <summary>What is wrong.</summary>
    /// <param name="text">The text that was read.</param>
    /// <param name="e">Where the reader gave up.</param>
    public static string Of(ReadOnlySpan<byte> text, JsonException e)
    {
        var at = PlaceOf(text, e);
        var before = text[..at].TrimEnd(" \t\r\n"u8);
        return text[at..].TrimStart(" \t\r\n"u8) switch
        {
            [] => "The text ends before all that was opened in it is closed.",
            [(byte)'}' or (byte)']', ..] when before is [.., (byte)','] =>
                "A comma stands behind the last value; none may.",
            [(byte)'/', ..] => "A comment is not JSON.",
            [(byte)'\'', ..] => "A text stands in double quotes, not in single ones.",
            [(byte)'N' or (byte)'I', ..] => "NaN, Infinity and None are not JSON: send null, or leave the field out.",
            [(byte)'T' or (byte)'F', ..] => "true and false are written in small letters.",
            [< 0x20, ..] => "A line end or another control character in a text has to be escaped, as \\n is.",
            [(byte)'{' or (byte)'[', ..] when IsTooDeep(text[..at]) =>
                "There are too many objects and arrays in one another.",
            [(byte)'{' or (byte)'[' or (byte)'"', ..] when before is [.., (byte)'}' or (byte)']'] =>
                "A second value stands behind the first, with nothing in between.",
            [< 0x7F and var odd, ..] => $"'{(char)odd}' cannot stand there.",
            _ => "What stands there is not JSON.",
        };
    }

    private static int PlaceOf(ReadOnlySpan<byte> text, JsonException e)
    {
        var start = 0;
        for (var line = e.LineNumber ?? 0; line > 0; line--)
        {
            start += text[start..].IndexOf((byte)'\n') + 1;
        }

        return (int)Math.Clamp(start + (e.BytePositionInLine ?? 0), 0, text.Length);
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> before) =>
        before.Count((byte)'{') + before.Count((byte)'[') >= DeepestRead;

    /// <summary>A value as a message can show it: its beginning, on one line.</summary>
    public static string Show(ReadOnlySpan<byte> text)
    {
        const int Shown = 60;
        var said = Encoding.UTF8.GetString(text[..Math.Min(text.Length, Shown * 4)]);
        var line = string.Concat(said.EnumerateRunes().Select(r => Rune.IsControl(r) ? " " : r.ToString()));
        return line.Length <= Shown ? $"'{line}'" : $"'{line[..Shown].TrimEnd('\uD83D')}…'";
    }
}
