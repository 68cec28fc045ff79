using System.Text;

namespace Sillage.Hosting.Limits;

/// <summary>
/// Makes Kestrel read a <c>Content-Length</c> as digits and nothing else (RFC 9110 section 8.6). By itself it takes <c>+2</c> and <c>-0</c>, in its own
/// encoding and in any other, and a proxy that reads them otherwise could be made to disagree about where a request ends. What is no digit is read as a
/// letter, which no number has.
/// </summary>
internal sealed class ContentLengthText : ASCIIEncoding
{
    public static readonly Encoding Strict = new ContentLengthText();

    private ContentLengthText() { }

    // There is room for one character more than the longest number has: what is longer is refused as too long, where it would throw.
    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var length = Math.Min(bytes.Length, chars.Length);
        for (var i = 0; i < length; i++)
        {
            chars[i] = char.IsAsciiDigit((char)bytes[i]) ? (char)bytes[i] : 'x';
        }

        return length;
    }
}
