using System.Buffers.Binary;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// Headers of the frames that a server sends (RFC 6455 section 5.2): final, unmasked. Frames are made by hand so that a
/// broadcast is framed once and shared by every receiver.
/// </summary>
internal static class WebSocketFrame
{
    public const byte Text = 0x81;
    public const byte Binary = 0x82;
    public const byte Close = 0x88;

    /// <summary>A close frame that says nothing.</summary>
    public static readonly byte[] EmptyClose = [Close, 0];

    public static int HeaderLength(int payloadLength) =>
        payloadLength switch
        {
            < 126 => 2,
            <= ushort.MaxValue => 4,
            _ => 10,
        };

    /// <summary>Writes a header and returns its length.</summary>
    public static int WriteHeader(Span<byte> destination, byte kind, int payloadLength)
    {
        destination[0] = kind;
        switch (payloadLength)
        {
            case < 126:
                destination[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                return 4;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                return 10;
        }
    }
}
