using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// What a trace costs the real server in allocated memory, from the socket to the commit and back, by the server's own
/// metrics: kept-alive connection, token checked, rate limits counting. The budgets are about a quarter above what was measured
/// in November 2026 (docs/performance.md); what needs more has to be worth it.
/// </summary>
public abstract partial class AllocationTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Intake_keeps_to_its_budget_of_bytes_a_trace()
    {
#if DEBUG
        Assert.Skip("Only optimised code is measured.");
#endif
        var settings = UnderLoad.On(await PostgresAsync());
        settings["SILLAGE_TELEMETRY__METRICSNETWORKS__0"] = "127.0.0.1";
        settings["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "true";
        // Counting what was stored, for summaries, has its own price, at its own time.
        settings["SILLAGE_TRACES__TALLYSECONDS"] = "86400";
        foreach (var bucket in new[] { "ADDRESS", "ACCOUNT" })
        {
            settings[$"SILLAGE_LIMITS__RATELIMITS__{bucket}__BURST"] = "1000000";
            settings[$"SILLAGE_LIMITS__RATELIMITS__{bucket}__PERSECOND"] = "100000";
        }

        await using var server = await SillageServer.StartAsync(_folder.Path, settings);
        using var admin = await ApiClient.LogInAsync(server);
        var player = (await admin.MakeStudyAsync("game", 1)).Single();
        using var api = await ApiClient.LogInAsync(server, player.Username, player.Password);

        var alone = await MeasureAsync(api, requests: 100, traces: 1);
        var together = await MeasureAsync(api, requests: 20, traces: 100);

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"bytes a trace: {alone:n0} alone, {together:n0} in batches of 100"
            )
        );
        alone.ShouldBeLessThanOrEqualTo(BudgetAlone);
        together.ShouldBeLessThanOrEqualTo(BudgetTogether);
    }

    /// <summary>Bytes a trace that comes alone in its request; on PostgreSQL they vary with how often its answer has to be waited for.</summary>
    protected abstract double BudgetAlone { get; }

    /// <summary>Bytes a trace in a batch of a hundred.</summary>
    protected abstract double BudgetTogether { get; }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
    }

    /// <summary>A connection string; null on SQLite.</summary>
    protected abstract Task<string?> PostgresAsync();

    /// <summary>The least of several rounds: what else went on in the process is in the others.</summary>
    private static async Task<double> MeasureAsync(ApiClient api, int requests, int traces)
    {
        var least = double.MaxValue;
        for (var round = 0; round < 6; round++)
        {
            var before = await AllocatedAsync(api.Client);
            for (var request = 0; request < requests; request++)
            {
                using var content = new ByteArrayContent(Batch(traces));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var reply = await api.Client.PostAsync("/api/v1/studies/game/traces", content);
                reply.StatusCode.ShouldBe(HttpStatusCode.Created);
            }

            var after = await AllocatedAsync(api.Client);
            // Asking costs something too.
            var asking = await AllocatedAsync(api.Client) - after;
            least = Math.Min(least, (after - before - asking) / requests / traces);
        }

        return least;
    }

    private static byte[] Batch(int traces) =>
        Encoding.UTF8.GetBytes(
            "["
                + string.Join(
                    ',',
                    Enumerable
                        .Range(0, traces)
                        .Select(number =>
                            $$$"""{"id":"{{{Guid.CreateVersion7()}}}","timestamp":"2026-11-20T09:30:00.250Z","session":"s-1","sequence":{{{number}}},"name":"answered","data":{"room":"loops","userAnswer":"int i = 0;","userError":"none"}}"""
                        )
                )
                + "]"
        );

    private static async Task<double> AllocatedAsync(HttpClient client)
    {
        var metrics = await client.GetStringAsync("/metrics");
        var found = Allocated().Match(metrics);
        found.Success.ShouldBeTrue(metrics);
        return double.Parse(found.Groups["bytes"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"^dotnet_gc_heap_total_allocated_bytes_total (?<bytes>\S+)$",
        RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Allocated();
}

public sealed class AllocationOnSqlite(ITestOutputHelper output) : AllocationTests(output)
{
    protected override double BudgetAlone => 9_900;

    protected override double BudgetTogether => 725;

    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class AllocationOnPostgres(PostgresServer postgres, ITestOutputHelper output) : AllocationTests(output)
{
    protected override double BudgetAlone => 25_000;

    protected override double BudgetTogether => 1_120;

    protected override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync();
}
