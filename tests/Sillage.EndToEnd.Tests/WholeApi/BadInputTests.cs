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
            async (client, operation) =>
            {
                foreach (var (type, bytes) in bodies)
                {
                    var content = new ByteArrayContent(bytes);
                    content.Headers.TryAddWithoutValidation("Content-Type", type);
                    await ShouldBeAnsweredAsync(client, operation, Fill(operation), content, $"{type}: {Show(bytes)}");
                }
            }
        );
    }

    [Fact]
    public async Task Bodies_that_are_nearly_right()
    {
        await ForEachAsync(
            operation => operation.BodyExample is not null,
            async (client, operation) =>
            {
                foreach (var variant in Variants(operation.BodyExample!.Value.ToString()))
                {
                    var content = new StringContent(variant, new MediaTypeHeaderValue("application/json"));
                    await ShouldBeAnsweredAsync(client, operation, Fill(operation), content, variant);
                }
            }
        );
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        await ForEachAsync(
            operation => operation.BodyTypes.Contains("application/json"),
            async (client, operation) =>
            {
                // Longer than any limit that a route sets; what is right about it does not matter.
                using var content = new ByteArrayContent(new byte[33 * 1024 * 1024]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var request = new HttpRequestMessage(operation.Method, Fill(operation)) { Content = content };
                request.Headers.ExpectContinue = true;
                using var reply = await client.SendAsync(request);
                reply.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge, operation.Name);
            }
        );
    }

    [Fact]
    public async Task Query_parameters_that_nobody_declared_are_400()
    {
        await ForEachAsync(
            _ => true,
            async (client, operation) =>
            {
                using var request = new HttpRequestMessage(operation.Method, Fill(operation) + "?nobody-knows-this=1");
                using var reply = await client.SendAsync(request);
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
            async (client, operation) =>
            {
                foreach (var name in operation.Parameters("query"))
                {
                    foreach (var text in HostileText.Append("\0"))
                    {
                        var address = $"{Fill(operation)}?{name.Replace("*", "room")}={Uri.EscapeDataString(text)}";
                        await ShouldBeAnsweredAsync(client, operation, address, null, address);
                    }

                    await ShouldBeAnsweredAsync(client, operation, $"{Fill(operation)}?{name}=%ff%fe", null, "%ff%fe");
                    await ShouldBeAnsweredAsync(
                        client,
                        operation,
                        $"{Fill(operation)}?{name}=1&{name}=2",
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
            async (client, operation) =>
            {
                foreach (var cursor in new[] { "x", "AAAA", "%00", "eyJhIjoxfQ", new string('A', 3000), "'--", "-1" })
                {
                    using var reply = await client.GetAsync($"{Fill(operation)}?cursor={cursor}");
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
            async (client, operation) =>
            {
                foreach (var text in HostileText.Where(text => text.Length > 0))
                {
                    var address = operation.Address(_ => Uri.EscapeDataString(text));
                    await ShouldBeAnsweredAsync(client, operation, address, null, address);
                }
            }
        );
    }

    // Every operation in turn, each failure named, all of them told at the end.
    private async Task ForEachAsync(Func<Operation, bool> choose, Func<HttpClient, Operation, Task> check)
    {
        // An administrator of this test's own, whom no request of another can lock out; with the password on each
        // request, because one of the operations ends sessions.
        var name = $"sweeper-{Guid.CreateVersion7():N}"[..30];
        (await shared.RegisterAsync(name, "administrator")).Dispose();
        using var admin = Api.Basic(shared.Server, name, Api.Password);
        var failures = new List<string>();
        var operations = (await Operation.AllAsync(admin.Client)).Where(choose).ToList();
        operations.ShouldNotBeEmpty();
        foreach (var operation in operations)
        {
            try
            {
                await check(admin.Client, operation);
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
        HttpClient client,
        Operation operation,
        string address,
        HttpContent? content,
        string what
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(operation.Method, address) { Content = content };
        using var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
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

            // RFC 9457 nearly everywhere; the TSADK routes have a form of their own, and say so.
            operation.ErrorTypes((int)reply.StatusCode).ShouldContain(type, told);
            var text = await reply.Content.ReadAsStringAsync();
            text.ShouldNotContain("   at Sillage", Case.Sensitive, told);
            if (type == "application/json")
            {
                JsonNode.Parse(text)!.AsObject().Single().Key.ShouldBeOneOf("error", "message");
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
