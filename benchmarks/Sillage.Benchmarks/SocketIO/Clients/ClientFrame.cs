using System.Buffers.Binary;
using System.Text;

namespace Sillage.Benchmarks.SocketIO.Clients;

/// <summary>WebSocket frames of a client: masked, as RFC 6455 asks, with a mask of zeros that leaves the text as it is.</summary>
internal static class ClientFrame
{
    private const byte FinalText = 0x81;
    private const byte Masked = 0x80;
    private const int MaskLength = 4;

    public static byte[] Text(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var header = payload.Length < 126 ? 2 : 4;
        var frame = new byte[header + MaskLength + payload.Length];
        frame[0] = FinalText;
        if (header == 2)
        {
            frame[1] = (byte)(Masked | payload.Length);
        }
        else
        {
            frame[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        }

        payload.CopyTo(frame, header + MaskLength);
        return frame;
    }

    /// <summary>Reads the header of a server's frame.</summary>
    /// <returns>False if it is not all there.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int header, out int payload)
    {
        (header, payload) = (2, 0);
        if (bytes.Length < 2)
        {
            return false;
        }

        payload = bytes[1];
        if (payload == 126)
        {
            header = 4;
            payload = bytes.Length < header ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        }
        else if (payload == 127)
        {
            header = 10;
            payload = bytes.Length < header ? 0 : checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]));
        }

        return bytes.Length >= header + payload;
    }

    public static bool IsClose(byte first) => (first & 0x0F) == 8;
}
