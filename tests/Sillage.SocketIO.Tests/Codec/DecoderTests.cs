using System.Text;
using Shouldly;
using Sillage.SocketIO.Codec;
using Xunit;

namespace Sillage.SocketIO.Tests.Codec;

public sealed class DecoderTests
{
    [Theory]
    [InlineData("0", '0', "/", 0, null, "")]
    [InlineData("""0{"token":"1"}""", '0', "/", 0, null, """{"token":"1"}""")]
    [InlineData("0/custom", '0', "/custom", 0, null, "")]
    [InlineData("0/custom,", '0', "/custom", 0, null, "")]
    [InlineData("""0/custom,{"a":1}""", '0', "/custom", 0, null, """{"a":1}""")]
    [InlineData("1/a/b?c=d,", '1', "/a/b?c=d", 0, null, "")]
    [InlineData("""2["a"]""", '2', "/", 0, null, """["a"]""")]
    [InlineData("""2/,["a"]""", '2', "/", 0, null, """["a"]""")]
    [InlineData("""2/n,12["a",1]""", '2', "/n", 0, 12L, """["a",1]""")]
    [InlineData("""20["a"]""", '2', "/", 0, 0L, """["a"]""")]
    [InlineData("""29007199254740991["a"]""", '2', "/", 0, 9007199254740991L, """["a"]""")]
    [InlineData("3007[]", '3', "/", 0, 7L, "[]")]
    [InlineData("""2[1,"a number may be a name"]""", '2', "/", 0, null, """[1,"a number may be a name"]""")]
    [InlineData("""2 [ "spaces" ]""", '2', "/", 0, null, """ [ "spaces" ]""")]
    public void A_packet_is_read(string text, char type, string ns, int attachments, long? id, string json)
    {
        var (error, packet) = new PacketDecoder(10).Text(Encoding.UTF8.GetBytes(text));
        error.ShouldBeNull();
        packet.ShouldNotBeNull();
        ((char)packet.Header.Type).ShouldBe(type);
        packet.Header.Namespace.ShouldBe(ns);
        packet.Header.Attachments.ShouldBe(attachments);
        packet.Header.Id.ShouldBe(id);
        Encoding.UTF8.GetString(packet.Json).ShouldBe(json);
    }

    public static TheoryData<string> Malformed =>
        [
            "",
            "a",
            "7",
            "abc",
            "-1",
            "2",
            "2{}",
            "2\"a\"",
            "2[]",
            "2[{}]",
            "2[null]",
            "2[true]",
            "2[[\"a\"]]",
            "2[\"a\"",
            "2[\"a\"]]",
            "2[\"a\"]x",
            "2[\"a\",]",
            "2[\"a\",NaN]",
            "2[\"a\",01]",
            "2['a']",
            "2abc[\"a\"]",
            "2-1[\"a\"]",
            "21.5[\"a\"]",
            "29007199254740992[\"a\"]",
            "299999999999999999999999[\"a\"]",
            "2/n[\"a\"]",
            "2[\"connect\"]",
            "2[\"connect_error\"]",
            "2[\"disconnect\"]",
            "2[\"disconnecting\"]",
            "2[\"newListener\"]",
            "2[\"removeListener\"]",
            "2[\"\\u0064isconnect\"]",
            "2[\"\\ud800\"]",
            "0[]",
            "0\"a\"",
            "0null",
            "0{",
            "0{}{}",
            "0/n,[]",
            "1{}",
            "1[]",
            "3[]",
            "3",
            "31",
            "31{}",
            "4{\"message\":\"x\"}",
            "5[\"a\"]",
            "5-[\"a\"]",
            "50-[\"a\"]",
            "5x-[\"a\"]",
            "51[\"a\"]",
            "51.5-[\"a\"]",
            "5-1-[\"a\"]",
            "511-[\"a\"]",
            "5999999999999999999999-[\"a\"]",
            "51-[\"a\"]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0.5}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":99999999999}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
            "52-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "61-[{\"_placeholder\":true,\"num\":0}]",
            "2[\"a\"," + new string('[', 10_000) + new string(']', 10_000) + "]",
            "2" + new string('[', 1_000_000),
            "0" + string.Concat(Enumerable.Repeat("{\"a\":", 10_000)),
            "0/" + new string('n', 1000),
        ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_packet_is_told_from_a_good_one(string text)
    {
        var (error, packet) = new PacketDecoder(10).Text(Encoding.UTF8.GetBytes(text));
        error.ShouldNotBeNull();
        packet.ShouldBeNull();
    }

    [Fact]
    public void Attachments_are_put_together_with_their_header()
    {
        var decoder = new PacketDecoder(10);
        decoder
            .Text("""52-/n,7["a",{"_placeholder":true,"num":1},{"x":{"num":0,"_placeholder":true}}]"""u8)
            .ShouldBe((null, null));
        decoder.Binary([1, 2]).ShouldBe((null, null));
        var (error, packet) = decoder.Binary([3]);
        error.ShouldBeNull();
        packet!.Header.Id.ShouldBe(7);
        packet.Attachments[0].ToArray().ShouldBe([1, 2]);
        packet.Attachments[1].ToArray().ShouldBe([3]);
    }

    [Fact]
    public void Nothing_comes_between_a_header_and_its_attachments()
    {
        var decoder = new PacketDecoder(10);
        decoder.Text("""51-["a",{"_placeholder":true,"num":0}]"""u8).Error.ShouldBeNull();
        decoder.Text("""2["b"]"""u8).Error.ShouldBe("text where an attachment was due");
        new PacketDecoder(10).Binary([1]).Error.ShouldBe("an attachment that no packet announced");
    }

    [Fact]
    public void Ten_attachments_are_the_most_by_default()
    {
        Event(10).ShouldBeNull();
        Event(11).ShouldBe("bad number of attachments");

        static string? Event(int attachments)
        {
            var json = string.Join(
                ',',
                Enumerable.Range(0, attachments).Select(i => $$"""{"_placeholder":true,"num":{{i}}}""")
            );
            return new PacketDecoder(new SocketIOOptions().MaxAttachments)
                .Text(Encoding.UTF8.GetBytes($"5{attachments}-[\"a\",{json}]"))
                .Error;
        }
    }
}
