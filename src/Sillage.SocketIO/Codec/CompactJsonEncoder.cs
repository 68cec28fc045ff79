using System.Buffers;
using System.Text.Encodings.Web;

namespace Sillage.SocketIO.Codec;

/// <summary>
/// Escapes in JSON strings what RFC 8259 section 7 asks for and nothing else, as JavaScript's <c>JSON.stringify</c> does. The
/// framework's most relaxed encoder still escapes emoji to twelve bytes each.
/// </summary>
public sealed class CompactJsonEncoder : JavaScriptEncoder
{
    private CompactJsonEncoder() { }

    /// <summary>The one there is.</summary>
    public static CompactJsonEncoder Instance { get; } = new();

    private static readonly SearchValues<char> EscapedCharacters = SearchValues.Create([
        .. Enumerable.Range(0, 32).Select(c => (char)c),
        '"',
        '\\',
    ]);

    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create([
        .. Enumerable.Range(0, 32).Select(c => (byte)c),
        (byte)'"',
        (byte)'\\',
    ]);

    /// <inheritdoc />
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc />
    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 32 or '"' or '\\';

    /// <inheritdoc />
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        var special = span.IndexOfAny(EscapedCharacters);
        var surrogate = span.IndexOfAnyInRange('\ud800', '\udfff');
        if (surrogate < 0 || (special >= 0 && special < surrogate))
        {
            return special;
        }

        // A pair is left alone, half of one is replaced; telling them apart needs a walk.
        for (var i = surrogate; i < span.Length; i++)
        {
            if (char.IsHighSurrogate(span[i]) && i + 1 < span.Length && char.IsLowSurrogate(span[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(span[i]) || WillEncode(span[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <inheritdoc />
    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) =>
        utf8Text.IndexOfAny(EscapedBytes);

    /// <inheritdoc />
    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar,
        char* buffer,
        int bufferLength,
        out int numberOfCharactersWritten
    )
    {
        var output = new Span<char>(buffer, bufferLength);
        var letter = unicodeScalar switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => '\0',
        };
        if (letter is not '\0' && output.Length >= 2)
        {
            output[0] = '\\';
            output[1] = letter;
            numberOfCharactersWritten = 2;
            return true;
        }

        if (letter is '\0' && output.Length >= 6)
        {
            numberOfCharactersWritten = 0;
            return output.TryWrite($"\\u{unicodeScalar:x4}", out numberOfCharactersWritten);
        }

        numberOfCharactersWritten = 0;
        return false;
    }
}
