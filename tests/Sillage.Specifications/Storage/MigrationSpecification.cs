using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>Migrations are applied once, and a database that does not fit the program is refused.</summary>
public abstract class MigrationSpecification : StorageSpecification
{
    [Fact]
    public async Task Every_script_is_recorded_with_its_checksum()
    {
        var rows = await AppliedAsync();

        rows.Select(row => $"{row.Owner} {row.Number:0000}_{row.Name}")
            .ShouldBe([
                "specimen 0001_specimens",
                "storage 0001_outbox_inbox_audit_idempotency",
                "storage 0002_inbox",
                "storage 0003_jobs",
                "storage 0004_replies_that_name_people",
            ]);
        rows.ShouldAllBe(row => row.Checksum.Length == 64);
    }

    [Fact]
    public async Task A_second_start_applies_nothing()
    {
        var before = await AppliedAsync();

        await RestartAsync();

        (await AppliedAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Two_that_start_at_once_apply_each_script_once()
    {
        using var place = await CreatePlaceAsync();

        await MigrateManyTimesAtOnceAsync(place, 4);

        await using var storage = await StorageUnderTest.StartAsync(place, AddModules);
        (await storage.Database<SpecimenModule>().NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public Task An_altered_script_is_refused() =>
        IsRefusedAsync(
            "UPDATE sillage_migration SET checksum = 'another' WHERE owner = 'specimen'",
            "0001_specimens of specimen was altered"
        );

    [Fact]
    public Task A_database_newer_than_the_program_is_refused() =>
        IsRefusedAsync(
            """
            INSERT INTO sillage_migration (owner, number, name, checksum, applied_at)
            SELECT owner, 9999, 'later', checksum, applied_at FROM sillage_migration WHERE owner = 'specimen'
            """,
            "newer than this program: it has applied 9999_later of specimen"
        );

    [Fact]
    public Task A_missing_script_is_refused() =>
        IsRefusedAsync(
            """
            INSERT INTO sillage_migration (owner, number, name, checksum, applied_at)
            SELECT owner, 0, 'gone', checksum, applied_at FROM sillage_migration WHERE owner = 'specimen'
            """,
            "0000_gone of specimen, which this program does not have"
        );

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind_and_says_which_it_was()
    {
        await Storage.DisposeAsync();

        var failure = await Should.ThrowAsync<MigrationException>(() =>
            StorageUnderTest.StartAsync(Place, AddModuleWithFailingScript)
        );

        failure.Message.ShouldContain("0002_fails of specimen failed");
        Storage = await StartAsync();
        await Should.ThrowAsync<Exception>(() =>
            Database.ReadAsync(reader => reader.ScalarAsync<long>("SELECT 1 FROM half"), CancellationToken.None)
        );
    }

    /// <summary>Migrates the place from several programs at once; they need not be servers.</summary>
    protected abstract Task MigrateManyTimesAtOnceAsync(StoragePlace place, int times);

    /// <summary>Registers <see cref="SpecimenModule"/> with a further script 0002_fails, which makes a table and then fails.</summary>
    protected abstract void AddModuleWithFailingScript(
        Microsoft.Extensions.DependencyInjection.IServiceCollection services
    );

    private async Task IsRefusedAsync(string change, string message)
    {
        await Database.WriteAsync(unit => unit.ExecuteAsync(change), CancellationToken.None);
        await Storage.DisposeAsync();

        var refusal = await Should.ThrowAsync<MigrationException>(StartAsync);

        refusal.Message.ShouldContain(message);
    }

    private Task<IReadOnlyList<Applied>> AppliedAsync() =>
        Database.ReadAsync(
            reader =>
                reader.QueryAsync<Applied>(
                    "SELECT owner, number, name, checksum, applied_at FROM sillage_migration ORDER BY owner, number"
                ),
            CancellationToken.None
        );

    private sealed record Applied(string Owner, long Number, string Name, string Checksum, DateTimeOffset AppliedAt);
}
