using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;
using Xunit;

namespace Sillage.SocketIO.Tests.Codec;

public sealed class EncoderTests
{
    private static readonly PacketEncoder Encoder = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    [Fact]
    public void Packets_are_written_as_the_protocol_says()
    {
        Text(PacketEncoder.Connect("/", "abc", null)).ShouldBe("""40{"sid":"abc"}""");
        Text(PacketEncoder.Connect("/n", "abc", "def")).ShouldBe("""40/n,{"sid":"abc","pid":"def"}""");
        Text(PacketEncoder.Disconnect("/")).ShouldBe("41");
        Text(PacketEncoder.Disconnect("/n")).ShouldBe("41/n,");
        Text(Encoder.ConnectError("/n", "Invalid namespace", null))
            .ShouldBe("""44/n,{"message":"Invalid namespace"}""");
        Text(Encoder.ConnectError("/", "no", new { Why = 1 })).ShouldBe("""44{"message":"no","data":{"why":1}}""");
        Text(Encoder.Event("/", "a", [])).ShouldBe("""42["a"]""");
        Text(Encoder.Event("/n", "a", [1, null, "x", new { B = true }], 7))
            .ShouldBe("""42/n,7["a",1,null,"x",{"b":true}]""");
        Text(Encoder.Event("/", "a", [1], null, new LogOffset(12, IsKept: true))).ShouldBe("""42["a",1,"12"]""");

        // Behind one that is not kept an offset stands only where a client would take something else for it.
        Text(Encoder.Event("/", "a", [1], null, new LogOffset(12, IsKept: false))).ShouldBe("""42["a",1]""");
        Text(Encoder.Event("/", "a", ["b"], null, new LogOffset(12, IsKept: false))).ShouldBe("""42["a","b","12"]""");
        Text(Encoder.Event("/", "a", [], null, new LogOffset(12, IsKept: false))).ShouldBe("""42["a","12"]""");
        Text(Encoder.Ack("/", 0, [])).ShouldBe("430[]");
        Text(Encoder.Ack("/n", 3, [1, "b"])).ShouldBe("""43/n,3[1,"b"]""");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("é Ω 你好 😀 <>&'+\u2028\u007f")]
    [InlineData("\" \\ \b \f \n \r \t \u0000 \u001f")]
    [InlineData("half \ud800 of a pair")]
    public void Strings_are_escaped_as_javascript_does(string text)
    {
        var packet = Text(Encoder.Event("/", "a", [text]));
        var expected = new StringBuilder("42[\"a\",\"");
        foreach (var c in text)
        {
            expected.Append(
                c switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\b' => "\\b",
                    '\f' => "\\f",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    < ' ' => $"\\u{(int)c:x4}",
                    '\ud800' => "\ufffd",
                    _ => c.ToString(),
                }
            );
        }

        packet.ShouldBe(expected + "\"]");
    }

    [Fact]
    public void Bytes_at_any_depth_become_attachments_in_order()
    {
        var message = Encoder.Event(
            "/",
            "a",
            [
                new byte[] { 1 },
                new { X = new object[] { new byte[] { 2, 3 }, "s" } },
                new ReadOnlyMemory<byte>([4]),
                new Memory<byte>([]),
            ]
        );
        Encoding
            .UTF8.GetString(message.TextPacket.Span)
            .ShouldBe(
                """454-["a",{"_placeholder":true,"num":0},{"x":[{"_placeholder":true,"num":1},"s"]},{"_placeholder":true,"num":2},{"_placeholder":true,"num":3}]"""
            );
        message.BinaryPackets.ShouldBe(4);
        message.BinaryPacket(0).ToArray().ShouldBe([1]);
        message.BinaryPacket(1).ToArray().ShouldBe([2, 3]);
        message.BinaryPacket(2).ToArray().ShouldBe([4]);
        message.BinaryPacket(3).ToArray().ShouldBe([]);
    }

    [Fact]
    public void Arguments_that_pass_on_stay_digit_for_digit_and_lose_their_spaces()
    {
        var arguments = Decode(
            """ [ "m" , 1.0 , 1e3 , 12345678901234567890 , -0 , "a\u00e9 \"b c\" \\" , { "k" : [ true , null ] } ] """
        );
        Text(Encoder.Event("/", "back", [arguments]))
            .ShouldBe("""42["back",1.0,1e3,12345678901234567890,-0,"a\u00e9 \"b c\" \\",{"k":[true,null]}]""");
    }

    [Fact]
    public void Attachments_that_pass_on_are_numbered_after_those_before_them()
    {
        var arguments = Decode(
            """["m",{"_placeholder":true,"num":1},{"d":[{"num":0, "_placeholder":true}, "{\"_placeholder\":true,\"num\":0}"]}]""",
            [7],
            [8]
        );
        var message = Encoder.Event("/", "back", [new byte[] { 6 }, arguments]);
        Encoding
            .UTF8.GetString(message.TextPacket.Span)
            .ShouldBe(
                """453-["back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":2},{"d":[{"_placeholder":true,"num":1},"{\"_placeholder\":true,\"num\":0}"]}]"""
            );
        message.BinaryPacket(1).ToArray().ShouldBe([7]);
        message.BinaryPacket(2).ToArray().ShouldBe([8]);
    }

    [Fact]
    public void Arguments_are_read_as_types()
    {
        var arguments = Decode(
            """["m",1,"x",{"name":"n","data":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]""",
            [1, 2],
            [3]
        );
        arguments.Count.ShouldBe(4);
        arguments.Get<int>(0).ShouldBe(1);
        arguments.Get<string>(1).ShouldBe("x");
        arguments.Get<Named>(2)!.Data.ShouldBe([1, 2]);
        arguments.Get<ReadOnlyMemory<byte>>(3).ToArray().ShouldBe([3]);
        arguments.Get<JsonElement>(2).GetProperty("name").GetString().ShouldBe("n");
        Should.Throw<JsonException>(() => arguments.Get<int>(1));
        Should.Throw<ArgumentOutOfRangeException>(() => arguments.Get<int>(4));
        arguments.ToString().ShouldStartWith("[1,\"x\",");
    }

    [Fact]
    public void A_polling_payload_has_every_packet_of_the_unit()
    {
        var message = Encoder.Event("/", "a", [new byte[] { 1, 2, 3, 4 }]);
        message.ToString().ShouldBe("""451-["a",{"_placeholder":true,"num":0}]""" + "\u001ebAQIDBA==");
        OutgoingMessage.BinaryMessage([1, 2, 3, 4]).ToString().ShouldBe("bAQIDBA==");
    }

    [Fact]
    public void A_broadcast_is_framed_for_websocket_when_it_is_made()
    {
        var message = Encoder.Event("/", "a", [new byte[] { 9, 8 }]);
        var text = message.TextPacket.Length;
        message.Frames.Span[0].ShouldBe((byte)0x81);
        message.Frames.Span[1].ShouldBe((byte)text);
        message.Frames.Span[2 + text].ShouldBe((byte)0x82);
        message.Frames.Span[3 + text].ShouldBe((byte)2);
        message.Frames[(4 + text)..].ToArray().ShouldBe([9, 8]);
    }

    private static string Text(OutgoingMessage message) => Encoding.UTF8.GetString(message.TextPacket.Span);

    internal static EventArguments Decode(string json, params byte[][] attachments)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        JsonArguments.TryScan(bytes, attachments.Length, out var elements).ShouldBeNull();
        return new EventArguments(
            bytes,
            elements,
            true,
            [.. attachments.Select(a => (ReadOnlyMemory<byte>)a)],
            Encoder.Options
        );
    }

    private sealed record Named(string Name, byte[] Data);
}
