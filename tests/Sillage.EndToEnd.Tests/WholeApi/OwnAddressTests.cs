using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>No collection gets an address that any operation of the server begins with, whichever module it is of.</summary>
public sealed class OwnAddressTests(SharedServer shared)
{
    [Fact]
    public async Task The_beginning_of_every_address_of_the_server_is_kept()
    {
        using var admin = await ApiClient.LogInAsync(shared.Server);
        var document = await admin.GetAsync("/openapi.json");
        var kept = document
            .GetProperty("paths")
            .EnumerateObject()
            // What other tests have declared has its own address.
            .Where(path => !path.Value.ToString().Contains("x-collection", StringComparison.Ordinal))
            .Select(path => path.Name.Split('/'))
            .Select(parts => parts is ["", "api", var second, ..] ? $"/api/{second}" : $"/{parts[1]}")
            .Where(path =>
                path.Length > 2
                && path.All(c => c == '/' || char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            )
            // Pages, and what answers without being an operation.
            .Concat([
                "/console",
                "/docs",
                "/chat",
                "/internal",
                "/apps",
                "/api/v1",
                "/api/users",
                "/api/posts",
                "/api/health",
            ])
            .Distinct()
            .ToList();
        kept.ShouldContain("/auth");
        kept.ShouldContain("/health");
        foreach (var path in kept)
        {
            var wanted = new
            {
                name = "shadow",
                path,
                fields = new[] { new { name = "a", type = "string" } },
            };
            using var reply = await admin.Client.PostAsJsonAsync("/api/v1/collections", wanted);
            var text = await reply.Content.ReadAsStringAsync();
            reply.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path + text);
            JsonDocument
                .Parse(text)
                .RootElement.GetProperty("errors")[0]
                .GetProperty("pointer")
                .GetString()
                .ShouldBe("/path");
        }
    }
}
