using System.Text;
using Shouldly;
using Sillage.Files.Kinds;
using Xunit;

namespace Sillage.Files.Tests;

public sealed class FileTypesTests
{
    [Theory]
    [InlineData("89504E470D0A1A0A00", "image/png")]
    [InlineData("FFD8FFE000", "image/jpeg")]
    [InlineData("474946383961", "image/gif")]
    [InlineData("524946460000000057454250", "image/webp")]
    [InlineData("524946460000000057415645", "audio/wav")]
    [InlineData("5249464600000000414249", "application/octet-stream")]
    [InlineData("255044462D312E37", "application/pdf")]
    [InlineData("504B0304", "application/zip")]
    [InlineData("1F8B08", "application/gzip")]
    [InlineData("4F676753", "audio/ogg")]
    [InlineData("494433", "audio/mpeg")]
    [InlineData("FFFB90", "audio/mpeg")]
    [InlineData("664C6143", "audio/flac")]
    [InlineData("1A45DFA3010000000000001F4286810142F7810142F2810442F381084282847765626D", "video/webm")]
    [InlineData("1A45DFA3", "application/octet-stream")]
    [InlineData("0000001866747970", "application/octet-stream")]
    [InlineData("000000186674797069736F6D", "video/mp4")]
    [InlineData("00000018667479704D344120", "audio/mp4")]
    [InlineData("000000146674797071742020", "video/quicktime")]
    [InlineData("000000186674797068656963", "application/octet-stream")]
    [InlineData("41C3A90A", "text/plain; charset=utf-8")]
    [InlineData("", "text/plain; charset=utf-8")]
    [InlineData("41E9", "application/octet-stream")]
    [InlineData("4100", "application/octet-stream")]
    [InlineData("7F454C46", "application/octet-stream")]
    [InlineData("4D5A9000", "application/octet-stream")]
    public void A_file_is_what_its_bytes_say(string bytes, string mediaType) =>
        FileTypes.Of(Convert.FromHexString(bytes)).MediaType.ShouldBe(mediaType);

    [Theory]
    [InlineData(null, "file")]
    [InlineData("", "file")]
    [InlineData("..", "file")]
    [InlineData(" . ", "file")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\fakepath\\start.jpg", "start.jpg")]
    [InlineData("a\r\nSet-Cookie: b.txt", "aSet-Cookie: b.txt")]
    [InlineData("cat\u202Egnp.exe", "catgnp.exe")]
    [InlineData("été 🚣.png", "été 🚣.png")]
    public void A_name_is_one_that_nothing_takes_for_something_else(string? name, string clean) =>
        FileBody.Clean(name).ShouldBe(clean);

    [Fact]
    public void Half_a_character_is_none() => FileBody.Clean("a" + (char)0xD800 + "b").ShouldBe("a\ufffdb");

    [Fact]
    public void A_long_name_keeps_its_end()
    {
        var name = FileBody.Clean(string.Concat(Enumerable.Repeat("👩‍🚀é", 100)) + ".jpeg");

        name.Length.ShouldBeLessThanOrEqualTo(200);
        name.ShouldEndWith(".jpeg");
        Encoding.UTF8.GetByteCount(name).ShouldBe(Encoding.UTF8.GetByteCount(name.Normalize()));
        name.ShouldNotContain('\ufffd');
    }
}
