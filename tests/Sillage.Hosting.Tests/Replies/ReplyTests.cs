using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Xunit;

namespace Sillage.Hosting.Tests.Replies;

public sealed class ReplyTests(PlaygroundFixture playground)
{
    private const string Things = "/api/v1/playground/things";
    private const string Long = "/api/v1/playground/long";

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("application/xml", "application/xml")]
    [InlineData("application/xml, application/json", "application/json")]
    [InlineData("application/json;q=0.5, application/xml", "application/xml")]
    [InlineData("application/xml;q=0.1, */*;q=0.01", "application/xml")]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/xml")]
    [InlineData("application/json;q=0, */*", "application/xml")]
    [InlineData("not a media type", "application/json")]
    public async Task The_form_follows_Accept(string? accept, string expected)
    {
        using var reply = await SendAsync(HttpMethod.Get, Long, accept);

        ((int)reply.StatusCode).ShouldBe(200);
        reply.Content.Headers.ContentType!.MediaType.ShouldBe(expected);
        reply.Headers.Vary.ShouldContain("Accept");
    }

    [Fact]
    public async Task What_fits_nothing_is_406_before_anything_is_done()
    {
        using var read = await SendAsync(HttpMethod.Get, Long, "text/csv");
        using var create = await SendAsync(HttpMethod.Post, Things, "image/png", """{"name":"never-made"}""");

        ((int)read.StatusCode).ShouldBe(406);
        read.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        ((int)create.StatusCode).ShouldBe(406);
        using var list = await SendAsync(HttpMethod.Get, Things + "?name=never-made", null);
        (await list.Content.ReadAsStringAsync()).ShouldBe("""{"items":[],"next":null}""");
    }

    [Fact]
    public async Task A_resource_that_has_not_changed_is_304_in_either_form()
    {
        var path = await CreateAsync("same");
        using var json = await SendAsync(HttpMethod.Get, path, "application/json");
        using var xml = await SendAsync(HttpMethod.Get, path, "application/xml");
        json.Headers.ETag!.Tag.ShouldNotBe(xml.Headers.ETag!.Tag);
        xml.Headers.ETag.Tag.ShouldEndWith("-xml\"");
        json.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");

        foreach (var tag in new[] { json.Headers.ETag.Tag, xml.Headers.ETag.Tag, "W/" + json.Headers.ETag.Tag })
        {
            using var again = await SendAsync(HttpMethod.Get, path, "*/*", header: ("If-None-Match", "\"x\", " + tag));
            ((int)again.StatusCode).ShouldBe(304, tag);
        }

        using var any = await SendAsync(HttpMethod.Get, path, "*/*", header: ("If-None-Match", "*"));
        ((int)any.StatusCode).ShouldBe(304);
        using var head = await SendAsync(
            HttpMethod.Head,
            path,
            "*/*",
            header: ("If-None-Match", json.Headers.ETag.Tag)
        );
        ((int)head.StatusCode).ShouldBe(304);
    }

    [Fact]
    public async Task A_change_names_the_version_that_it_changes()
    {
        var path = await CreateAsync("first");
        using var read = await SendAsync(HttpMethod.Get, path, "application/xml");
        var tag = read.Headers.ETag!.Tag;

        using var weak = await PutAsync("W/" + tag);
        using var changed = await PutAsync(tag);
        using var outdated = await PutAsync(tag);
        using var any = await PutAsync("*");
        using var none = await PutAsync(null);

        ((int)weak.StatusCode).ShouldBe(412);
        ((int)changed.StatusCode).ShouldBe(200);
        ((int)outdated.StatusCode).ShouldBe(412);
        ((int)any.StatusCode).ShouldBe(200);
        ((int)none.StatusCode).ShouldBe(200);

        Task<HttpResponseMessage> PutAsync(string? ifMatch) =>
            SendAsync(
                HttpMethod.Put,
                path,
                null,
                """{"name":"second"}""",
                ifMatch is null ? null : ("If-Match", ifMatch)
            );
    }

    [Fact]
    public async Task HEAD_is_GET_without_the_body()
    {
        var path = await CreateAsync("head");
        using var get = await SendAsync(HttpMethod.Get, path, null);
        using var head = await SendAsync(HttpMethod.Head, path, null);

        ((int)head.StatusCode).ShouldBe(200);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
        head.Content.Headers.ContentLength.ShouldBe(get.Content.Headers.ContentLength);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();

        using var stream = await SendAsync(HttpMethod.Head, "/api/v1/playground/stream", null);
        ((int)stream.StatusCode).ShouldBe(200);
        stream.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");

        using var missing = await SendAsync(HttpMethod.Head, "/api/v1/playground/absent", null);
        ((int)missing.StatusCode).ShouldBe(404);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_compressed_reply_has_a_tag_of_its_own(string coding)
    {
        using var plain = await SendAsync(HttpMethod.Get, Long, null);
        using var compressed = await SendAsync(HttpMethod.Get, Long, null, header: ("Accept-Encoding", coding));

        compressed.Content.Headers.ContentEncoding.ShouldBe([coding]);
        compressed.Headers.Vary.ShouldContain("Accept-Encoding");
        compressed.Headers.ETag!.Tag.ShouldBe(plain.Headers.ETag!.Tag[..^1] + $"-{coding}\"");
        using var again = await SendAsync(
            HttpMethod.Get,
            Long,
            null,
            header: ("If-None-Match", compressed.Headers.ETag.Tag)
        );
        ((int)again.StatusCode).ShouldBe(304);
    }

    [Fact]
    public async Task A_stream_is_not_compressed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/playground/stream");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "br, gzip");
        using var reply = await playground.Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        reply.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_follow_one_another_to_the_end()
    {
        for (var i = 0; i < 7; i++)
        {
            await CreateAsync("paged");
        }

        var (next, sizes) = ((string?)(Things + "?name=paged&limit=3"), new List<int>());
        while (next is not null)
        {
            using var reply = await SendAsync(HttpMethod.Get, next, null);
            var page = JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync());
            sizes.Add(page.GetProperty("items").GetArrayLength());
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
            reply.Headers.TryGetValues("Link", out var links).ShouldBe(next is not null);
            links?.Single().ShouldBe($"<{next}>; rel=\"next\"");
        }

        sizes.ShouldBe([3, 3, 1]);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("limit=")]
    [InlineData("cursor=x")]
    [InlineData("cursor=bnVsbA")]
    [InlineData("cursor=%00")]
    [InlineData("cursor=eyJpZCI6IngifQ")]
    public async Task A_bad_page_is_400(string query)
    {
        using var reply = await SendAsync(HttpMethod.Get, $"{Things}?{query}", null);

        ((int)reply.StatusCode).ShouldBe(400);
        (await reply.Content.ReadAsStringAsync()).ShouldContain("\"pointer\":\"?" + query.Split('=')[0]);
    }

    [Fact]
    public async Task A_problem_is_XML_for_who_reads_XML()
    {
        using var reply = await SendAsync(
            HttpMethod.Post,
            "/api/v1/playground/boats",
            "application/xml",
            """{"name":1,"crew":[]}"""
        );

        reply.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+xml");
        var problem = XDocument.Parse(await reply.Content.ReadAsStringAsync()).Root!;
        XNamespace ns = "urn:ietf:rfc:7807";
        problem.Name.ShouldBe(ns + "problem");
        problem.Element(ns + "status")!.Value.ShouldBe("400");
        problem.Element(ns + "errors")!.Element(ns + "i")!.Element(ns + "pointer")!.Value.ShouldBe("/name");
    }

    private async Task<string> CreateAsync(string name)
    {
        using var reply = await SendAsync(HttpMethod.Post, Things, null, $$"""{"name":"{{name}}"}""");
        ((int)reply.StatusCode).ShouldBe(201);
        return reply.Headers.Location!.ToString();
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? accept,
        string? body = null,
        (string Name, string Value)? header = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "alice");
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (header is { } h)
        {
            request.Headers.TryAddWithoutValidation(h.Name, h.Value);
        }

        return await playground.Server.Client.SendAsync(request);
    }
}
