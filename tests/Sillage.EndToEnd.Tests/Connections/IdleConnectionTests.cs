using System.Globalization;
using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Connections;

/// <summary>Thousands who are connected and say nothing.</summary>
public sealed class IdleConnectionTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Connections = LongRuns.Scale(500, 5000);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Cost_little_hold_up_nobody_and_go_away_when_they_leave_or_their_time_is_over()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(
                ("SILLAGE_LIMITS__KEEPALIVE", LongRuns.Scale("00:00:10", "00:00:40")),
                ("SILLAGE_LIMITS__CONNECTIONSPERADDRESS", "10000")
            )
        );
        using var client = server.CreateClient();
        (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var before = server.WorkingSet();
        var descriptors = OpenFiles(server);
        var idle = new List<RawConnection>();
        try
        {
            while (idle.Count < Connections)
            {
                idle.AddRange(
                    await Task.WhenAll(
                        Enumerable.Range(0, Math.Min(100, Connections - idle.Count)).Select(_ => ConnectAsync(server))
                    )
                );
            }

            var held = (server.WorkingSet() - before) / Connections;
            output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{held} bytes of memory for each of {Connections}")
            );
            held.ShouldBeLessThan(100_000);
            for (var request = 0; request < 20; request++)
            {
                (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            // Half of them leave by themselves, the other half is sent away.
            idle[..(Connections / 2)].ForEach(connection => connection.Dispose());
            await Task.WhenAll(idle[(Connections / 2)..].Select(connection => connection.ReadToEndAsync()));
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }

        await Eventually.HoldsAsync(() => OpenFiles(server) <= descriptors + 10);
        (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    public void Dispose() => _folder.Dispose();

    private static int OpenFiles(SillageServer server) =>
        Directory.GetFiles($"/proc/{server.ProcessId.ToString(CultureInfo.InvariantCulture)}/fd").Length;

    private static async Task<RawConnection> ConnectAsync(SillageServer server)
    {
        var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await connection.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 200 ");
        return connection;
    }
}
