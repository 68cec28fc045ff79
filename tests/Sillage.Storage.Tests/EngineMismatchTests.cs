using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Backup;
using Xunit;

namespace Sillage.Storage.Tests;

public sealed class EngineMismatchTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder _backups = new();

    public void Dispose() => _backups.Dispose();

    [Fact]
    public async Task A_backup_of_one_engine_is_refused_by_the_other()
    {
        using var sqlite = StoragePlace.OnSqlite();
        using var postgres = await server.CreatePlaceAsync();
        await BackUpAsync(sqlite, _backups["sqlite"]);
        await BackUpAsync(postgres, _backups["postgres"]);

        (await RefusalAsync(sqlite, _backups["postgres"])).ShouldContain("made on Postgres");
        (await RefusalAsync(postgres, _backups["sqlite"])).ShouldContain("made on Sqlite");
    }

    private static async Task BackUpAsync(StoragePlace place, string file)
    {
        await (await StorageUnderTest.StartAsync(place, AddModule)).DisposeAsync();
        await using var services = StorageUnderTest.Offline(place, AddModule);
        await services.GetRequiredService<BackupArchive>().CreateAsync(file, false, null, CancellationToken.None);
    }

    private static async Task<string> RefusalAsync(StoragePlace place, string file)
    {
        await using var services = StorageUnderTest.Offline(place, AddModule);
        var refusal = await Should.ThrowAsync<BackupException>(() =>
            services.GetRequiredService<BackupArchive>().RestoreAsync(file, null, CancellationToken.None)
        );
        return refusal.Message;
    }

    private static void AddModule(IServiceCollection services) =>
        services.AddModuleDatabase<SpecimenModule>("specimen");
}
