using Npgsql;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>The disk under the data gets full under load, is healed, and gets full again.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task On_SQLite_senders_are_told_to_come_back_and_need_no_restart_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 96);
        await using (var server = await SillageServer.StartAsync(disk.Path, UnderLoad.Settings()))
        {
            await FillAndHealAsync(server, disk);
            (await server.StopAsync()).ShouldBe(0, server.Errors);
        }

        await SqliteFiles.ShouldBeSoundAsync(Path.Combine(disk.Path, "data"));
    }

    [Fact]
    public async Task On_PostgreSQL_senders_are_told_to_come_back_and_need_no_restart_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 96);
        await using var postgres = await OwnPostgres.StartNewAsync();
        var space = await disk.FolderOfAsync("postgres");
        await using (var source = NpgsqlDataSource.Create(postgres.ConnectionString))
        {
            // The tables on the small disk, the log elsewhere: without a log PostgreSQL itself would end.
            await ExecuteAsync(source, $"CREATE TABLESPACE small LOCATION '{space}'");
            await ExecuteAsync(source, "CREATE DATABASE sillage TABLESPACE small");
        }

        using var folder = new TemporaryFolder();
        var connection = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "sillage" };
        await using var server = await SillageServer.StartAsync(folder, UnderLoad.On(connection.ToString()));
        await FillAndHealAsync(server, disk);
        (await server.StopAsync()).ShouldBe(0, server.Errors);
    }

    [Fact]
    public async Task A_server_that_is_started_on_a_full_disk_says_so_and_ends()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 2);
        await disk.FillAsync(bytes: 100_000);

        var run = await CommandRun.SillageAsync(
            disk.Path,
            ["serve", "--urls", "http://127.0.0.1:0"],
            UnderLoad.Settings()
        );

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem().ShouldContain("The disk is full");
        run.Error.ShouldContain("--data");
        run.Error.ShouldNotContain("Postgres");
    }

    private static async Task FillAndHealAsync(SillageServer server, SmallDisk disk)
    {
        using var admin = await ApiClient.LogInAsync(server);
        var queues = new OfflineQueues("game", await admin.MakeStudyAsync("game", 4)) { Ballast = 2000 };
        for (var time = 0; time < LongRuns.Scale(2, 5); time++)
        {
            await using var session = queues.SendTo(server);
            await session.AcknowledgeAsync(more: 100);
            await disk.FillAsync(bytes: 1_000_000);
            await session.RefuseAsync(more: 8);
            // What is there can be read.
            (await admin.TraceIdsAsync("game")).Count.ShouldBeGreaterThanOrEqualTo(100);

            disk.Clear();
            await session.AcknowledgeAsync(more: 100);
        }

        await queues.FlushAsync(server);
        await queues.ShouldBeStoredOnceAsync(admin);
        server.Errors.ShouldNotContain("defect");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string statement)
    {
#pragma warning disable CA2100 // Texts of this test.
        await using var command = source.CreateCommand(statement);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
