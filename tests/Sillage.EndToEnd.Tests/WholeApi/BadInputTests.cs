using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// Whatever is sent to whichever operation of the document: never a 500, never a hang, and what is refused is refused
/// with a problem, in the form that the document gives for that status. Asked as an administrator, so that nothing stops at the door.
/// </summary>
public sealed class BadInputTests(SharedServer shared)
{
    private static readonly string[] HostileText =
    [
        "' OR 1=1; DROP TABLE account; --",
        "\" UNION SELECT * FROM account",
        "%_[]{}()*?\\",
        "\u0001\u0008\u001b[31m",
        "line\r\nSet-Cookie: a=b",
        "\u202e\ufeff\u200b",
        "😀é漢",
        "../../etc/passwd",
        "{{7*7}}${jndi:ldap://127.0.0.1/a}",
        new string('a', 5000),
        "-1",
        "9223372036854775808",
        "1e400",
        "NaN",
        "",
    ];

    [Fact]
    public async Task Bodies_that_are_not_what_they_should_be()
    {
        var bodies = new (string Type, byte[] Bytes)[]
        {
            Json(""),
            Json("   "),
            Json("null"),
            Json("true"),
            Json("42"),
            Json("\"text\""),
            Json("[]"),
            Json("[[]]"),
            Json("{"),
            Json("{\"a\":1,}"),
            Json("{'a':1}"),
            Json("{\"a\":1} trailing"),
            Json("{\"nobody-knows-this\":1}"),
            Json("{\"a\":1,\"a\":2}"),
            Json("{\"a\":\"\\u0000\"}"),
            Json("{\"a\":\"\\ud800\"}"),
            Json("{\"a\":1e999999}"),
            Json("{\"a\":" + new string('9', 10_000) + "}"),
            Json(new string('[', 10_000)),
            Json(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)),
            ("application/json", [0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
            ("application/json", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
            ("application/json", new byte[100_000]),
            ("application/json; charset=utf-16", "{}"u8.ToArray()),
            ("application/json; charset=nonsense", "{}"u8.ToArray()),
            ("text/plain", "hello"u8.ToArray()),
            ("application/octet-stream", [1, 2, 3]),
            ("nonsense", "{}"u8.ToArray()),
            Xml(""),
            Xml("<"),
            Xml("<a><b></a></b>"),
            Xml("<a/>"),
            Xml("<a>&undefined;</a>"),
            Xml("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"),
            Xml("<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><l>&b;</l>"),
            Xml(string.Concat(Enumerable.Repeat("<a>", 10_000)) + string.Concat(Enumerable.Repeat("</a>", 10_000))),
            Xml("<?xml version=\"1.0\" encoding=\"utf-7\"?><a/>"),
            Xml("<a>\u0001</a>"),
        };

        await ForEachAsync(
            operation => operation.BodyTypes.Any(),
            async (sweeper, operation) =>
            {
                foreach (var (type, bytes) in bodies)
                {
                    await ShouldBeAnsweredAsync(
                        sweeper,
                        operation,
                        sweeper.Fill(operation),
                        () =>
                        {
                            var content = new ByteArrayContent(bytes);
                            content.Headers.TryAddWithoutValidation("Content-Type", type);
                            return content;
                        },
                        $"{type}: {Show(bytes)}"
                    );
                }
            }
        );
    }

    [Fact]
    public async Task Bodies_that_are_nearly_right()
    {
        await ForEachAsync(
            operation => operation.BodyExample is not null,
            async (sweeper, operation) =>
            {
                foreach (var variant in Variants(operation.BodyExample!.Value.ToString()))
                {
                    await ShouldBeAnsweredAsync(
                        sweeper,
                        operation,
                        sweeper.Fill(operation),
                        () => new StringContent(variant, new MediaTypeHeaderValue("application/json")),
                        variant
                    );
                }
            }
        );
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        await ForEachAsync(
            operation => operation.BodyTypes.Contains("application/json"),
            async (sweeper, operation) =>
            {
                // Longer than any limit that a route sets; what is right about it does not matter.
                using var content = new ByteArrayContent(new byte[33 * 1024 * 1024]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var request = new HttpRequestMessage(operation.Method, sweeper.Fill(operation))
                {
                    Content = content,
                };
                request.Headers.ExpectContinue = true;
                using var reply = await sweeper.Client.SendAsync(request);
                reply.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge, operation.Name);
            }
        );
    }

    [Fact]
    public async Task A_chunk_whose_length_fits_no_number_is_400()
    {
        await ForEachAsync(
            operation => operation.BodyTypes.Contains("application/json"),
            async (sweeper, operation) =>
            {
                using var connection = await RawConnection.OpenAsync(shared.Server);
                await connection.SendAsync(
                    $"{operation.Method} {sweeper.Fill(operation)} HTTP/1.1\r\nHost: localhost\r\n"
                        + $"Authorization: {sweeper.Client.DefaultRequestHeaders.Authorization}\r\n"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n{}\r\n0\r\n\r\n"
                );
                var head = await connection.ReadHeadAsync();
                // Some are refused before their body is read: nobody has this id.
                head.ShouldMatch("^HTTP/1.1 (400|404|403) ", operation.Name);
            }
        );
        shared.Server.Output.ShouldNotContain("A defect ended");
    }

    [Theory]
    [InlineData("51", 401)]
    [InlineData("051", 401)]
    [InlineData("+51", 400)]
    [InlineData("-51", 400)]
    [InlineData("-0", 400)]
    [InlineData("0x33", 400)]
    [InlineData("5 1", 400)]
    [InlineData("51,51", 400)]
    [InlineData("51;", 400)]
    [InlineData("5\u00b9", 400)]
    [InlineData("0000000000000000000000000000000000000000000000000051", 400)]
    public async Task A_length_is_a_plain_number_or_400(string length, int expected)
    {
        // Read, whatever its length is said to be, it is a wrong password and no bad request.
        const string body = """{"username":"nobody","password":"a wrong password"}""";
        body.Length.ShouldBe(51);
        using var connection = await RawConnection.OpenAsync(shared.Server);
        await connection.SendAsync(
            Encoding.UTF8.GetBytes(
                $"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        );
        (await connection.ReadHeadAsync()).ShouldStartWith($"HTTP/1.1 {expected} ");
        shared.Server.Output.ShouldNotContain("Exception");
    }

    [Fact]
    public async Task A_body_that_comes_to_nothing_is_not_waited_for()
    {
        using var stranger = await ApiClient.LogInAsync(shared.Server, "stranger");
        foreach (
            var operation in (await Operation.AllAsync(stranger.Client)).Where(o => o.BodyTypes.Any() && !o.IsOpen)
        )
        {
            using var connection = await RawConnection.OpenAsync(shared.Server);
            await connection.SendAsync(
                $"{operation.Method} {Fill(operation)} HTTP/1.1\r\nHost: localhost\r\n"
                    + $"Authorization: {stranger.Client.DefaultRequestHeaders.Authorization}\r\n"
                    + $"Idempotency-Key: a-key\r\nContent-Type: {operation.BodyTypes.First()}\r\n"
                    + "Content-Length: 33000000\r\n\r\n[{}"
            );
            var head = await connection.ReadHeadAsync().WaitAsync(TimeSpan.FromSeconds(20));
            head.ShouldMatch("^HTTP/1.1 (403|404|413) ", operation.Name);
        }
    }

    [Fact]
    public async Task Query_parameters_that_nobody_declared_are_400()
    {
        await ForEachAsync(
            _ => true,
            async (sweeper, operation) =>
            {
                using var request = new HttpRequestMessage(
                    operation.Method,
                    sweeper.Fill(operation) + "?nobody-knows-this=1"
                );
                using var reply = await sweeper.Client.SendAsync(request);
                reply.StatusCode.ShouldBe(HttpStatusCode.BadRequest, operation.Name);
                (await reply.Content.ReadAsStringAsync()).ShouldContain("nobody-knows-this");
            }
        );
    }

    [Fact]
    public async Task Query_parameters_with_any_text()
    {
        await ForEachAsync(
            _ => true,
            async (sweeper, operation) =>
            {
                foreach (var name in operation.Parameters("query"))
                {
                    foreach (var text in HostileText.Append("\0"))
                    {
                        var address =
                            $"{sweeper.Fill(operation)}?{name.Replace("*", "room")}={Uri.EscapeDataString(text)}";
                        await ShouldBeAnsweredAsync(sweeper, operation, address, null, address);
                    }

                    await ShouldBeAnsweredAsync(
                        sweeper,
                        operation,
                        $"{sweeper.Fill(operation)}?{name}=%ff%fe",
                        null,
                        "%ff%fe"
                    );
                    await ShouldBeAnsweredAsync(
                        sweeper,
                        operation,
                        $"{sweeper.Fill(operation)}?{name}=1&{name}=2",
                        null,
                        "twice"
                    );
                }
            }
        );
    }

    [Fact]
    public async Task A_cursor_that_the_server_did_not_give_is_400()
    {
        await ForEachAsync(
            operation => operation.Parameters("query").Contains("cursor"),
            async (sweeper, operation) =>
            {
                foreach (var cursor in new[] { "x", "AAAA", "%00", "eyJhIjoxfQ", new string('A', 3000), "'--", "-1" })
                {
                    using var reply = await sweeper.Client.GetAsync($"{sweeper.Fill(operation)}?cursor={cursor}");
                    reply.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{operation.Name} {cursor}");
                }
            }
        );
    }

    [Fact]
    public async Task Paths_with_any_text()
    {
        await ForEachAsync(
            operation => operation.Parameters("path").Any(),
            async (sweeper, operation) =>
            {
                foreach (var text in HostileText.Where(text => text.Length > 0))
                {
                    var address = operation.Address(_ => Uri.EscapeDataString(text));
                    await ShouldBeAnsweredAsync(sweeper, operation, address, null, address);
                }
            }
        );
    }

    // Every operation in turn, each failure named, all of them told at the end.
    private async Task ForEachAsync(Func<Operation, bool> choose, Func<Sweeper, Operation, Task> check)
    {
        using var sweeper = new Sweeper(shared);
        await sweeper.RenewAsync();
        var failures = new List<string>();
        var operations = (await Operation.AllAsync(sweeper.Client)).Where(choose).ToList();
        operations.ShouldNotBeEmpty();
        foreach (var operation in operations)
        {
            try
            {
                await check(sweeper, operation);
            }
            catch (Exception e) when (e is ShouldAssertException or HttpRequestException or TaskCanceledException)
            {
                failures.Add($"{operation.Name}: {e.Message}");
            }
        }

        failures.ShouldBeEmpty(string.Join("\n\n", failures));
        shared.Server.Errors.ShouldNotContain("Unhandled exception");
    }

    private static async Task ShouldBeAnsweredAsync(
        Sweeper sweeper,
        Operation operation,
        string address,
        Func<HttpContent>? content,
        string what
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var reply = await sweeper.SendAsync(operation, address, content);
        var told = $"{operation.Name} with {what}";

        ((int)reply.StatusCode).ShouldBeLessThan(500, told);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10), told);
        // An intake that takes nothing answers 422 in its own form: each trace's errors by its index.
        var isIntake =
            reply.StatusCode == HttpStatusCode.UnprocessableEntity
            && operation.Path.EndsWith("/traces", StringComparison.Ordinal);
        if ((int)reply.StatusCode >= 400 && !isIntake)
        {
            // What the web server itself refuses (414) has no body.
            if (reply.Content.Headers.ContentType?.MediaType is not { } type)
            {
                return;
            }

            // RFC 9457 nearly everywhere; the faces of other systems have forms of their own, and say so.
            operation.ErrorTypes((int)reply.StatusCode).ShouldContain(type, told);
            var text = await reply.Content.ReadAsStringAsync();
            text.ShouldNotContain("   at Sillage", Case.Sensitive, told);
            if (type == "application/json")
            {
                var members = JsonNode.Parse(text)!.AsObject().Select(member => member.Key).ToList();
                if (operation.Path.StartsWith("/concept2/", StringComparison.Ordinal))
                {
                    members.ShouldContain("message", told);
                }
                else if (operation.Path.StartsWith("/api/", StringComparison.Ordinal))
                {
                    members.ShouldBe(["error", "message"], told);
                }
                else
                {
                    members.ShouldHaveSingleItem(told).ShouldBeOneOf("error", "message");
                }
            }
        }
    }

    /// <summary>The example with one member at a time gone, null, doubled, of another type, or hostile.</summary>
    private static IEnumerable<string> Variants(string example)
    {
        if (JsonNode.Parse(example) is not JsonObject whole)
        {
            yield break;
        }

        yield return With(whole, copy => copy["nobodyKnowsThis"] = 1);
        foreach (var name in whole.Select(member => member.Key).ToList())
        {
            yield return With(whole, copy => copy.Remove(name));
            yield return "{\"" + name + "\":1," + whole.ToJsonString()[1..];
            foreach (
                var value in new JsonNode?[] { null, true, 1, -1.5, 1e300, "text", new JsonArray(1), new JsonObject() }
            )
            {
                yield return With(whole, copy => copy[name] = value?.DeepClone());
            }

            foreach (var text in HostileText)
            {
                yield return With(whole, copy => copy[name] = text);
            }
        }
    }

    private static string With(JsonObject whole, Action<JsonObject> change)
    {
        var copy = (JsonObject)whole.DeepClone();
        change(copy);
        return copy.ToJsonString();
    }

    // What exists where it can, so that the request gets as far as it may; ids are nobody's.
    private static string Fill(Operation operation) =>
        operation.Address(name => name == "study" ? SharedServer.Study : "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58");

    private static (string Type, byte[] Bytes) Json(string text) => ("application/json", Encoding.UTF8.GetBytes(text));

    private static (string Type, byte[] Bytes) Xml(string text) => ("application/xml", Encoding.UTF8.GetBytes(text));

    private static string Show(byte[] bytes) => Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(60, bytes.Length)));
}
