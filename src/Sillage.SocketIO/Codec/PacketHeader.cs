using System.Text;

namespace Sillage.SocketIO.Codec;

/// <summary>What stands before the JSON of a packet.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Namespace">The namespace, <c>/</c> if none is named.</param>
/// <param name="Attachments">How many binary packets follow.</param>
/// <param name="Id">The number by which it is acknowledged; null if it is not.</param>
/// <param name="PayloadStart">Where the JSON begins.</param>
internal readonly record struct PacketHeader(
    PacketType Type,
    string Namespace,
    int Attachments,
    long? Id,
    int PayloadStart
)
{
    /// <summary>The largest number that every client can hold (2^53 - 1).</summary>
    private const long LargestId = 9_007_199_254_740_991;

    /// <summary>The longest name of a namespace, in bytes.</summary>
    public const int LongestNamespace = 512;

    /// <summary>Reads <c>type [attachments "-"] [namespace ","] [id]</c>.</summary>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? TryParse(ReadOnlySpan<byte> packet, int mostAttachments, out PacketHeader header)
    {
        header = default;
        if (packet.IsEmpty || packet[0] is < (byte)PacketType.Connect or > (byte)PacketType.BinaryAck)
        {
            return "unknown packet type";
        }

        var type = (PacketType)packet[0];
        var at = 1;
        var attachments = 0;
        if (type is PacketType.BinaryEvent or PacketType.BinaryAck)
        {
            if (
                !TryReadNumber(packet, ref at, mostAttachments, out var count)
                || count == 0
                || at == packet.Length
                || packet[at++] != (byte)'-'
            )
            {
                return "bad number of attachments";
            }

            attachments = (int)count;
        }

        var name = "/";
        if (at < packet.Length && packet[at] == (byte)'/')
        {
            var length = packet[at..].IndexOf((byte)',');
            var end = length < 0 ? packet.Length : at + length;
            if (end - at > LongestNamespace)
            {
                return "name of a namespace too long";
            }

            name = end - at == 1 ? "/" : Encoding.UTF8.GetString(packet[at..end]);
            at = length < 0 ? end : end + 1;
        }

        long? id = null;
        if (at < packet.Length && char.IsAsciiDigit((char)packet[at]))
        {
            if (!TryReadNumber(packet, ref at, LargestId, out var number))
            {
                return "bad acknowledgement id";
            }

            id = number;
        }

        header = new PacketHeader(type, name, attachments, id, at);
        return null;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ref int at, long most, out long number)
    {
        number = 0;
        var start = at;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++)
        {
            number = number * 10 + (text[at] - '0');
            if (number > most)
            {
                return false;
            }
        }

        return at > start;
    }
}
