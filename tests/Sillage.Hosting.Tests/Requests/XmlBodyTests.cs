using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.Api.Formats;
using Sillage.Api.Requests.Reading;
using Sillage.Hosting.Tests.Playground;
using Xunit;

namespace Sillage.Hosting.Tests.Requests;

public sealed class XmlBodyTests(PlaygroundFixture playground)
{
    private const string Boats = "/api/v1/playground/boats";

    [Fact]
    public async Task Types_are_known_from_the_request()
    {
        var (status, boat) = await playground.PostAsync(
            Boats,
            """
            <?xml version="1.0"?>
            <boat>
              <name>wake &amp; é</name>
              <crew><item><name>ann</name><seat>1</seat></item></crew>
              <length>8.20</length>
              <kind>coxless-four</kind>
              <extra type="object"><n type="number">1e2</n><t>text</t><none type="null"/></extra>
            </boat>
            """,
            "application/xml"
        );

        status.ShouldBe(200, boat.ToString());
        boat.ToString()
            .ShouldBe(
                """{"name":"wake & é","crew":[{"name":"ann","seat":1}],"length":8.2,"kind":"coxless-four","extra":{"n":1e2,"t":"text","none":null}}"""
            );
    }

    [Theory]
    [InlineData("", "", "XML document")]
    [InlineData("<boat>", "", "Malformed")]
    [InlineData("<boat/><boat/>", "", "Malformed")]
    [InlineData("""<!DOCTYPE boat [<!ENTITY e "x">]><boat><name>&e;</name></boat>""", "", "Malformed")]
    [InlineData("""<!DOCTYPE boat SYSTEM "file:///etc/passwd"><boat><name>a</name></boat>""", "", "Malformed")]
    [InlineData("<boat><name>a</name><crew><rower/></crew></boat>", "/crew/0", "<item>")]
    [InlineData("<boat><name>a</name>text<crew/></boat>", "", "not text")]
    [InlineData("<boat><name><b/></name><crew/></boat>", "/name", "Text is expected")]
    [InlineData("<boat><name colour='red'>a</name><crew/></boat>", "/name", "only attribute")]
    [InlineData(
        "<boat><name>a</name><crew><item><name>ann</name><seat>one</seat></item></crew></boat>",
        "/crew/0/seat",
        "A whole number"
    )]
    [InlineData(
        "<boat><name>a</name><name>b</name><crew><item><name>ann</name><seat>1</seat></item></crew></boat>",
        "/name",
        "twice"
    )]
    [InlineData(
        "<boat><name>a</name><crew><item><name>ann</name><seat>1</seat></item></crew><lenght>1</lenght></boat>",
        "/lenght",
        "'length'"
    )]
    [InlineData("<boat><name type='json-string'>a</name><crew/></boat>", "/name", "JSON string")]
    [InlineData("<boat><name type='json-string'>\"\\u0000\"</name><crew/></boat>", "/name", "U+0000")]
    public async Task Bad_XML_gets_400_with_the_place(string xml, string pointer, string detail)
    {
        var (status, problem) = await playground.PostAsync(Boats, xml, "application/xml");

        status.ShouldBe(400, problem.ToString());
        var error = problem.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("pointer").GetString().ShouldBe(pointer);
        error.GetProperty("detail").GetString()!.ShouldContain(detail);
    }

    [Fact]
    public async Task Nesting_10_000_deep_gets_400()
    {
        var xml = string.Concat(Enumerable.Repeat("<a>", 10_000)) + string.Concat(Enumerable.Repeat("</a>", 10_000));

        foreach (var path in new[] { Boats, "/api/v1/playground/anything" })
        {
            var (status, _) = await playground.PostAsync(path, xml, "application/xml");
            status.ShouldBe(400);
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_text_get_400()
    {
        var (status, _) = await playground.SendAsync(
            HttpMethod.Post,
            Boats,
            [.. "<boat><name>"u8, 0xC3, 0x28, .. "</name></boat>"u8],
            "application/xml"
        );

        status.ShouldBe(400);
    }

    [Fact]
    public async Task An_element_of_type_null_removes_a_member_in_a_patch()
    {
        var (status, boat) = await playground.SendAsync(
            HttpMethod.Patch,
            Boats + "/1",
            Encoding.UTF8.GetBytes("<patch><name>bow</name><length type='null'/></patch>"),
            "application/xml"
        );

        status.ShouldBe(200, boat.ToString());
        boat.GetProperty("name").GetString().ShouldBe("bow");
        boat.TryGetProperty("length", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("-1.50e+3")]
    [InlineData("\"\"")]
    [InlineData("\" \\t\\r\\n \"")]
    [InlineData("\"]]>&<a\"")]
    [InlineData("\"\\u0001\\u001f\\uffff\\\"\\\\\"")]
    [InlineData("\"😀 \\u2028\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[[],{},[null,[true,false]]]")]
    [InlineData("""{"":1," ":2,"a b":3,"1":4,"_x0041_":5,"é":6,"x:y":7,"item":8,"type":9,"😀":10,"a\u0001":11}""")]
    [InlineData("""{"a":{"b":[{"c":"d"},"e",1,null]}}""")]
    public void JSON_comes_back_from_XML_as_it_was(string json)
    {
        var xml = JsonToXml.Convert(Encoding.UTF8.GetBytes(json));
        var back = XmlToJson.Convert(xml, Json.Options.GetTypeInfo(typeof(JsonElement)));

        JsonElement
            .DeepEquals(JsonElement.Parse(back.Span), JsonElement.Parse(json))
            .ShouldBeTrue(Encoding.UTF8.GetString(xml));
    }
}
