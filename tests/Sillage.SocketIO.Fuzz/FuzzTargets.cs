using System.Buffers;
using System.Text;
using System.Text.Json;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Sillage.Specifications.Fuzzing;

namespace Sillage.SocketIO.Fuzz;

/// <summary>What is fed with any bytes at all. A target that throws has found something; its input goes to the corpus.</summary>
public static class FuzzTargets
{
    private static readonly PacketEncoder Encoder = new(JsonSerializerOptions.Web);

    private static readonly byte[][] Tokens =
    [
        .. FuzzTarget.JsonTokens,
        .. FuzzTarget.Bytes([
            "{\"_placeholder\":true,\"num\":0}",
            "\"_placeholder\":true",
            "\"num\":",
            "\u001e",
            "b",
            "=",
            "51-",
        ]),
    ];

    /// <summary>Every target.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [new("packets", Packets, Tokens), new("payloads", Payloads, Tokens)];

    /// <summary>The inputs they start from.</summary>
    public static FuzzCorpus Corpus { get; } = new("Sillage.SocketIO.Fuzz", All);

    /// <summary>A Socket.IO packet: refused, or read and passed on byte for byte but for white space.</summary>
    private static void Packets(byte[] data)
    {
        var decoder = new PacketDecoder(10);
        var (error, packet) = decoder.Text(data);
        for (var i = 0; error is null && packet is null; i++)
        {
            (error, packet) = decoder.Binary([(byte)i]);
        }

        if (packet is null || packet.Elements.Count == 0)
        {
            return;
        }

        var isEvent = packet.Header.Type is PacketType.Event or PacketType.BinaryEvent;
        var arguments = new EventArguments(packet.Json, packet.Elements, isEvent, packet.Attachments, Encoder.Options);
        var again = Encoder.Event(packet.Header.Namespace, "again", [arguments], packet.Header.Id).TextPacket;
        var (second, reread) = new PacketDecoder(10).Text(again.Span[1..]);
        FuzzTarget.Expect(second is null, "what was written cannot be read: " + second);
        if (reread is not null)
        {
            FuzzTarget.Expect(reread.Header.Namespace == packet.Header.Namespace, "another namespace");
            FuzzTarget.Expect(reread.Header.Id == packet.Header.Id, "another id");
            FuzzTarget.Expect(reread.Elements.Count == arguments.Count + 1, "another number of arguments");
            for (var i = 0; i < arguments.Count; i++)
            {
                var before = new ArrayBufferWriter<byte>();
                JsonArguments.WriteCompact(arguments.Json(i).Span, before);
                var after = reread.Json.AsSpan(reread.Elements[i + 1]);
                FuzzTarget.Expect(after.SequenceEqual(before.WrittenSpan), "another argument");
            }
        }
    }

    /// <summary>A polling payload: each of its packets is refused or read.</summary>
    private static void Payloads(byte[] data)
    {
        ReadOnlySpan<byte> rest = data;
        var atEnd = false;
        var length = -1;
        while (Payload.TryNext(ref rest, ref atEnd, out var packet))
        {
            length += packet.Length + 1;
            if (packet.Length > 0 && packet[0] == Payload.BinaryMark)
            {
                var bytes = packet[1..].ToArray();
                if (Payload.TryDecodeBinary(bytes, out var written))
                {
                    var again = OutgoingMessage.BinaryMessage(bytes.AsSpan(0, written)).Polling;
                    FuzzTarget.Expect(again.Span.Length <= packet.Length, "Base64 that grew");
                }
            }
            else if (Payload.TryParse(packet, out var type, out var content))
            {
                FuzzTarget.Expect(
                    Encoding.ASCII.GetBytes("0123456")[type - EnginePacketType.Open] == packet[0],
                    "another type"
                );
                FuzzTarget.Expect(content.Length == packet.Length - 1, "another content");
            }
        }

        FuzzTarget.Expect(length == data.Length, "bytes were lost");
    }
}
