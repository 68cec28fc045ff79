using System.Buffers;
using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.Redis.SocketIO;
using Xunit;

namespace Sillage.Redis.Tests;

public sealed class MessagePackTests
{
    [Theory]
    [InlineData("0", "00")]
    [InlineData("127", "7f")]
    [InlineData("128", "cc80")]
    [InlineData("256", "cd0100")]
    [InlineData("65536", "ce00010000")]
    [InlineData("4294967296", "cf0000000100000000")]
    [InlineData("-1", "ff")]
    [InlineData("-32", "e0")]
    [InlineData("-33", "d0df")]
    [InlineData("-129", "d1ff7f")]
    [InlineData("-32769", "d2ffff7fff")]
    [InlineData("-2147483649", "d3ffffffff7fffffff")]
    [InlineData("1.5", "cb3ff8000000000000")]
    [InlineData("null", "c0")]
    [InlineData("true", "c3")]
    [InlineData("\"a\"", "a161")]
    [InlineData("[1,[]]", "920190")]
    [InlineData("{\"a\":{}}", "81a16180")]
    public void Json_is_written_in_the_shortest_form_and_read_back(string json, string hex)
    {
        Convert.ToHexStringLower(Write(json)).ShouldBe(hex);
        Read(Convert.FromHexString(hex)).ShouldBe(json);
    }

    [Theory]
    [InlineData("d400" + "00", "null")]
    [InlineData("d6ff00000001", "\"1970-01-01T00:00:01.000Z\"")]
    [InlineData("d7ff" + "1dcd650000000001", "\"1970-01-01T00:00:01.125Z\"")]
    [InlineData("c70cff" + "000f4240" + "0000000000000002", "\"1970-01-01T00:00:02.001Z\"")]
    [InlineData("d700" + "00000000000003e8", "\"1970-01-01T00:00:01.000Z\"")]
    [InlineData("c70200" + "0102", """{"_placeholder":true,"num":0}""")]
    [InlineData("c4020102", """{"_placeholder":true,"num":0}""")]
    [InlineData("ca3fc00000", "1.5")]
    [InlineData("cb7ff0000000000000", "null")]
    public void What_only_others_write_is_read(string hex, string json) =>
        Read(Convert.FromHexString(hex)).ShouldBe(json);

    [Theory]
    [InlineData("")]
    [InlineData("91")]
    [InlineData("a5616263")]
    [InlineData("dbffffffff")]
    [InlineData("ddffffffff")]
    [InlineData("c6ffffffff")]
    [InlineData("8101")]
    [InlineData("cf00")]
    [InlineData("d7ff00")]
    public void What_is_cut_short_or_no_messagepack_is_refused(string hex) =>
        Read(Convert.FromHexString(hex)).ShouldBeNull();

    [Fact]
    public void Deep_nesting_is_refused() => Read([.. Enumerable.Repeat((byte)0x91, 100_000)]).ShouldBeNull();

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var data = new byte[random.Next(40)];
            random.NextBytes(data);
            Read(data);
        }
    }

    private static byte[] Write(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        using var document = JsonDocument.Parse(json);
        new MessagePackWriter(output).Json(document.RootElement, []);
        return output.WrittenSpan.ToArray();
    }

    private static string? Read(byte[] data)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true });
        var reader = new MessagePackReader(data, writer);
        var isRead = reader.TryRead();
        writer.Flush();
        return isRead ? Encoding.UTF8.GetString(json.WrittenSpan) : null;
    }
}
