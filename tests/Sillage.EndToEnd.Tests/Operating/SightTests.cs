using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>deploy/prometheus and deploy/grafana: a Prometheus reads real processes by them, and what they look at is there.</summary>
public sealed partial class SightTests : IDisposable
{
    private static readonly string Files = Path.Combine(Repository.Root, "deploy");

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_alarms_go_off_when_they_should_and_only_then()
    {
        var run = await CommandRun.RunAsync(
            "promtool",
            Path.Combine(Files, "prometheus"),
            ["test", "rules", "sillage.rules.test.yml"]
        );
        run.ExitCode.ShouldBe(0, run.Output + run.Error);

        // Each has its test.
        var tests = await File.ReadAllTextAsync(Path.Combine(Files, "prometheus/sillage.rules.test.yml"));
        foreach (Match alert in Alert().Matches(await RulesAsync()))
        {
            tests.ShouldContain($"alertname: {alert.Groups["name"].Value}\n        exp_alerts:");
        }
    }

    [Fact]
    public async Task A_Prometheus_reads_all_processes_and_finds_what_rules_and_dashboard_look_at()
    {
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings);
        await using var one = await SillageServer.StartAsync(_folder["one"], settings);
        await using var other = await SillageServer.StartAsync(_folder["other"], settings);
        await using var prometheus = await StartAsync(one, other);

        await Eventually.HoldsAsync(async () => await prometheus.ValueAsync("""sum(up{job="sillage"})""") == 2);
        await Eventually.HoldsAsync(async () => await prometheus.RulesAsync() == Alert().Count(await RulesAsync()));

        var looked = Metric()
            .Matches(await RulesAsync() + await File.ReadAllTextAsync(Path.Combine(Files, "grafana/sillage.json")))
            .Select(name => name.Value)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        looked.Count.ShouldBeGreaterThan(10);
        foreach (var name in looked)
        {
            await Eventually.HoldsAsync(
                async () => await prometheus.ValueAsync($"count({name})") > 0,
                $"nobody tells of {name}"
            );
        }
    }

    public void Dispose() => _folder.Dispose();

    private static Task<string> RulesAsync() =>
        File.ReadAllTextAsync(Path.Combine(Files, "prometheus/sillage.rules.yml"));

    // Some traffic, so that what is counted is there; then Prometheus by the file of deploy/, with our addresses and a shorter interval.
    private async Task<Prometheus> StartAsync(params SillageServer[] servers)
    {
        var key = "";
        foreach (var server in servers)
        {
            using var admin = await ApiClient.LogInAsync(server);
            var player = (await admin.MakeStudyAsync("crew", 1)).Single();
            using var sender = await ApiClient.LogInAsync(server, player.Username, player.Password);
            await sender.TrySendAsync("crew", [Guid.CreateVersion7()]);
            using var bad = await sender.Client.PostAsync(
                "/api/v1/studies/crew/traces",
                new StringContent("""{"id":"no id"}""", null, "application/json")
            );
            using var gone = await admin.Client.GetAsync("/api/v1/users/none");
            key = await KeyAsync(admin);
            await File.WriteAllTextAsync(_folder[$"{server.Address.Port}.key"], key);
        }

        // Each server has accounts, and so a key, of its own: a job for each, which in deploy/ is one.
        var file = await File.ReadAllTextAsync(Path.Combine(Files, "prometheus/prometheus.yml"));
        var job = file[file.IndexOf("  - job_name: sillage", StringComparison.Ordinal)..];
        job.ShouldContain("127.0.0.1:8000");
        job.ShouldContain("/etc/prometheus/sillage.key");
        var jobs = servers.Select(
            (server, i) =>
                job.Replace("job_name: sillage", $"job_name: sillage{i}", StringComparison.Ordinal)
                    .Replace("127.0.0.1:8000", server.Address.Authority, StringComparison.Ordinal)
                    .Replace(
                        "/etc/prometheus/sillage.key",
                        _folder[$"{server.Address.Port}.key"],
                        StringComparison.Ordinal
                    ) + "    relabel_configs: [{ target_label: job, replacement: sillage }]\n"
        );
        var head = file[..file.IndexOf("  - job_name: sillage", StringComparison.Ordinal)]
            .Replace("15s", "1s", StringComparison.Ordinal)
            .Replace(
                "sillage.rules.yml",
                Path.Combine(Files, "prometheus/sillage.rules.yml"),
                StringComparison.Ordinal
            );
        await File.WriteAllTextAsync(_folder["prometheus.yml"], head + string.Concat(jobs));
        return await Prometheus.StartAsync(_folder);
    }

    private static async Task<string> KeyAsync(ApiClient admin)
    {
        var made = await admin.PostAsync(
            "/api/v1/api-keys",
            new { name = "prometheus", permissions = new[] { "metrics.read" } }
        );
        return made.GetProperty("key").GetString()!;
    }

    [GeneratedRegex(@"- alert: (?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();

    [GeneratedRegex(
        @"\b(sillage|http_server|kestrel|dotnet)_[a-z_]+[a-z]\b(?=[{\[)])",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Metric();

    /// <summary>A Prometheus of our own, on loopback.</summary>
    private sealed class Prometheus(System.Diagnostics.Process process, Uri address) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = address };

        public static async Task<Prometheus> StartAsync(TemporaryFolder folder)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var address = $"127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            free.Stop();
            var process = CommandRun.Start(
                "prometheus",
                folder,
                [
                    $"--config.file={folder["prometheus.yml"]}",
                    $"--storage.tsdb.path={folder["tsdb"]}",
                    $"--web.listen-address={address}",
                ],
                null
            );
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            var prometheus = new Prometheus(process, new Uri($"http://{address}"));
            await Eventually.HoldsAsync(prometheus.IsReadyAsync);
            return prometheus;
        }

        public async Task<double> ValueAsync(string query)
        {
            var reply = await ReadAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
            var result = reply.GetProperty("result");
            return result.GetArrayLength() == 0
                ? 0
                : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }

        public async Task<int> RulesAsync()
        {
            var groups = (await ReadAsync("/api/v1/rules")).GetProperty("groups").EnumerateArray();
            return groups.Sum(group => group.GetProperty("rules").GetArrayLength());
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        private async Task<bool> IsReadyAsync()
        {
            try
            {
                using var reply = await _client.GetAsync("/-/ready");
                return reply.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        private async Task<JsonElement> ReadAsync(string path) =>
            JsonDocument.Parse(await _client.GetStringAsync(path)).RootElement.GetProperty("data");
    }
}
