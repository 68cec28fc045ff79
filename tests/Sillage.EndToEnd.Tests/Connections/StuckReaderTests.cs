using System.Globalization;
using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Connections;

/// <summary>Readers who ask for an export and never read it.</summary>
public sealed class StuckReaderTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    private static readonly int Readers = LongRuns.Scale(8, 50);

    // The log is folded in every 8 MB, and a group of writes may be under way; what is written meanwhile is more.
    private const long MostLog = 48L * 1024 * 1024;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Hold_up_no_writer_and_let_no_log_grow_on_SQLite()
    {
        await RunAsync(
            postgres: null,
            () =>
            {
                var log = new FileInfo(_folder["data/traces.db-wal"]).Length;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the log has {log >> 20} MiB"));
                log.ShouldBeLessThan(MostLog);
                return Task.CompletedTask;
            }
        );
    }

    [Fact]
    public async Task Hold_up_no_writer_and_keep_no_snapshot_on_PostgreSQL()
    {
        var connection = await postgres.CreateDatabaseAsync();
        await RunAsync(
            connection,
            async () =>
            {
                // A snapshot that is held is a transaction that does nothing: eight of them at least. The server's own take moments.
                await using var source = NpgsqlDataSource.Create(connection);
                await Eventually.HoldsAsync(async () =>
                {
                    await using var command = source.CreateCommand(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND backend_xmin IS NOT NULL AND state LIKE 'idle in transaction%'
                        """
                    );
                    return (long)(await command.ExecuteScalarAsync())! < 8;
                });
            }
        );
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync(string? postgres, Func<Task> checkAsync)
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            UnderLoad.On(postgres, ("SILLAGE_LIMITS__EXPORTS__PERACCOUNT", $"{Readers}"))
        );
        using var admin = await ApiClient.LogInAsync(server);
        var queues = new OfflineQueues("game", await admin.MakeStudyAsync("game", 4)) { Ballast = 10_000 };
        await using (var session = queues.SendTo(server))
        {
            // More than the buffers between the two ends hold.
            await session.AcknowledgeAsync(more: 2000);
        }

        var stuck = new List<RawConnection>();
        try
        {
            for (var reader = 0; reader < Readers; reader++)
            {
                var connection = await RawConnection.OpenAsync(server, receiveBuffer: 4096);
                stuck.Add(connection);
                await connection.SendAsync(
                    "GET /api/v1/studies/game/traces/export?format=ndjson HTTP/1.1\r\nHost: localhost\r\n"
                        + $"Authorization: {admin.Client.DefaultRequestHeaders.Authorization}\r\n\r\n"
                );
                (await connection.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 200 ");
            }

            await using (var session = queues.SendTo(server))
            {
                await session.AcknowledgeAsync(more: LongRuns.Scale(6000, 60_000));
            }

            await checkAsync();
        }
        finally
        {
            stuck.ForEach(connection => connection.Dispose());
        }

        await queues.FlushAsync(server);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
        server.Errors.ShouldNotContain("defect");
    }
}
