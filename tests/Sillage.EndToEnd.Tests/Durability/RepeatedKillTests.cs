using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>Killed in the middle of intake, again and again, on the same data.</summary>
public abstract class RepeatedKillTests : IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    [Fact]
    public async Task Every_acknowledged_trace_is_there_once_and_no_batch_in_part_after_kills_in_the_middle_of_intake()
    {
        var settings = UnderLoad.On(await PostgresAsync());
        OfflineQueues? queues = null;
        for (var kill = 0; kill < LongRuns.Scale(3, 100); kill++)
        {
            await using var server = await SillageServer.StartAsync(Folder.Path, settings);
            if (queues is null)
            {
                using var admin = await ApiClient.LogInAsync(server);
                queues = new OfflineQueues("game", await admin.MakeStudyAsync("game", 6));
            }

            await using var session = queues.SendTo(server);
            // Each time at another point of what is going on.
            await session.AcknowledgeAsync(more: Random.Shared.Next(1, 1000));
            await Task.Delay(Random.Shared.Next(20));
            await server.KillAsync();
        }

        await using (var last = await SillageServer.StartAsync(Folder.Path, settings))
        {
            using var researcher = await ApiClient.LogInAsync(last);
            await queues!.ShouldBeStoredOnceAsync(researcher);
            await queues.FlushAsync(last);
            await queues.ShouldBeStoredOnceAsync(researcher);
            (await last.StopAsync()).ShouldBe(0, last.Errors);
        }

        await CheckIntegrityAsync();
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Folder.Dispose();
    }

    /// <summary>A connection string; null on SQLite.</summary>
    protected abstract Task<string?> PostgresAsync();

    /// <summary>What the engine itself says of its files.</summary>
    protected abstract Task CheckIntegrityAsync();
}

public sealed class RepeatedKillOnSqlite : RepeatedKillTests
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);

    protected override Task CheckIntegrityAsync() => SqliteFiles.ShouldBeSoundAsync(Folder["data"]);
}

public sealed class RepeatedKillOnPostgres(PostgresServer postgres) : RepeatedKillTests
{
    private string? _connection;

    protected override async Task<string?> PostgresAsync() => _connection ??= await postgres.CreateDatabaseAsync();

    protected override async Task CheckIntegrityAsync()
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(_connection!);
        // Each row is reachable by the table and by the index of the ids.
        const string Compare = """
            SET enable_seqscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
            SELECT count(*) FROM traces.trace WHERE position > 0;
            SET enable_seqscan = off; SET enable_indexscan = on; SET enable_indexonlyscan = on;
            SELECT count(*) FROM traces.trace WHERE position > 0;
            """;
        await using var command = source.CreateCommand(Compare);
        await using var counts = await command.ExecuteReaderAsync();
        await counts.ReadAsync();
        var byTable = counts.GetInt64(0);
        await counts.NextResultAsync();
        await counts.ReadAsync();
        counts.GetInt64(0).ShouldBe(byTable);
    }
}

/// <summary>Database files of a server that has ended.</summary>
internal static class SqliteFiles
{
    public static async Task ShouldBeSoundAsync(string folder)
    {
        var files = Directory.GetFiles(folder, "*.db");
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            var check = await CommandRun.RunAsync(
                "sqlite3",
                folder,
                [file, "PRAGMA integrity_check; PRAGMA foreign_key_check;"]
            );
            check.Output.Trim().ShouldBe("ok", $"{file}: {check.Error}");
        }
    }
}
