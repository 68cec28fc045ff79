using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Telemetry;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_are_what_promtool_expects()
    {
        await using var server = await StartAsync();
        var meter = server.Services.GetRequiredService<IMeterFactory>().Create("Sillage.Test");
        var counter = meter.CreateCounter<long>("sillage.test.odd-name", "{boat}", "Boats \\ and\nmore");
        counter.Add(3, new KeyValuePair<string, object?>("kind of \"boat\"", "a\\b\"c\nd"));
        meter.CreateCounter<double>("sillage.test.sent", "By").Add(1.5);
        meter.CreateHistogram<double>("sillage.test.wait", "s").Record(0.2);
        meter.CreateUpDownCounter<int>("sillage.test.open").Add(-2);
        meter.CreateObservableGauge("sillage.test.ratio", () => 0.5, "1", "A share");
        (await server.Client.GetAsync("/health")).Dispose();
        (await server.Client.GetAsync("/api/v1")).Dispose();

        using var reply = await server.Client.GetAsync("/metrics");
        var text = await reply.Content.ReadAsStringAsync();

        reply.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        text.ShouldContain("sillage_test_odd_name_total{kind_of_boat_=\"a\\\\b\\\"c\\nd\"} 3\n");
        text.ShouldContain("# HELP sillage_test_odd_name_total Boats \\\\ and\\nmore\n");
        text.ShouldContain("sillage_test_sent_bytes_total 1.5\n");
        text.ShouldContain("sillage_test_wait_seconds_bucket{le=\"+Inf\"} 1\n");
        text.ShouldContain("sillage_test_open -2\n");
        text.ShouldContain("sillage_test_ratio 0.5\n");
        text.ShouldContain("http_server_request_duration_seconds_count{");
        text.ShouldContain("http_route=\"/api/v1\"");
        var (code, output) = await PromtoolAsync(text);
        output.ShouldBeEmpty();
        code.ShouldBe(0);
    }

    [Fact]
    public async Task Scrapes_at_once_are_all_whole()
    {
        await using var server = await StartAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.Client.GetStringAsync("/metrics")));

        replies.ShouldAllBe(r => r.Contains("# TYPE dotnet_gc_collections_total counter", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("bob", 403)]
    [InlineData("alice", 200)]
    public async Task Metrics_need_a_permission(string? token, int status)
    {
        await using var server = await SillageServer.StartAsync([new PlaygroundModule()]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var reply = await server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(status);
    }

    [Theory]
    [InlineData("http.server.request.duration", "http_server_request_duration")]
    [InlineData("9lives", "_9lives")]
    [InlineData("a..b--c", "a_b_c")]
    [InlineData("é", "_")]
    [InlineData("", "_")]
    public void A_name_has_letters_digits_and_underscores(string name, string expected) =>
        PrometheusText.Sanitize(name).ShouldBe(expected);

    private static Task<SillageServer> StartAsync() =>
        SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?> { ["Telemetry:MetricsNetworks:0"] = "127.0.0.0/8" }
        );

    private static async Task<(int Code, string Output)> PromtoolAsync(string metrics)
    {
        using var promtool =
            Process.Start(
                new ProcessStartInfo("promtool", ["check", "metrics"])
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            ) ?? throw new InvalidOperationException("promtool does not start.");
        var output = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await errors);
    }
}
