namespace Sillage.SocketIO.Codec;

/// <summary>The kinds of Socket.IO packets; their digits on the wire.</summary>
internal enum PacketType : byte
{
    Connect = (byte)'0',
    Disconnect = (byte)'1',
    Event = (byte)'2',
    Ack = (byte)'3',
    ConnectError = (byte)'4',
    BinaryEvent = (byte)'5',
    BinaryAck = (byte)'6',
}
