using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Backup;
using Sillage.Storage.Migrations;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>A module's second file: one door, one unit, one backup, and no row on its own.</summary>
public sealed class CompanionTests : IDisposable
{
    private const string MoveNames = """
        CREATE TABLE IF NOT EXISTS secret.label (id BLOB NOT NULL PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID;
        DELETE FROM secret.label;
        INSERT INTO secret.label (id, label) SELECT id, name FROM specimen;

        -- The above is committed before the below.
        UPDATE specimen SET name = 'moved';
        """;

    private const string Labels = "SELECT l.label FROM specimen s JOIN label l ON l.id = s.id ORDER BY l.label";

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    private string Backup => _folder["test.backup"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_tables_are_named_as_any_and_a_unit_is_whole_or_absent_in_both()
    {
        await using var storage = await StartAsync(Moving);
        var database = storage.Database<SpecimenModule>();
        await AddAsync(database, "a");

        await Should.ThrowAsync<TimeoutException>(() => AddAsync(database, "b", () => throw new TimeoutException()));

        (await LabelsAsync(database)).ShouldBe(["a"]);
        (await database.NamesAsync()).ShouldBe(["a"]);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.EnumerateFiles(Data, "specimen.secret.db*"))
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
            }
        }

        await using var own = new SqliteConnection($"Data Source={Data}/specimen.db;Pooling=false;Mode=ReadOnly");
        await own.OpenAsync();
        await using var command = own.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_schema WHERE name = 'label'";
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Fact]
    public async Task A_backup_holds_it_and_a_restore_brings_both_back()
    {
        await using (var storage = await StartAsync(Moving))
        {
            await AddAsync(storage.Database<SpecimenModule>(), "a");
            await BackUpAsync(Moving);
            await AddAsync(storage.Database<SpecimenModule>(), "b");
        }

        await RestoreAsync(Moving);

        await using var restored = await StartAsync(Moving);
        (await LabelsAsync(restored.Database<SpecimenModule>())).ShouldBe(["a"]);
        (await restored.Database<SpecimenModule>().NamesAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_backup_from_before_there_was_one_restores_and_is_moved_at_the_next_start()
    {
        await using (var before = await StartAsync(Own))
        {
            await before.Database<SpecimenModule>().AddAsync(Specimen.Called("old"));
            await BackUpAsync(Own);
        }

        await using (var after = await StartAsync(Moving))
        {
            await AddAsync(after.Database<SpecimenModule>(), "new");
        }

        await RestoreAsync(Moving);

        await using var restored = await StartAsync(Moving);
        (await LabelsAsync(restored.Database<SpecimenModule>())).ShouldBe(["old"]);
    }

    [Fact]
    public async Task What_moves_to_it_is_there_before_it_goes_from_the_own_file_whenever_the_crash_comes()
    {
        await using (var before = await StartAsync(Own))
        {
            await before.Database<SpecimenModule>().AddAsync(Specimen.Called("old"));
        }

        // The first part is committed and the second is not, as after a crash in between.
        var failing = Moving with
        {
            Migrations = dialect => WithScript(dialect, MoveNames + "SELECT nothing FROM nowhere;"),
        };
        await Should.ThrowAsync<MigrationException>(() => StartAsync(failing));

        await using var storage = await StartAsync(Moving);
        (await LabelsAsync(storage.Database<SpecimenModule>())).ShouldBe(["old"]);
        (await storage.Database<SpecimenModule>().NamesAsync()).ShouldBe(["moved"]);
    }

    [Fact]
    public async Task A_module_whose_companion_is_gone_is_refused()
    {
        await (await StartAsync(Moving)).DisposeAsync();
        File.Delete($"{Data}/specimen.secret.db");

        var refusal = await Should.ThrowAsync<DatabaseUnreadableException>(() => StartAsync(Moving));

        refusal.Message.ShouldContain("specimen.secret.db");
        refusal.Message.ShouldContain("Restore a backup");
    }

    private static ModuleRegistration Own => ModuleRegistration.Of<SpecimenModule>("specimen");

    private static ModuleRegistration Moving =>
        Own with
        {
            Companion = "secret",
            Migrations = dialect => WithScript(dialect, MoveNames),
        };

    private static MigrationSet WithScript(SqlDialect dialect, string text)
    {
        var set = Own.Migrations(dialect);
        return set with { Scripts = [.. set.Scripts, new Migration(2, "labels", text)] };
    }

    private Task<StorageUnderTest> StartAsync(ModuleRegistration registration) =>
        StorageUnderTest.StartAsync(
            StoragePlace.In(Data),
            services => services.AddModuleDatabase<SpecimenModule>(registration)
        );

    private static Task<bool> AddAsync(IDatabase database, string name, Action? thereafter = null) =>
        database.WriteAsync(
            async unit =>
            {
                var specimen = Specimen.Called(name);
                await unit.AddAsync(specimen);
                await unit.ExecuteAsync(
                    "INSERT INTO label (id, label) VALUES (@Id, @Name)",
                    new { specimen.Id, specimen.Name }
                );
                thereafter?.Invoke();
                return true;
            },
            CancellationToken.None
        );

    private static Task<IReadOnlyList<string>> LabelsAsync(IDatabase database) =>
        database.ReadAsync(reader => reader.QueryAsync<string>(Labels), CancellationToken.None);

    private async Task BackUpAsync(ModuleRegistration registration)
    {
        await using var services = Offline(registration);
        await services
            .GetRequiredService<BackupArchive>()
            .CreateAsync(Backup, overwrite: true, null, CancellationToken.None);
    }

    private async Task RestoreAsync(ModuleRegistration registration)
    {
        await using var services = Offline(registration);
        await services.GetRequiredService<BackupArchive>().RestoreAsync(Backup, null, CancellationToken.None);
    }

    private ServiceProvider Offline(ModuleRegistration registration) =>
        StorageUnderTest.Offline(
            StoragePlace.In(Data),
            services => services.AddModuleDatabase<SpecimenModule>(registration)
        );
}
