using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Storage;
using Sillage.Storage.Backup;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>A backup shows one moment, restores whole or not at all, and believes no file that is not what it was.</summary>
public abstract class BackupSpecification : StorageSpecification
{
    private readonly TemporaryFolder _backups = new();

    private string File => _backups["test.backup"];

    private IDatabase<OtherModule> Other => Storage.Database<OtherModule>();

    [Fact]
    public async Task What_was_backed_up_is_there_again_after_a_restore()
    {
        var specimen = Specimen.Called("a") with
        {
            At = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero),
            Flag = true,
            Count = 7,
            Ratio = 0.5,
            Other = Guid.CreateVersion7(),
            Data = [0, 1, 2],
        };
        await Database.AddAsync(specimen);
        await Other.AddAsync(Specimen.Called("x"));
        var made = await CreateAsync();
        made.Modules.ShouldBe(["other", "specimen"]);

        await Database.AddAsync(Specimen.Called("b"));
        await Other.WriteAsync(unit => unit.ExecuteAsync("DELETE FROM specimen"), CancellationToken.None);
        await RestoreAsync();

        var restored = (await Database.SpecimensAsync()).ShouldHaveSingleItem();
        restored.Data.ShouldBe(specimen.Data);
        restored.ShouldBe(specimen with { Data = restored.Data });
        (await Other.NamesAsync()).ShouldBe(["x"]);
    }

    [Fact]
    public async Task Numbers_go_on_after_a_restore_where_they_stood()
    {
        await PublishAsync();
        await CreateAsync();
        await RestoreAsync();

        (await PublishAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_backup_made_while_writes_go_on_shows_one_moment_of_all_modules()
    {
        using var stop = new CancellationTokenSource();
        var writing = Enumerable
            .Range(0, 4)
            .Select(writer => Task.Run(() => WriteToBothAsync(writer, stop.Token)))
            .ToArray();
        await Eventually.HoldsAsync(async () => (await Other.NamesAsync()).Length > 50);

        var made = await CreateAsync();

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        made.Length!.Value.ShouldBeGreaterThan(0);
        var after = await Database.NamesAsync();
        await RestoreAsync();

        // Each writer writes to the one and then to the other: of each at most one is on the way.
        var first = await Database.NamesAsync();
        var second = await Other.NamesAsync();
        second.Except(first).ShouldBeEmpty();
        first.Except(second).Count().ShouldBeLessThanOrEqualTo(4);
        first.Length.ShouldBeGreaterThan(50);
        first.Length.ShouldBeLessThanOrEqualTo(after.Length);
    }

    [Fact]
    public async Task What_was_there_before_a_restore_is_kept()
    {
        await CreateAsync();
        await Database.AddAsync(Specimen.Called("b"));

        var summary = await RestoreAsync();

        (await Database.NamesAsync()).ShouldBeEmpty();
        (await NamesKeptAsync(summary.KeptAt!)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_restore_under_a_running_server_is_refused_and_touches_nothing()
    {
        await CreateAsync();
        await Database.AddAsync(Specimen.Called("b"));

        await Should.ThrowAsync<StorageSetupException>(RestoreOfflineAsync);

        (await Database.NamesAsync()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_and_touches_nothing()
    {
        // So much of it that nearly every byte of the file is its data: what a zip holds besides may change without harm.
        var data = new byte[500_000];
        new Random(1).NextBytes(data);
        await Database.AddAsync(Specimen.Called("a") with { Data = data });
        await CreateAsync();
        await Database.AddAsync(Specimen.Called("b"));
        await Storage.DisposeAsync();
        var whole = await System.IO.File.ReadAllBytesAsync(File);

        foreach (var length in new[] { 0, 1, 100, whole.Length / 2, whole.Length - 1 })
        {
            await IsRefusedAsync(whole[..length]);
        }

        foreach (var tenth in Enumerable.Range(2, 7))
        {
            var altered = whole.ToArray();
            altered[whole.Length * tenth / 10] ^= 1;
            await IsRefusedAsync(altered);
        }

        await IsRefusedAsync("not a backup at all"u8.ToArray());
        Storage = await StartAsync();
        (await Database.NamesAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_backup_newer_than_the_program_is_refused_and_touches_nothing()
    {
        const string Later = """
            INSERT INTO sillage_migration (owner, number, name, checksum, applied_at)
            SELECT owner, 9999, 'later', checksum, applied_at FROM sillage_migration WHERE owner = 'specimen'
            """;
        await Database.WriteAsync(unit => unit.ExecuteAsync(Later), CancellationToken.None);
        await CreateAsync();
        await Database.WriteAsync(
            unit => unit.ExecuteAsync("DELETE FROM sillage_migration WHERE number = 9999"),
            CancellationToken.None
        );
        await Storage.DisposeAsync();

        (await Should.ThrowAsync<BackupException>(RestoreOfflineAsync)).Message.ShouldContain(
            "newer than this program"
        );

        Storage = await StartAsync();
    }

    [Fact]
    public async Task A_backup_with_a_module_that_is_not_here_is_refused()
    {
        await CreateAsync();
        await Storage.DisposeAsync();
        await using var services = StorageUnderTest.Offline(
            Place,
            modules => modules.AddModuleDatabase<SpecimenModule>("specimen")
        );

        var refusal = await Should.ThrowAsync<BackupException>(() =>
            services.GetRequiredService<BackupArchive>().RestoreAsync(File, null, CancellationToken.None)
        );

        refusal.Message.ShouldContain("the module other");
    }

    [Fact]
    public async Task A_file_that_exists_is_not_overwritten_unless_told()
    {
        await System.IO.File.WriteAllTextAsync(File, "precious");

        await Should.ThrowAsync<BackupException>(() => CreateAsync());
        (await System.IO.File.ReadAllTextAsync(File)).ShouldBe("precious");

        await CreateAsync(overwrite: true);
        Directory.EnumerateFileSystemEntries(_backups).ShouldBe([File]);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_backup_that_fails_leaves_no_file_behind()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await using var services = StorageUnderTest.Offline(Place, AddModules);
        var archive = services.GetRequiredService<BackupArchive>();

        await Should.ThrowAsync<OperationCanceledException>(() =>
            archive.CreateAsync(File, false, null, cancelled.Token)
        );
        await Should.ThrowAsync<BackupException>(() =>
            archive.CreateAsync(_backups["absent/test.backup"], false, null, CancellationToken.None)
        );

        Directory.EnumerateFileSystemEntries(_backups).ShouldBeEmpty();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _backups.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The names of the specimens in the data from before a restore.</summary>
    protected abstract Task<string[]> NamesKeptAsync(string keptAt);

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        services.AddModuleDatabase<OtherModule>("other");
    }

    private async Task<BackupSummary> CreateAsync(bool overwrite = false)
    {
        await using var services = StorageUnderTest.Offline(Place, AddModules);
        return await services
            .GetRequiredService<BackupArchive>()
            .CreateAsync(File, overwrite, new Progress<BackupProgress>(), CancellationToken.None);
    }

    private async Task<BackupSummary> RestoreOfflineAsync()
    {
        await using var services = StorageUnderTest.Offline(Place, AddModules);
        return await services
            .GetRequiredService<BackupArchive>()
            .RestoreAsync(File, new Progress<BackupProgress>(), CancellationToken.None);
    }

    private async Task<BackupSummary> RestoreAsync()
    {
        await Storage.DisposeAsync();
        var summary = await RestoreOfflineAsync();
        Storage = await StartAsync();
        return summary;
    }

    private async Task IsRefusedAsync(byte[] content)
    {
        await System.IO.File.WriteAllBytesAsync(File, content);
        await Should.ThrowAsync<BackupException>(RestoreOfflineAsync);
    }

    private async Task WriteToBothAsync(int writer, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            await Database.AddAsync(Specimen.Called($"{writer}-{number:00000}"));
            await Other.AddAsync(Specimen.Called($"{writer}-{number:00000}"));
        }
    }

    /// <summary>Puts an event into the outbox.</summary>
    /// <returns>Its number; the event itself may be dispatched at any moment.</returns>
    private Task<long> PublishAsync() =>
        Database.WriteAsync(
            unit =>
                unit.ScalarAsync<long>(
                    new Sql(
                        "INSERT INTO sillage_outbox (id, name, occurred_at, payload) VALUES (randomblob(16), 'n', 0, '') RETURNING sequence",
                        "INSERT INTO sillage_outbox (id, name, occurred_at, payload) VALUES (gen_random_uuid(), 'n', now(), '') RETURNING sequence"
                    )
                ),
            CancellationToken.None
        );
}
