namespace Sillage.Schema;

/// <summary>Questions about a JSON string as it stands in the text, between its quotes.</summary>
public static class JsonText
{
    /// <summary>
    /// Looks at the escapes of a string: U+0000 cannot be stored, and half a surrogate pair is no character.
    /// </summary>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? FindBadEscape(ReadOnlySpan<byte> raw)
    {
        int at;
        while ((at = raw.IndexOf((byte)'\\')) >= 0)
        {
            if (raw[at + 1] != 'u')
            {
                raw = raw[(at + 2)..];
                continue;
            }

            var unit = Hex(raw.Slice(at + 2, 4));
            raw = raw[(at + 6)..];
            switch (unit)
            {
                case 0:
                    return "The character U+0000 cannot be stored.";
                case >= 0xDC00 and <= 0xDFFF:
                    return "Half a surrogate pair is no character.";
                case >= 0xD800 and <= 0xDBFF:
                    if (
                        raw.Length < 6
                        || raw[0] != '\\'
                        || raw[1] != 'u'
                        || Hex(raw.Slice(2, 4)) is not (>= 0xDC00 and <= 0xDFFF)
                    )
                    {
                        return "Half a surrogate pair is no character.";
                    }

                    raw = raw[6..];
                    break;
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>The number of characters (Unicode code points) of valid UTF-8.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var b in utf8)
        {
            // Every byte but the continuations (10xxxxxx) begins a character.
            if ((b & 0xC0) != 0x80)
            {
                count++;
            }
        }

        return count;
    }

    // The reader has seen to it that there are four hexadecimal digits.
    private static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }
}
