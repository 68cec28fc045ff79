using Shouldly;
using Sillage.Traces.Import.Rows;
using Xunit;

namespace Sillage.Traces.Tests.Import;

public sealed class NfcTests
{
    // From Unicode's NormalizationTest.txt: source, and form C.
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Jose\u0301", "Jos\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]
    [InlineData("D\u0307\u0323", "\u1E0C\u0307")]
    [InlineData("\u0045\u0304\u0300", "\u1E14")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\uF900", "\u8C48")]
    [InlineData("e\u0302\u0301", "\u1EBF")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\u0301a", "\u0301a")]
    public void A_text_is_put_into_form_C(string text, string expected)
    {
        Nfc.Of(text).ShouldBe(expected);
        Nfc.Of(expected).ShouldBe(expected);
    }
}
