using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>PostgreSQL goes away under load, and comes back.</summary>
public sealed class PostgresOutageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task While_PostgreSQL_is_away_senders_are_told_to_come_back_and_once_it_is_there_all_goes_on()
    {
        await using var postgres = await OwnPostgres.StartNewAsync();
        await using var server = await SillageServer.StartAsync(_folder.Path, UnderLoad.On(postgres.ConnectionString));
        using var admin = await ApiClient.LogInAsync(server);
        var queues = new OfflineQueues("game", await admin.MakeStudyAsync("game", 4));
        await using (var session = queues.SendTo(server))
        {
            await session.AcknowledgeAsync(more: 500);
            for (var outage = 0; outage < LongRuns.Scale(2, 20); outage++)
            {
                await postgres.StopAsync();
                await session.RefuseAsync(more: 10);
                (await StatusAsync(admin, "/health/live")).ShouldBe(HttpStatusCode.OK);
                // It may be as it was a moment ago: checks run so often and no oftener.
                await Eventually.HoldsAsync(async () =>
                    await StatusAsync(admin, "/health") == HttpStatusCode.ServiceUnavailable
                );
                (await StatusAsync(admin, "/api/v1/studies/game/traces")).ShouldBe(HttpStatusCode.ServiceUnavailable);

                await postgres.StartAsync();
                await session.AcknowledgeAsync(more: 500);
                await Eventually.HoldsAsync(async () => await StatusAsync(admin, "/health") == HttpStatusCode.OK);
            }
        }

        await queues.FlushAsync(server);
        await queues.ShouldBeStoredOnceAsync(admin);
        server.Errors.ShouldNotContain("defect");
        ShouldHaveSaidOnce(server, "is away", LongRuns.Scale(2, 20));
        ShouldHaveSaidOnce(server, "is back", LongRuns.Scale(2, 20));
        server.Errors.ShouldNotContain("   at ", Case.Sensitive, "no stack trace");
        server
            .Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Length.ShouldBe(2 * LongRuns.Scale(2, 20), server.Errors);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    public void Dispose() => _folder.Dispose();

    private static void ShouldHaveSaidOnce(SillageServer server, string what, int times) =>
        server
            .Errors.Split('\n')
            .Count(line => line.Contains($"PostgreSQL {what}", StringComparison.Ordinal))
            .ShouldBe(times, server.Errors);

    private static async Task<HttpStatusCode> StatusAsync(ApiClient api, string path)
    {
        using var reply = await api.Client.GetAsync(path);
        return reply.StatusCode;
    }
}
