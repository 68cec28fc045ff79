using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Storage;
using Sillage.Storage.Backup;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>The module whose one table outlives a restore.</summary>
public sealed class SurvivingModule;

/// <summary>A restore adds to a surviving table and never takes from it.</summary>
public abstract class SurvivorSpecification : StorageSpecification
{
    private static readonly SurvivingTable Notes = new(
        "note",
        new Sql(
            "CREATE TABLE note (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL, seen INTEGER NOT NULL)",
            "CREATE TABLE note (id bigint NOT NULL PRIMARY KEY, text text NOT NULL, seen bigint NOT NULL)"
        ),
        ["id", "text", "seen"],
        "UPDATE note SET seen = 0"
    );

    private readonly TemporaryFolder _backups = new();

    private string File => _backups["test.backup"];

    [Fact]
    public async Task What_is_here_and_what_the_backup_has_are_both_there_after_a_restore()
    {
        await NoteAsync(1, "both");
        await NoteAsync(2, "backup");
        await Database.AddAsync(Specimen.Called("a"));
        await BackUpAsync(AddModules);
        await Storage
            .Database<SurvivingModule>()
            .WriteAsync(unit => unit.ExecuteAsync("DELETE FROM note WHERE id = 2"), CancellationToken.None);
        await NoteAsync(3, "here");
        await Database.AddAsync(Specimen.Called("b"));

        await RestoreAsync();

        (await NotesAsync()).ShouldBe(["both 0", "backup 0", "here 0"]);
        (await Database.NamesAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task It_stays_when_the_backup_knows_nothing_of_it()
    {
        await Storage.DisposeAsync();
        using var place = await CreatePlaceAsync();
        await using (var older = await StorageUnderTest.StartAsync(place, base.AddModules))
        {
            await older.Database<SpecimenModule>().AddAsync(Specimen.Called("old"));
            await BackUpAsync(base.AddModules, place);
        }

        Storage = await StartAsync();
        await NoteAsync(1, "here");
        await RestoreAsync();

        (await NotesAsync()).ShouldBe(["here 0"]);
        (await Database.NamesAsync()).ShouldBe(["old"]);
    }

    [Fact]
    public async Task It_comes_from_the_backup_where_there_is_nothing_yet()
    {
        await NoteAsync(1, "backup");
        await BackUpAsync(AddModules);
        using var place = await CreatePlaceAsync();
        await using (var services = StorageUnderTest.Offline(place, AddModules))
        {
            await services.GetRequiredService<BackupArchive>().RestoreAsync(File, null, CancellationToken.None);
        }

        await using var restored = await StorageUnderTest.StartAsync(place, AddModules);
        (await NotesAsync(restored)).ShouldBe(["backup 0"]);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _backups.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        services.AddSurvivingDatabase<SurvivingModule>("notes", Notes);
    }

    private Task<int> NoteAsync(long id, string text) =>
        Storage
            .Database<SurvivingModule>()
            .WriteAsync(
                unit => unit.ExecuteAsync("INSERT INTO note (id, text, seen) VALUES (@id, @text, 1)", new { id, text }),
                CancellationToken.None
            );

    private Task<IReadOnlyList<string>> NotesAsync(StorageUnderTest? storage = null) =>
        (storage ?? Storage)
            .Database<SurvivingModule>()
            .ReadAsync(
                reader => reader.QueryAsync<string>("SELECT text || ' ' || seen FROM note ORDER BY id"),
                CancellationToken.None
            );

    private async Task BackUpAsync(Action<IServiceCollection> modules, StoragePlace? place = null)
    {
        await using var services = StorageUnderTest.Offline(place ?? Place, modules);
        await services.GetRequiredService<BackupArchive>().CreateAsync(File, true, null, CancellationToken.None);
    }

    private async Task RestoreAsync()
    {
        await Storage.DisposeAsync();
        await using (var services = StorageUnderTest.Offline(Place, AddModules))
        {
            await services.GetRequiredService<BackupArchive>().RestoreAsync(File, null, CancellationToken.None);
        }

        Storage = await StartAsync();
    }
}
