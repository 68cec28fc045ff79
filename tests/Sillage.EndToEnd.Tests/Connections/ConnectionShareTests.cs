using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Connections;

/// <summary>One address does not have all connections there are.</summary>
public sealed class ConnectionShareTests : IDisposable
{
    private const int Share = 5;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task More_connections_than_an_address_may_have_are_told_so_and_closed()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(("SILLAGE_LIMITS__CONNECTIONSPERADDRESS", $"{Share}"))
        );
        var open = await ConnectAsync(server, Share);
        using (var more = await RawConnection.OpenAsync(server))
        {
            // Whether it asks or not.
            var said = await more.ReadToEndAsync();
            said.ShouldStartWith("HTTP/1.1 429 ");
            said.ShouldContain("Retry-After: ");
            said.ShouldContain("Limits:ConnectionsPerAddress");
        }

        open[0].Dispose();
        await Eventually.HoldsAsync(async () =>
        {
            using var again = await RawConnection.OpenAsync(server);
            await again.TrySendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            return (await again.ReadHeadAsync()).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
        });
        open.ForEach(connection => connection.Dispose());
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    [Fact]
    public async Task A_trusted_proxy_brings_everybody_and_is_not_counted()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.Settings(
                ("SILLAGE_LIMITS__CONNECTIONSPERADDRESS", $"{Share}"),
                ("SILLAGE_PROXIES__TRUSTED__0", "127.0.0.0/8")
            )
        );
        var open = await ConnectAsync(server, Share * 2);
        open.ForEach(connection => connection.Dispose());
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<List<RawConnection>> ConnectAsync(SillageServer server, int count)
    {
        var open = new List<RawConnection>();
        for (var i = 0; i < count; i++)
        {
            var connection = await RawConnection.OpenAsync(server);
            open.Add(connection);
            await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            (await connection.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 200 ");
        }

        return open;
    }
}
