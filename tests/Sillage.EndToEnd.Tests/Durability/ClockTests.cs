using System.Globalization;
using System.Net;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>The machine's clock is set back by days while the server runs.</summary>
public abstract class ClockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MovedClock _clock = new();

    [Fact]
    public async Task A_clock_that_is_set_back_ends_no_session_loses_no_trace_and_repeats_no_page()
    {
        var settings = UnderLoad.On(await PostgresAsync());
        _clock.Prepare(settings);
        await using var server = await SillageServer.StartAsync(_folder.Path, settings);
        using var admin = await ApiClient.LogInAsync(server);
        var players = await admin.MakeStudyAsync("game", 3);
        var first = await SendAsync(admin, 10);
        using var page = await admin.Client.GetAsync("/api/v1/studies/game/traces?limit=5");
        var next = JsonSerializer
            .Deserialize<JsonElement>(await page.Content.ReadAsStringAsync())
            .GetProperty("next")
            .GetString()!;

        await _clock.SetAsync(days: -2, admin);

        // The token from before, a fresh login, and passwords all open the door.
        var second = await SendAsync(admin, 10);
        using (var again = await ApiClient.LogInAsync(server))
        {
            await again.GetAsync("/api/v1/me");
        }

        // A page goes on where it was, with what has come since at the end: the order is that of storage.
        var rest = (await admin.GetAsync(next.Replace("limit=5", "limit=100", StringComparison.Ordinal))).GetProperty(
            "items"
        );
        Ids(rest).ShouldBe([.. first[5..], .. second]);
        var live = await admin.GetAsync($"/api/v1/studies/game/traces?after={first[^1]}");
        Ids(live.GetProperty("items")).ShouldBe(second);
        // When a trace came in is what the clock said then.
        Received(live.GetProperty("items")[0]).ShouldBeLessThan(DateTimeOffset.UtcNow.AddDays(-1));
        Received(rest[0]).ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddDays(-1));

        // Under load, with ids of the server's clock, back to the right time, and across a restart.
        var queues = new OfflineQueues("load", await admin.MakeStudyAsync("load", 3));
        await using (var session = queues.SendTo(server))
        {
            await session.AcknowledgeAsync(more: 200);
            await _clock.SetAsync(days: 0, admin);
            await session.AcknowledgeAsync(more: 200);
            await _clock.SetAsync(days: -1, admin);
            await session.AcknowledgeAsync(more: 200);
        }

        await queues.FlushAsync(server);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
        server.Errors.ShouldNotContain("defect");

        _clock.Set(days: -3);
        await using var restarted = await SillageServer.StartAsync(_folder.Path, settings);
        using var researcher = await ApiClient.LogInAsync(restarted);
        await queues.ShouldBeStoredOnceAsync(researcher);
        await SendAsync(researcher, 10);
        using var player = ApiClient.Basic(restarted, players[0].Username, players[0].Password);
        (await player.Client.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await researcher.TraceIdsAsync("game")).Count.ShouldBe(30);
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
        _clock.Dispose();
    }

    /// <summary>A connection string; null on SQLite.</summary>
    protected abstract Task<string?> PostgresAsync();

    private static DateTimeOffset Received(JsonElement trace) => trace.GetProperty("receivedAt").GetDateTimeOffset();

    private static Guid[] Ids(JsonElement items) =>
        [.. items.EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];

    /// <summary>Sends traces whose ids the server gives, one by one, and tells them.</summary>
    private static async Task<Guid[]> SendAsync(ApiClient admin, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await admin.PostAsync(
                "/api/v1/studies/game/traces",
                new
                {
                    participant = 1,
                    timestamp = "2026-03-02T10:00:00Z",
                    name = "moved",
                    sequence = number,
                    data = new { room = number.ToString(CultureInfo.InvariantCulture) },
                }
            );
        }

        var all = await admin.GetAsync("/api/v1/studies/game/traces?limit=1000");
        return Ids(all.GetProperty("items"))[^count..];
    }
}

public sealed class ClockOnSqlite : ClockTests
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class ClockOnPostgres(PostgresServer postgres) : ClockTests
{
    protected override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync();
}
