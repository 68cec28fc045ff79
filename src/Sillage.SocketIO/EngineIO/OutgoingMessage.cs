using System.Buffers;
using System.Text;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// What leaves as one unit: a text packet, a binary packet, or a text packet with the binary packets that belong to it.
/// It is framed for WebSocket when it is made and encoded for polling when first needed; it never changes, so any number
/// of connections share it.
/// </summary>
internal sealed class OutgoingMessage
{
    /// <summary>The heartbeat.</summary>
    public static readonly OutgoingMessage Ping = Control("2"u8);

    /// <summary>The answer to an upgrade's probe.</summary>
    public static readonly OutgoingMessage Probed = Control("3probe"u8);

    private readonly byte[] _frames;
    private readonly int _textLength;
    private readonly int[]? _binaryLengths;
    private byte[]? _polling;

    private OutgoingMessage(byte[] frames, int textLength, int[]? binaryLengths)
    {
        _frames = frames;
        _textLength = textLength;
        _binaryLengths = binaryLengths;
    }

    /// <summary>The WebSocket frames, headers included.</summary>
    public ReadOnlyMemory<byte> Frames => _frames;

    /// <summary>The memory that the message holds while it waits.</summary>
    public int Size => _frames.Length;

    /// <summary>How many Engine.IO packets it is.</summary>
    public int Packets => (_textLength >= 0 ? 1 : 0) + (_binaryLengths?.Length ?? 0);

    /// <summary>A message packet of text, with the binary packets that follow it.</summary>
    /// <param name="text">UTF-8, without the packet type.</param>
    /// <param name="attachments">Binary packets of the same unit.</param>
    public static OutgoingMessage Message(ReadOnlySpan<byte> text, IReadOnlyList<ReadOnlyMemory<byte>>? attachments) =>
        Create((byte)'4', text, attachments);

    /// <summary>A binary message packet.</summary>
    public static OutgoingMessage BinaryMessage(ReadOnlySpan<byte> data)
    {
        var header = WebSocketFrame.HeaderLength(data.Length);
        var frames = new byte[header + data.Length];
        WebSocketFrame.WriteHeader(frames, WebSocketFrame.Binary, data.Length);
        data.CopyTo(frames.AsSpan(header));
        return new OutgoingMessage(frames, -1, [data.Length]);
    }

    /// <summary>The packet that opens a session.</summary>
    public static OutgoingMessage Open(ReadOnlySpan<byte> json) => Create((byte)'0', json, null);

    private static OutgoingMessage Control(ReadOnlySpan<byte> packet) => Create(packet[0], packet[1..], null);

    private static OutgoingMessage Create(
        byte type,
        ReadOnlySpan<byte> text,
        IReadOnlyList<ReadOnlyMemory<byte>>? attachments
    )
    {
        var textLength = text.Length + 1;
        var length = WebSocketFrame.HeaderLength(textLength) + textLength;
        var lengths = attachments is { Count: > 0 } ? new int[attachments.Count] : null;
        for (var i = 0; i < lengths?.Length; i++)
        {
            lengths[i] = attachments![i].Length;
            length = checked(length + WebSocketFrame.HeaderLength(lengths[i]) + lengths[i]);
        }

        var frames = new byte[length];
        var at = WebSocketFrame.WriteHeader(frames, WebSocketFrame.Text, textLength);
        frames[at++] = type;
        text.CopyTo(frames.AsSpan(at));
        at += text.Length;
        for (var i = 0; i < lengths?.Length; i++)
        {
            at += WebSocketFrame.WriteHeader(frames.AsSpan(at), WebSocketFrame.Binary, lengths[i]);
            attachments![i].Span.CopyTo(frames.AsSpan(at));
            at += lengths[i];
        }

        return new OutgoingMessage(frames, textLength, lengths);
    }

    /// <summary>The text packet, type included; empty for a binary message.</summary>
    public ReadOnlyMemory<byte> TextPacket =>
        _textLength < 0
            ? ReadOnlyMemory<byte>.Empty
            : _frames.AsMemory(WebSocketFrame.HeaderLength(_textLength), _textLength);

    /// <summary>The binary packet at a position.</summary>
    public ReadOnlyMemory<byte> BinaryPacket(int index)
    {
        var at = _textLength < 0 ? 0 : WebSocketFrame.HeaderLength(_textLength) + _textLength;
        for (var i = 0; ; i++)
        {
            at += WebSocketFrame.HeaderLength(_binaryLengths![i]);
            if (i == index)
            {
                return _frames.AsMemory(at, _binaryLengths[i]);
            }

            at += _binaryLengths[i];
        }
    }

    /// <summary>How many binary packets the unit has.</summary>
    public int BinaryPackets => _binaryLengths?.Length ?? 0;

    /// <summary>The packets as a polling payload: separated by U+001E, binary ones in Base64 after <c>b</c>.</summary>
    public ReadOnlyMemory<byte> Polling
    {
        get
        {
            if (_binaryLengths is null)
            {
                return TextPacket;
            }

            // Two threads may both make it; both make the same.
            return _polling ??= EncodePolling();
        }
    }

    private byte[] EncodePolling()
    {
        var payload = new ArrayBufferWriter<byte>(_frames.Length * 4 / 3 + 16);
        payload.Write(TextPacket.Span);
        for (var i = 0; i < BinaryPackets; i++)
        {
            if (payload.WrittenCount > 0)
            {
                payload.Write([Payload.Separator]);
            }

            Payload.WriteBinary(payload, BinaryPacket(i).Span);
        }

        return payload.WrittenSpan.ToArray();
    }

    /// <inheritdoc />
    public override string ToString() => Encoding.UTF8.GetString(Polling.Span);
}
