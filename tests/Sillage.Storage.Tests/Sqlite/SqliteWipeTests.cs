using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Backup;
using Sillage.Storage.Sqlite;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>What is deleted is in no file afterwards, whatever became of the pages that it was in.</summary>
public sealed class SqliteWipeTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private StorageUnderTest _storage = null!;

    private IDatabase<SpecimenModule> Database => _storage.Database<SpecimenModule>();

    public async ValueTask InitializeAsync() =>
        _storage = await StorageUnderTest.StartAsync(
            StoragePlace.In(_folder),
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_deleted_rows_nothing_is_left_in_any_file_while_the_others_stay(int seed)
    {
        // Keys in no order and rows of many lengths split pages everywhere; deleting every other row joins them again.
        var random = new Random(seed);
        await AddAsync(random, "stays", "erased", 4000);
        await DeleteErasedAsync();
        await AddAsync(random, "stays", "stays", 200);

        await Database.WipeDeletedAsync(CancellationToken.None);

        FilesWith("erased").ShouldBeEmpty();
        FilesWith("stays").ShouldNotBeEmpty();
        (await Database.NamesAsync()).Length.ShouldBe(2200);
        (await CheckAsync()).ShouldBe("ok");
    }

    [Fact]
    public async Task Without_it_pages_keep_copies_though_the_log_is_folded_in()
    {
        await AddAsync(new Random(1), "stays", "erased", 4000);
        await DeleteErasedAsync();
        await _storage.DisposeAsync();
        // The last one to close a file folds its log in.
        SqliteSession.OpenWriter(new SqliteFiles(_folder["specimen.db"])).Dispose();

        File.Exists(_folder["specimen.db-wal"]).ShouldBeFalse();
        FilesWith("erased").ShouldBe(["specimen.db"]);
    }

    [Fact]
    public async Task Writes_and_reads_go_on_meanwhile_and_nothing_is_lost()
    {
        var random = new Random(3);
        await AddAsync(random, "stays", "erased", 2000);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() => WriteAsync(stop.Token));
        await DeleteErasedAsync();

        for (var i = 0; i < 5; i++)
        {
            await Database.WipeDeletedAsync(CancellationToken.None);
            (await Database.NamesAsync())
                .Count(name => name.StartsWith("stays", StringComparison.Ordinal))
                .ShouldBe(1000);
        }

        await stop.CancelAsync();
        var written = await writing;
        (await Database.NamesAsync())
            .Count(name => name.StartsWith("more", StringComparison.Ordinal))
            .ShouldBe(written);
        await Database.WipeDeletedAsync(CancellationToken.None);
        FilesWith("erased").ShouldBeEmpty();
        (await CheckAsync()).ShouldBe("ok");
    }

    [Fact]
    public async Task It_waits_for_a_reader_that_still_sees_what_was_deleted()
    {
        await AddAsync(new Random(4), "stays", "erased", 100);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Database.ReadAsync(
            async reader =>
            {
                await reader.ScalarAsync<long>("SELECT count(*) FROM specimen");
                seen.SetResult();
                await go.Task;
                return await reader.ScalarAsync<long>("SELECT count(*) FROM specimen");
            },
            CancellationToken.None
        );
        await seen.Task;
        await DeleteErasedAsync();

        var wiping = Database.WipeDeletedAsync(CancellationToken.None);
        await Database.AddAsync(Specimen.Called("meanwhile"));
        wiping.IsCompleted.ShouldBeFalse();
        go.SetResult();

        (await reading).ShouldBe(100);
        await wiping;
        FilesWith("erased").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_of_many_pieces_is_done_piece_by_piece_with_writes_in_between()
    {
        var random = new Random(5);
        await AddAsync(random, "stays", "erased", 2000);
        await DeleteErasedAsync();
        await _storage.DisposeAsync();
        var files = new SqliteFiles(_folder["specimen.db"]);

        var wipe = new SqliteWipe("main", pieceLength: 64 * 1024);
        var pieces = 0;
        while (!wipe.IsDone)
        {
            using (var session = SqliteSession.OpenWriter(files))
            {
                wipe.DoNext(session).ShouldBeTrue();
            }

            using var writer = SqliteSession.OpenWriter(files);
            var insert = writer.Prepare(
                "INSERT INTO specimen (id, name, data) VALUES (randomblob(16), ?1, zeroblob(?2))"
            );
            insert.BindText(1, $"between-{pieces++}").Bind(2, random.Next(1, 900)).Run();
        }

        pieces.ShouldBeGreaterThan(10);
        FilesWith("erased").ShouldBeEmpty();
        await InitializeAsync();
        (await Database.NamesAsync()).Length.ShouldBe(1000 + pieces);
        (await CheckAsync()).ShouldBe("ok");
    }

    private Task<int> DeleteErasedAsync() =>
        Database.WriteAsync(
            unit => unit.ExecuteAsync("DELETE FROM specimen WHERE name LIKE 'erased%'"),
            CancellationToken.None
        );

    /// <summary>Adds rows of the two names in turn.</summary>
    private async Task AddAsync(Random random, string even, string odd, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(100))
        {
            await Database.WriteAsync(
                async unit =>
                {
                    foreach (var i in some)
                    {
                        var id = new byte[16];
                        random.NextBytes(id);
                        var name = i % 2 == 0 ? even : odd;
                        await unit.AddAsync(
                            new Specimen(new Guid(id), $"{name}-{Convert.ToHexStringLower(id)}")
                            {
                                Data = Encoding.UTF8.GetBytes(Repeat(name, random.Next(1, random.Next(1, 900)))),
                            }
                        );
                    }

                    return true;
                },
                CancellationToken.None
            );
        }
    }

    private async Task<int> WriteAsync(CancellationToken stop)
    {
        var written = 0;
        while (!stop.IsCancellationRequested)
        {
            await Database.AddAsync(Specimen.Called($"more-{written++}") with { Data = new byte[written % 700] });
        }

        return written;
    }

    private async Task<string> CheckAsync()
    {
        await using var services = StorageUnderTest.Offline(
            StoragePlace.In(_folder),
            modules => modules.AddModuleDatabase<SpecimenModule>("specimen")
        );
        using var backups = new TemporaryFolder();
        // A backup checks the integrity of what it copies.
        await services
            .GetRequiredService<BackupArchive>()
            .CreateAsync(backups["check.backup"], false, null, CancellationToken.None);
        return "ok";
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private string[] FilesWith(string text) =>
        [
            .. Directory
                .EnumerateFiles(_folder, "specimen.db*")
                .Where(file => FileContent.Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)
                .Select(file => Path.GetFileName(file)),
        ];
}
