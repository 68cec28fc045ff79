using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>What the server publishes of itself, seen by the tools that read it.</summary>
public sealed partial class PublishedTests(SharedServer shared) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_linter_finds_no_error_in_the_OpenAPI_document()
    {
        using var client = shared.Server.CreateClient();
        await File.WriteAllTextAsync(_folder["openapi.json"], await client.GetStringAsync("/openapi.json"));

        var run = await CommandRun.RunAsync(
            Path.Combine(Repository.Root, "tests/node/node_modules/.bin/redocly"),
            _folder.Path,
            ["lint", "openapi.json", "--format=json"],
            new Dictionary<string, string> { ["REDOCLY_TELEMETRY"] = "off", ["CI"] = "true" }
        );

        var report = JsonSerializer.Deserialize<JsonElement>(run.Output);
        report.GetProperty("totals").GetProperty("errors").GetInt32().ShouldBe(0, run.Output);
        run.ExitCode.ShouldBe(0, run.Error);
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_what_can_go_wrong()
    {
        using var client = shared.Server.CreateClient();

        foreach (var operation in await Operation.AllAsync(client))
        {
            var description = operation.Description;
            description.GetProperty("summary").GetString().ShouldNotBeNullOrWhiteSpace(operation.Name);
            description.GetProperty("responses").EnumerateObject().Count().ShouldBeGreaterThan(1, operation.Name);
            if (operation.BodyTypes.Contains("application/json"))
            {
                operation.BodyExample.ShouldNotBeNull(operation.Name);
            }
        }
    }

    [Fact]
    public async Task Prometheus_is_content_with_the_metrics()
    {
        using var client = shared.Server.CreateClient();
        await client.GetStringAsync("/health");
        using var admin = await ApiClient.LogInAsync(shared.Server);
        await File.WriteAllTextAsync(_folder["metrics.txt"], await admin.Client.GetStringAsync("/metrics"));

        var run = await CommandRun.RunAsync("bash", _folder.Path, ["-c", "promtool check metrics < metrics.txt"]);

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        (await File.ReadAllTextAsync(_folder["metrics.txt"])).ShouldContain("http_server_request_duration");
    }

    [Fact]
    public async Task Histograms_of_seconds_tell_milliseconds_apart()
    {
        using var admin = await ApiClient.LogInAsync(shared.Server);

        var metrics = await admin.Client.GetStringAsync("/metrics");

        var bounds = SecondsBucket()
            .Matches(metrics)
            .ToLookup(
                bucket => bucket.Groups["name"].Value,
                bucket => double.Parse(bucket.Groups["bound"].Value, CultureInfo.InvariantCulture)
            );
        bounds.Select(of => of.Key).ShouldContain("sillage_storage_commit_duration_seconds");
        foreach (var of in bounds)
        {
            of.ShouldContain(bound => bound > 0 && bound <= 0.01, of.Key);
        }
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    public async Task A_browser_shows_every_operation(string path)
    {
        using var client = shared.Server.CreateClient();
        var operations = await Operation.AllAsync(client);

        var run = await CommandRun.RunAsync(
            "chromium",
            _folder.Path,
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                $"--user-data-dir={_folder["profile"]}",
                // High enough for all: what is below the window is made when one scrolls there.
                "--window-size=1280,45000",
                "--virtual-time-budget=30000",
                "--dump-dom",
                new Uri(shared.Server.Address, path).AbsoluteUri,
            ],
            atMost: TimeSpan.FromMinutes(5)
        );

        run.Output.ShouldContain("opblock", Case.Sensitive, run.Error);
        foreach (var operation in operations)
        {
            run.Output.ShouldContain($"data-path=\"{operation.Path}\"");
        }
    }

    [Fact]
    public async Task Health_is_for_everybody_and_says_nothing_more_than_it_must()
    {
        using var client = shared.Server.CreateClient();

        foreach (var path in new[] { "/health", "/health/live", "/health/ready" })
        {
            using var reply = await client.GetAsync(path);
            reply.IsSuccessStatusCode.ShouldBeTrue(path);
            (await reply.Content.ReadAsStringAsync()).ShouldNotContain(Path.GetTempPath());
        }
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex(
        """^(?<name>\w+_seconds)_bucket\{.*le="(?<bound>[0-9.E-]+)"\}""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SecondsBucket();
}
