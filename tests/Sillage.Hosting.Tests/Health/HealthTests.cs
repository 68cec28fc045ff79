using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Health;

public sealed class HealthTests(PlaygroundFixture playground)
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_server_that_runs_is_healthy(string path)
    {
        var (status, report) = await playground.SendAsync(HttpMethod.Get, path);

        status.ShouldBe(200);
        report.GetProperty("status").GetString().ShouldBe("healthy");
        if (path == "/health")
        {
            report.GetProperty("checks").EnumerateObject().ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task A_check_that_fails_makes_it_503_and_tells_nothing_of_the_reason()
    {
        await using var server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            configure: builder =>
                builder
                    .Services.AddHealthChecks()
                    .AddCheck("broker", () => HealthCheckResult.Unhealthy("password=secret"), ["ready"])
        );

        foreach (var path in new[] { "/health", "/health/ready" })
        {
            using var reply = await server.Client.GetAsync(path);
            var text = await reply.Content.ReadAsStringAsync();
            ((int)reply.StatusCode).ShouldBe(503);
            text.ShouldContain("\"broker\":{\"status\":\"unhealthy\"");
            text.ShouldNotContain("secret");
        }

        using var live = await server.Client.GetAsync("/health/live");
        ((int)live.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task Who_asks_without_end_has_the_checks_run_no_oftener_than_who_asks_at_times()
    {
        var runs = 0;
        await using var server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            configure: builder =>
                builder
                    .Services.AddHealthChecks()
                    .AddAsyncCheck(
                        "dear",
                        async () =>
                        {
                            Interlocked.Increment(ref runs);
                            await Task.Delay(500);
                            return HealthCheckResult.Healthy();
                        },
                        ["ready"]
                    )
        );

        foreach (var path in new[] { "/health", "/health/ready", "/api/health" })
        {
            await Task.Delay(300);
            runs = 0;
            var statuses = await Task.WhenAll(
                Enumerable
                    .Range(0, 100)
                    .Select(async _ =>
                    {
                        using var reply = await server.Client.GetAsync(path);
                        return (int)reply.StatusCode;
                    })
            );
            statuses.ShouldAllBe(status => status == 200, path);
            // One run for all who came while it went on, and as many again for who was late.
            runs.ShouldBeInRange(1, 20, path);
        }
    }

    [Fact]
    public async Task A_credential_does_not_matter()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer expired");
        using var reply = await playground.Server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(200);
    }
}
