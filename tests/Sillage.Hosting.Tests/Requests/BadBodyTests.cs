using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Xunit;

namespace Sillage.Hosting.Tests.Requests;

public sealed class BadBodyTests(PlaygroundFixture playground)
{
    private const string Boats = "/api/v1/playground/boats";
    private const string Measures = "/api/v1/playground/measures";

    [Theory]
    [InlineData("", "", "JSON value is expected")]
    [InlineData("   ", "", "line 1")]
    [InlineData("null", "", "An object is expected, not null")]
    [InlineData("{", "", "Malformed at line 1")]
    [InlineData("""{"name":"a","crew":[{"name":"ann",}]}""", "/crew/0/name", "line 1")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1},"x]}""", "/crew/0", "line 1")]
    [InlineData("""{"name":"a" /* no */}""", "/name", "Malformed")]
    [InlineData("""{"name":"a"} {}""", "", "Malformed")]
    [InlineData("[]", "", "An object is expected, not an array")]
    [InlineData("7", "", "An object is expected, not 7")]
    [InlineData("""{"crew":[{"name":"ann","seat":1}]}""", "/name", "'name' is missing. A string is expected")]
    [InlineData("""{"name":null,"crew":[{"name":"ann","seat":1}]}""", "/name", "A string is expected, not null")]
    [InlineData("""{"name":5,"crew":[{"name":"ann","seat":1}]}""", "/name", "A string is expected, not 5")]
    [InlineData("""{"name":"a","crew":{}}""", "/crew", "An array is expected, not an object")]
    [InlineData("""{"name":"a","crew":[1]}""", "/crew/0", "An object is expected, not 1")]
    [InlineData("""{"name":"a","crew":[null]}""", "/crew/0", "Must not be null")]
    [InlineData("""{"name":"a","crew":[]}""", "/crew", "From 1 to 9 items")]
    [InlineData("""{"name":"a","crew":[{"name":"a","seat":1}]}""", "/crew/0/name", "From 2 to 20 characters")]
    [InlineData("""{"name":"a","crew":[{"name":"cox","seat":1}]}""", "/crew/0/seat", "A cox sits last")]
    [InlineData(
        """{"name":"a","crew":[{"name":"ann","seat":1e10}]}""",
        "/crew/0/seat",
        "from -2147483648 to 2147483647"
    )]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1.5}]}""", "/crew/0/seat", "A whole number")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1,"seat":2}]}""", "/crew/0/seat", "twice")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"lenght":8}""", "/lenght", "did you mean 'length'")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"a/b~c":8}""", "/a~1b~0c", "known are name, crew")]
    [InlineData(
        """{"name":"a","crew":[{"name":"ann","seat":1}],"kind":"raft"}""",
        "/kind",
        "One of single, coxless-four"
    )]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"kind":1}""", "/kind", "One of single")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"length":0.5}""", "/length", "From 1 to 100")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"length":1e999}""", "/length", "out of range")]
    [InlineData("""{"name":"a\u0000","crew":[{"name":"ann","seat":1}]}""", "/name", "U+0000")]
    [InlineData("""{"name":"a","crew":[{"name":"\ud800x","seat":1}]}""", "/crew/0/name", "surrogates")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"extra":{"x\udc00":1}}""", "/extra/?", "surrogates")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"extra":{"a":1,"a":2}}""", "/extra/a", "twice")]
    [InlineData("""{"name":"a","crew":[{"name":"ann","seat":1}],"tags":["x",null]}""", "/tags/1", "Must not be null")]
    public async Task A_bad_boat_gets_400_with_the_place_and_what_is_expected(
        string body,
        string pointer,
        string detail
    )
    {
        var (status, problem) = await playground.PostAsync(Boats, body);

        status.ShouldBe(400, problem.ToString());
        var error = problem.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("pointer").GetString().ShouldBe(pointer);
        error.GetProperty("detail").GetString()!.ShouldContain(detail);
        error.GetProperty("detail").GetString()!.ShouldNotContain("System.");
    }

    [Theory]
    [InlineData("""{"id":"x"}""", "/id", "A UUID")]
    [InlineData("""{"at":"yesterday"}""", "/at", "RFC 3339")]
    [InlineData("""{"small":256}""", "/small", "from 0 to 255")]
    [InlineData("""{"small":-1}""", "/small", "from 0 to 255")]
    [InlineData("""{"large":9223372036854775808}""", "/large", "9223372036854775807")]
    [InlineData("""{"real":"1"}""", "/real", "A number is expected, not \"1\"")]
    [InlineData("""{"real":-1e999}""", "/real", "out of range")]
    [InlineData("""{"exact":1e40}""", "/exact", "A number")]
    [InlineData("""{"flag":"true"}""", "/flag", "true or false")]
    [InlineData("""{"values":{"a/b":"x"}}""", "/values/a~1b", "A number")]
    [InlineData("""{"values":{"a":1e999}}""", "/values/a", "out of range")]
    public async Task A_bad_leaf_gets_400_with_what_is_expected(string body, string pointer, string detail)
    {
        var (status, problem) = await playground.PostAsync(Measures, body);

        status.ShouldBe(400, problem.ToString());
        var error = problem.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("pointer").GetString().ShouldBe(pointer);
        error.GetProperty("detail").GetString()!.ShouldContain(detail);
    }

    // A name of the body's length before each of as many faults as there is room for: memory by the square of what was sent.
    [Theory]
    [InlineData("\"\\u0000\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public async Task A_long_name_is_not_said_again_with_each_error_below_it(string fault)
    {
        var name = new string('k', 100_000);
        var body =
            $$$"""{"name":"a","crew":[{"name":"ann","seat":1}],"extra":{"{{{name}}}":[{{{string.Join(',', Enumerable.Repeat(fault, 500))}}}]}}""";

        var (status, problem) = await playground.PostAsync(Boats, body);

        status.ShouldBe(400);
        var errors = problem.GetProperty("errors").EnumerateArray().ToList();
        errors.Count.ShouldBe(100);
        errors.ShouldAllBe(e => e.GetProperty("pointer").GetString() == "/extra/…");
    }

    [Fact]
    public async Task No_pointer_is_long_however_deep_its_names()
    {
        var name = new string('k', 90);
        const int depth = 40;
        var body =
            $$$"""{"name":"a","crew":[{"name":"ann","seat":1}],"extra":{{{string.Concat(Enumerable.Repeat($"{{\"{name}\":", depth))}}}"\u0000"{{{new string('}', depth)}}}}""";

        var (status, problem) = await playground.PostAsync(Boats, body);

        status.ShouldBe(400);
        var pointer = problem
            .GetProperty("errors")
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("pointer")
            .GetString()!;
        pointer.ShouldBe("/extra" + string.Concat(Enumerable.Repeat("/" + name, 10)) + "/…");
    }

    [Fact]
    public async Task An_unknown_member_of_great_length_is_named_by_its_beginning()
    {
        var name = new string('k', 10_000);

        var (_, problem) = await playground.PostAsync(Boats, $$"""{"{{name}}":1,"{{name}}":2}""");

        problem.GetRawText().Length.ShouldBeLessThan(2000);
        problem.GetRawText().ShouldContain("is there twice");
    }

    // A seeded mischief: whatever is done to a good body, it is read or refused, never a defect.
    [Theory]
    [InlineData("/api/v1/playground/boats")]
    [InlineData("/api/v1/playground/measures")]
    [InlineData("/api/v1/playground/anything")]
    public async Task No_body_is_a_defect(string path)
    {
        var random = new Random(20261120);
        byte[][] seeds =
        [
            [
                .. """{"name":"a","crew":[{"name":"ann","seat":1}],"length":8.25,"kind":"single","extra":{"a":[1,null]}}"""u8,
            ],
            [
                .. """{"at":"0001-01-01T00:00:00+14:00","id":"019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7","large":1,"values":{"a":1e3}}"""u8,
            ],
            [.. """{"at":"9999-12-31T23:59:59.9999999-14:00","exact":1e28,"real":1e308,"flag":true}"""u8],
            [.. "<boat><name>a</name><crew><item><name>ann</name><seat>1</seat></item></crew></boat>"u8],
        ];
        byte[] mischief = [.. "{}[]\",:0e-<>&/\\u\0"u8, 0xFF, 0xED, 0xA0, 0x80];
        for (var i = 0; i < 400; i++)
        {
            var body = seeds[i % seeds.Length].ToList();
            for (var changes = i < seeds.Length ? 0 : random.Next(1, 4); changes > 0 && body.Count > 1; changes--)
            {
                var at = random.Next(body.Count);
                switch (random.Next(4))
                {
                    case 0:
                        body.RemoveRange(at, Math.Min(body.Count - at, random.Next(1, 9)));
                        break;
                    case 1:
                        body[at] = mischief[random.Next(mischief.Length)];
                        break;
                    case 2:
                        body.Insert(at, mischief[random.Next(mischief.Length)]);
                        break;
                    default:
                        body.InsertRange(at, body.GetRange(at, Math.Min(body.Count - at, random.Next(1, 20))));
                        break;
                }
            }

            var type = i % seeds.Length == 3 ? "application/xml" : "application/json";
            var (status, problem) = await playground.SendAsync(HttpMethod.Post, path, [.. body], type);
            status.ShouldBeOneOf([200, 400], $"{Encoding.Latin1.GetString([.. body])} {problem}");
        }
    }

    [Fact]
    public async Task All_errors_come_at_once()
    {
        var (_, types) = await playground.PostAsync(
            Boats,
            """{"name":1,"crew":[{"seat":"x"},{"naem":"b"}],"knid":2}"""
        );
        var (_, annotations) = await playground.PostAsync(
            Boats,
            """{"name":"","crew":[{"name":"a","seat":1},{"name":"","seat":1}],"length":1000}"""
        );

        Pointers(types)
            .ShouldBe([
                "/name",
                "/crew/0/seat",
                "/crew/0/name",
                "/crew/1/naem",
                "/crew/1/name",
                "/crew/1/seat",
                "/knid",
            ]);
        Pointers(annotations).ShouldBe(["/name", "/crew/0/name", "/crew/1/name", "/length"]);
    }

    [Fact]
    public async Task What_is_not_UTF_8_gets_400()
    {
        var (status, problem) = await playground.SendAsync(
            HttpMethod.Post,
            Boats,
            [.. Encoding.UTF8.GetBytes("""{"name":" """), 0xC3, 0x28, .. "\"}"u8]
        );

        status.ShouldBe(400);
        problem.GetProperty("detail").GetString()!.ShouldContain("UTF-8");
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Nesting_10_000_deep_gets_400(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 10_000)) + 1 + string.Concat(Enumerable.Repeat(close, 10_000));

        foreach (var path in new[] { Boats, "/api/v1/playground/anything" })
        {
            var (status, problem) = await playground.PostAsync(path, deep);

            status.ShouldBe(400);
            problem.ToString().ShouldContain("64 levels");
        }
    }

    [Fact]
    public async Task Sixty_four_levels_are_read()
    {
        var (status, _) = await playground.PostAsync(
            "/api/v1/playground/anything",
            new string('[', 64) + new string(']', 64)
        );

        status.ShouldBe(200);
    }

    [Fact]
    public async Task A_byte_order_mark_is_read_over()
    {
        var (status, boat) = await playground.SendAsync(
            HttpMethod.Post,
            Boats,
            [0xEF, 0xBB, 0xBF, .. """{"name":"wake é","crew":[{"name":"ann","seat":1}]}"""u8]
        );

        status.ShouldBe(200);
        boat.GetProperty("name").GetString().ShouldBe("wake é");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Another_media_type_gets_415(string? mediaType)
    {
        var (status, problem) = await playground.SendAsync(HttpMethod.Post, Boats, "{}"u8.ToArray(), mediaType);

        status.ShouldBe(415);
        problem.GetProperty("status").GetInt32().ShouldBe(415);
    }

    [Fact]
    public async Task A_thousand_errors_are_told_as_a_hundred()
    {
        var (_, problem) = await playground.PostAsync(
            Boats,
            JsonSerializer.Serialize(new { name = "a", crew = Enumerable.Repeat(1, 1000) })
        );

        Pointers(problem).Count.ShouldBe(100);
    }

    [Theory]
    [InlineData("""{"lenght":3}""", "/lenght")]
    [InlineData("""{"name":null}""", "/name")]
    [InlineData("""{"name":""}""", "/name")]
    [InlineData("""{"crew":null}""", "/crew")]
    [InlineData("""{"crew":[{"name":"x","seat":2}]}""", "/crew/0/name")]
    [InlineData("""{"name":"a","name":"b"}""", "/name")]
    [InlineData("[]", "")]
    public async Task A_bad_patch_gets_400(string patch, string pointer)
    {
        var (status, problem) = await playground.SendAsync(
            HttpMethod.Patch,
            Boats + "/1",
            Encoding.UTF8.GetBytes(patch),
            "application/merge-patch+json"
        );

        status.ShouldBe(400, problem.ToString());
        Pointers(problem).ShouldBe([pointer]);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_removes_what_is_null()
    {
        var (status, boat) = await playground.SendAsync(
            HttpMethod.Patch,
            Boats + "/1",
            """{"name":"bow","length":null,"extra":{"a":{"b":null,"c":1}}}"""u8.ToArray(),
            "application/merge-patch+json"
        );

        status.ShouldBe(200);
        boat.ToString()
            .ShouldBe(
                """{"name":"bow","crew":[{"name":"ann","seat":1}],"kind":"coxless-four","extra":{"a":{"c":1}}}"""
            );
    }

    private static List<string?> Pointers(JsonElement problem) =>
        [.. problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString())];
}
