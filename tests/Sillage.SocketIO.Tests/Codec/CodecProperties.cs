using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Xunit;

namespace Sillage.SocketIO.Tests.Codec;

/// <summary>What holds for every input; the inputs are made up anew in each run, and a failure prints its seed.</summary>
public sealed class CodecProperties
{
    private static readonly PacketEncoder Encoder = new(JsonSerializerOptions.Web);

    private static readonly string[] Alphabet =
    [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "9",
        "-",
        "/",
        ",",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\\",
        "a",
        "b",
        "\u001e",
        " ",
        ".",
        "e",
        "\"a\"",
        "\"num\":",
        "\"_placeholder\":true",
        "{\"_placeholder\":true,\"num\":0}",
        "[\"a\"",
        "/n,",
        "51-",
        "true",
        "null",
    ];

    [Fact]
    public void No_text_makes_the_decoder_throw_and_what_it_accepts_can_be_passed_on() =>
        Prop.ForAll(
                Gen.Elements(Alphabet).ListOf().Select(parts => string.Concat(parts)).ToArbitrary(),
                text =>
                {
                    var decoder = new PacketDecoder(10);
                    var (error, packet) = decoder.Text(Encoding.UTF8.GetBytes(text));
                    while (error is null && packet is null)
                    {
                        (error, packet) = decoder.Binary([1]);
                    }

                    if (packet?.Elements.Count > 0)
                    {
                        var arguments = new EventArguments(
                            packet.Json,
                            packet.Elements,
                            packet.Header.Type is PacketType.Event or PacketType.BinaryEvent,
                            packet.Attachments,
                            Encoder.Options
                        );
                        var again = Encoder.Event("/", "again", [new byte[] { 1 }, arguments]);
                        JsonDocument
                            .Parse(again.TextPacket[(1 + again.TextPacket.Span.IndexOf((byte)'-'))..])
                            .Dispose();
                    }

                    return true;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_bytes_make_the_decoder_throw() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                data =>
                {
                    new PacketDecoder(10).Text(data);
                    return true;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Every_string_arrives_as_it_was_sent() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                text =>
                {
                    var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
                    var packet = Encoder.Event("/", "a", [wellFormed]).TextPacket;
                    var (error, read) = new PacketDecoder(10).Text(packet.Span[1..]);
                    error.ShouldBeNull();
                    var arguments = new EventArguments(read!.Json, read.Elements, true, [], Encoder.Options);
                    return arguments.Get<string>(0) == wellFormed
                        && JsonNode.Parse(arguments.Json(0).Span)!.GetValue<string>() == wellFormed;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Every_header_is_read_as_it_was_written() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<PositiveInt>(),
                Gen.Elements("/", "/n", "/a/b", "/é", "/1", "/-").ToArbitrary(),
                (id, ns) =>
                {
                    var packet = Encoder.Event(ns, "a", [1], id.Get).TextPacket;
                    PacketHeader.TryParse(packet.Span[1..], 10, out var header).ShouldBeNull();
                    return header.Namespace == ns && header.Id == id.Get;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_payload_falls_into_the_packets_that_it_was_made_of() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[][]>(),
                packets =>
                {
                    var payload = string.Join(
                        '\u001e',
                        packets.Select(p => OutgoingMessage.BinaryMessage(p).ToString())
                    );
                    if (packets.Length == 0)
                    {
                        return true;
                    }

                    var parts = payload.Split('\u001e');
                    return parts.Length == packets.Length
                        && parts
                            .Zip(packets)
                            .All(p =>
                            {
                                var bytes = Encoding.ASCII.GetBytes(p.First[1..]);
                                return Payload.TryDecodeBinary(bytes, out var n)
                                    && bytes.AsSpan(0, n).SequenceEqual(p.Second);
                            });
                }
            )
            .QuickCheckThrowOnFailure();
}
