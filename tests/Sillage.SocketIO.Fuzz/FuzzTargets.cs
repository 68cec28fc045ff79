using System.Buffers;
using System.Text;
using System.Text.Json;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO.Fuzz;

/// <summary>What is fed with any bytes at all. A target that throws has found something; its input goes to the corpus.</summary>
public static class FuzzTargets
{
    private static readonly PacketEncoder Encoder = new(JsonSerializerOptions.Web);

    /// <summary>The targets by the name of their corpus.</summary>
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } =
        new Dictionary<string, Action<byte[]>>(StringComparer.Ordinal)
        {
            ["packets"] = Packets,
            ["payloads"] = Payloads,
        };

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
        Expect(second is null, "what was written cannot be read: " + second);
        if (reread is not null)
        {
            Expect(reread.Header.Namespace == packet.Header.Namespace, "another namespace");
            Expect(reread.Header.Id == packet.Header.Id, "another id");
            Expect(reread.Elements.Count == arguments.Count + 1, "another number of arguments");
            for (var i = 0; i < arguments.Count; i++)
            {
                var before = new ArrayBufferWriter<byte>();
                JsonArguments.WriteCompact(arguments.Json(i).Span, before);
                var after = reread.Json.AsSpan(reread.Elements[i + 1]);
                Expect(after.SequenceEqual(before.WrittenSpan), "another argument");
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
                    Expect(again.Span.Length <= packet.Length, "Base64 that grew");
                }
            }
            else if (Payload.TryParse(packet, out var type, out var content))
            {
                Expect(Encoding.ASCII.GetBytes("0123456")[type - EnginePacketType.Open] == packet[0], "another type");
                Expect(content.Length == packet.Length - 1, "another content");
            }
        }

        Expect(length == data.Length, "bytes were lost");
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
