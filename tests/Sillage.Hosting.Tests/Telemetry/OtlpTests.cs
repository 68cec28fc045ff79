using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Telemetry;

public sealed class OtlpTests
{
    [Fact]
    public async Task Traces_and_metrics_are_sent_to_the_collector_that_is_named()
    {
        var received = new ConcurrentDictionary<string, byte[]>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(context.Request.Path, body.ToArray(), (_, before) => [.. before, .. body.ToArray()]);
            context.Response.ContentType = "application/x-protobuf";
        });
        await collector.StartAsync();

        await using (
            var server = await SillageServer.StartAsync(
                [new PlaygroundModule()],
                new Dictionary<string, string?> { ["Telemetry:Otlp"] = collector.Urls.First() }
            )
        )
        {
            (await server.Client.GetAsync("/api/v1")).Dispose();
        }

        received.Keys.ShouldBe(["/v1/metrics", "/v1/traces"], ignoreOrder: true);
        received.Values.ShouldAllBe(bytes => bytes.Length > 0);
        // Requests that follow on each other are, by protobuf's rules, one with the parts of all.
        var spans = OtlpSpan.Read(received["/v1/traces"]).ToList();
        var told = spans.Select(Tell).ToList();
        told.ShouldContain("GET /api/v1: GET /api/v1 200");
    }

    private static string Tell(OtlpSpan span)
    {
        var attributes = new[] { "http.request.method", "http.route", "http.response.status_code" };
        return $"{span.Name}: {string.Join(' ', attributes.Select(a => span.Attributes.GetValueOrDefault(a)))}";
    }
}
