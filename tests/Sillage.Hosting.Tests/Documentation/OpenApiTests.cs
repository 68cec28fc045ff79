using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Xunit;

namespace Sillage.Hosting.Tests.Documentation;

public sealed class OpenApiTests(PlaygroundFixture playground)
{
    [Fact]
    public async Task The_document_is_OpenAPI_3_1_and_open_to_all()
    {
        var (status, document) = await playground.SendAsync(HttpMethod.Get, "/openapi.json");

        status.ShouldBe(200);
        document.GetProperty("openapi").GetString().ShouldStartWith("3.1");
        document.GetProperty("info").GetProperty("title").GetString().ShouldBe("Sillage");
        document.GetProperty("servers")[0].GetProperty("url").GetString().ShouldBe("/");
    }

    [Fact]
    public async Task The_document_is_made_once_and_not_sent_to_who_has_it()
    {
        using var first = await playground.Server.Client.GetAsync("/openapi.json");
        var tag = first.Headers.ETag.ShouldNotBeNull();
        using var second = await playground.Server.Client.GetAsync("/openapi.json");
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());

        using var again = new HttpRequestMessage(HttpMethod.Get, "/openapi.json");
        again.Headers.IfNoneMatch.Add(tag);
        using var unchanged = await playground.Server.Client.SendAsync(again);
        ((int)unchanged.StatusCode).ShouldBe(304);
        (await unchanged.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_bare_address_leads_to_the_documentation()
    {
        using var reply = await playground.Server.Client.GetAsync("/");

        ((int)reply.StatusCode).ShouldBe(302);
        reply.Headers.Location.ShouldBe(new Uri("/docs", UriKind.Relative));
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_a_tag_and_its_errors()
    {
        var (_, document) = await playground.SendAsync(HttpMethod.Get, "/openapi.json");
        var operations = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject(), (path, o) => (Name: $"{o.Name} {path.Name}", o.Value))
            .ToList();

        operations.Count.ShouldBeGreaterThan(20);
        operations.Select(o => o.Value.GetProperty("operationId").GetString()).ShouldBeUnique();
        foreach (var (name, operation) in operations)
        {
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrWhiteSpace(name);
            operation.GetProperty("tags").GetArrayLength().ShouldBe(1, name);
            var errors = operation.GetProperty("responses").EnumerateObject().Where(r => r.Name[0] is '4' or '5');
            errors.ShouldNotBeEmpty(name);
            errors
                .Where(r => !name.Contains("/health", StringComparison.Ordinal))
                .ShouldAllBe(r => HasProblem(r.Value));
        }
    }

    [Fact]
    public void Every_endpoint_has_a_summary()
    {
        var endpoints = playground.Server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints);

        foreach (var endpoint in endpoints.Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>() is not null))
        {
            endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>().ShouldNotBeNull(endpoint.DisplayName);
        }
    }

    [Fact]
    public async Task Meanings_come_from_the_XML_documentation_of_the_modules()
    {
        var (_, document) = await playground.SendAsync(HttpMethod.Get, "/openapi.json");
        var boat = document.GetProperty("components").GetProperty("schemas").GetProperty("Boat");

        boat.GetProperty("description").GetString().ShouldBe("A boat.");
        boat.GetProperty("properties")
            .GetProperty("length")
            .GetProperty("description")
            .GetString()
            .ShouldBe("In metres.");
        boat.GetProperty("properties").GetProperty("name").GetProperty("maxLength").GetInt32().ShouldBe(40);
        boat.GetProperty("required").EnumerateArray().Select(r => r.GetString()).ShouldBe(["name", "crew"]);
    }

    [Fact]
    public async Task Parameters_headers_examples_and_security_are_told()
    {
        var (_, document) = await playground.SendAsync(HttpMethod.Get, "/openapi.json");
        var things = document.GetProperty("paths").GetProperty("/api/v1/playground/things");
        var create = things.GetProperty("post");

        Parameters(things.GetProperty("get"))
            .ShouldBe(["limit", "cursor", "name", "data.*", "If-None-Match"], ignoreOrder: true);
        Parameters(create).ShouldBe(["Idempotency-Key"]);
        create
            .GetProperty("requestBody")
            .GetProperty("content")
            .GetProperty("application/json")
            .GetProperty("example")
            .GetProperty("name")
            .GetString()
            .ShouldBe("oar");
        create.GetProperty("security").GetArrayLength().ShouldBe(3);
        create.GetProperty("responses").TryGetProperty("409", out _).ShouldBeTrue();
        document
            .GetProperty("paths")
            .GetProperty("/api/v1/playground/boats")
            .GetProperty("post")
            .GetProperty("security")
            .GetArrayLength()
            .ShouldBe(0);
    }

    [Fact]
    public async Task The_entry_links_to_what_there_is()
    {
        var (status, entry) = await playground.SendAsync(HttpMethod.Get, "/api/v1");

        status.ShouldBe(200);
        entry.GetProperty("modules")[0].GetString().ShouldBe("playground");
        entry.GetProperty("links").GetProperty("self").GetString().ShouldBe("/api/v1");
        entry.GetProperty("links").GetProperty("openapi").GetString().ShouldBe("/openapi.json");
    }

    [Theory]
    [InlineData("/docs/index.html", "text/html")]
    [InlineData("/docs/swagger-ui-bundle.js", "text/javascript")]
    [InlineData("/docs/swagger-ui.css", "text/css")]
    public async Task The_pages_are_served_from_here(string path, string type)
    {
        using var reply = await playground.Server.Client.GetAsync(path);

        ((int)reply.StatusCode).ShouldBe(200);
        reply.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        var policy = reply.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("script-src 'self';");
        if (type == "text/html")
        {
            var html = await reply.Content.ReadAsStringAsync();
            html.ShouldNotContain("https://");
            html.ShouldNotContain("<script>");
        }
    }

    private static IEnumerable<string?> Parameters(JsonElement operation) =>
        operation.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString());

    private static bool HasProblem(JsonElement response) =>
        response.GetProperty("content").TryGetProperty("application/problem+json", out _);
}
