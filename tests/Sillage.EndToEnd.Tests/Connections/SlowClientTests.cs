using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Connections;

/// <summary>Hundreds of connections that send a byte now and then, to keep the server for themselves (slow-loris).</summary>
public sealed class SlowClientTests : IDisposable
{
    private static readonly int Connections = LongRuns.Scale(150, 1500);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Slow_headers_are_cut_off_and_others_are_served_meanwhile()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(("SILLAGE_LIMITS__HEADERTIMEOUT", "00:00:02"))
        );
        await ShouldCutOffAsync(server, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", "408");
    }

    [Fact]
    public async Task Slow_bodies_are_cut_off_and_others_are_served_meanwhile()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(
                ("SILLAGE_LIMITS__BODYGRACE", "00:00:02"),
                ("SILLAGE_LIMITS__BODIESPERACCOUNT", $"{2 * Connections}")
            )
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 1);
        await ShouldCutOffAsync(
            server,
            "POST /api/v1/studies/game/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + $"Authorization: {admin.Client.DefaultRequestHeaders.Authorization}\r\nContent-Length: 100000\r\n\r\n[",
            "408"
        );
        (await admin.TraceIdsAsync("game")).ShouldBeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private static async Task ShouldCutOffAsync(SillageServer server, string beginning, string status)
    {
        var slow = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => DribbleAsync(server, beginning)));
        try
        {
            using var client = server.CreateClient();
            var ends = Task.WhenAll(slow.Select(one => one.End));
            do
            {
                (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
                await Task.Delay(50);
            } while (!ends.IsCompleted);

            foreach (var said in await ends)
            {
                // Where a byte crossed with the answer, the system may have thrown the answer away.
                (said.Length == 0 || said.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal)).ShouldBeTrue(
                    said
                );
            }

            (await ends).ShouldContain(said => said.Length > 0);
        }
        finally
        {
            foreach (var one in slow)
            {
                one.Connection.Dispose();
            }
        }

        server.Errors.ShouldNotContain("defect");
    }

    private static async Task<(RawConnection Connection, Task<string> End)> DribbleAsync(
        SillageServer server,
        string beginning
    )
    {
        var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync(beginning);
        return (connection, EndAsync(connection));
    }

    private static async Task<string> EndAsync(RawConnection connection)
    {
        var end = connection.ReadToEndAsync();
        while (!end.IsCompleted && await connection.TrySendAsync("x"u8.ToArray()))
        {
            await Task.WhenAny(end, Task.Delay(300));
        }

        return await end;
    }
}
