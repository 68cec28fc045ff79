using System.Buffers;
using System.Buffers.Text;

namespace Sillage.SocketIO.EngineIO;

/// <summary>The kinds of Engine.IO packets; their digits on the wire.</summary>
internal enum EnginePacketType : byte
{
    Open = (byte)'0',
    Close = (byte)'1',
    Ping = (byte)'2',
    Pong = (byte)'3',
    Message = (byte)'4',
    Upgrade = (byte)'5',
    Noop = (byte)'6',
}

/// <summary>A body of HTTP long-polling: packets separated by U+001E, binary messages in Base64 after <c>b</c>.</summary>
internal static class Payload
{
    public const byte Separator = 0x1e;
    public const byte BinaryMark = (byte)'b';

    /// <summary>Cuts the next packet off a payload.</summary>
    /// <returns>False at the end. A payload ends where its last packet ends; a trailing separator is an empty, hence malformed, packet.</returns>
    public static bool TryNext(ref ReadOnlySpan<byte> payload, ref bool atEnd, out ReadOnlySpan<byte> packet)
    {
        if (atEnd)
        {
            packet = default;
            return false;
        }

        var end = payload.IndexOf(Separator);
        if (end < 0)
        {
            packet = payload;
            payload = default;
            atEnd = true;
            return true;
        }

        packet = payload[..end];
        payload = payload[(end + 1)..];
        return true;
    }

    /// <summary>Splits a text packet into its type and what follows.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out EnginePacketType type, out ReadOnlySpan<byte> data)
    {
        if (packet.IsEmpty || packet[0] is < (byte)EnginePacketType.Open or > (byte)EnginePacketType.Noop)
        {
            type = default;
            data = default;
            return false;
        }

        type = (EnginePacketType)packet[0];
        data = packet[1..];
        return true;
    }

    /// <summary>Decodes the Base64 of a binary packet (without its <c>b</c>) into its own start.</summary>
    public static bool TryDecodeBinary(Span<byte> base64, out int written) =>
        Base64.DecodeFromUtf8InPlace(base64, out written) is OperationStatus.Done;

    /// <summary>Writes a binary message.</summary>
    public static void WriteBinary(IBufferWriter<byte> payload, ReadOnlySpan<byte> data)
    {
        var destination = payload.GetSpan(1 + Base64.GetMaxEncodedToUtf8Length(data.Length));
        destination[0] = BinaryMark;
        Base64.EncodeToUtf8(data, destination[1..], out _, out var written);
        payload.Advance(1 + written);
    }
}
