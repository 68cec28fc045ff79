using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Telemetry;

public sealed class LogTests
{
    private const string Root = "/api/v1/playground";

    [Fact]
    public async Task No_password_token_key_query_or_body_reaches_the_log_at_any_level()
    {
        await using var server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Trace",
                ["Logging:LogLevel:Microsoft"] = "Trace",
            }
        );
        foreach (var authorization in new[] { "Bearer secret-token", "Bearer sillage_secret-key", "Basic " + Basic() })
        {
            foreach (
                var (method, path, body) in new (HttpMethod, string, string?)[]
                {
                    (HttpMethod.Get, "/query?number=secret-query", null),
                    (HttpMethod.Get, "/query?secret-name=1", null),
                    (HttpMethod.Post, "/boats", """{"name":"secret-body","crew":["secret-body"]}"""),
                    (HttpMethod.Post, "/login", """{"name":"secret-body"}"""),
                    (HttpMethod.Post, "/login", "{secret-body"),
                    (HttpMethod.Post, "/things", """{"name":"secret-body"}"""),
                    (HttpMethod.Get, "/defect?x=secret-query", null),
                }
            )
            {
                using var request = new HttpRequestMessage(method, Root + path);
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
                request.Headers.TryAddWithoutValidation("X-Custom", "secret-header");
                request.Headers.TryAddWithoutValidation("Idempotency-Key", "secret-idempotency");
                request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                (await server.Client.SendAsync(request)).Dispose();
            }
        }

        // Accepted credentials too, and what is stored.
        using var store = new HttpRequestMessage(HttpMethod.Post, Root + "/things")
        {
            Content = new StringContent("""{"name":"secret-body"}""", Encoding.UTF8, "application/json"),
        };
        store.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "alice");
        (await server.Client.SendAsync(store)).Dispose();

        server.Log.Lines.Count.ShouldBeGreaterThan(50);
        server.Log.Text.ShouldNotContain("secret-");
        server.Log.Text.ShouldNotContain(Basic());
    }

    [Fact]
    public async Task A_request_is_one_line_with_its_route_and_trace_id()
    {
        await using var server = await SillageServer.StartAsync([new PlaygroundModule()]);
        using var reply = await server.Client.GetAsync(Root + "/nothing?");

        var line = server.Log.Lines.Single(l => l.Text.Contains("/nothing 204", StringComparison.Ordinal));
        line.Level.ShouldBe(LogLevel.Information);
        line.Text.ShouldStartWith("GET /api/v1/playground/nothing 204 ");
        line.Text.ShouldContain("TraceId=");
    }

    private static string Basic() => Convert.ToBase64String("alice:secret-password"u8);
}
