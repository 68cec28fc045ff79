using Microsoft.Extensions.DependencyInjection;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests;

/// <summary>A process that is killed in the middle of its jobs: each is done, and its effect is there once.</summary>
public abstract class WorkKillTests : IAsyncLifetime
{
    private const int Errands = 300;
    private StoragePlace _place = null!;

    public async ValueTask InitializeAsync() => _place = await CreatePlaceAsync();

    public ValueTask DisposeAsync()
    {
        _place.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task After_kills_at_any_point_every_job_is_done_and_has_its_effect_once()
    {
        // Asked for where there is no server to do it.
        await using (
            var offline = StorageUnderTest.Offline(_place, s => WorkUntilKilled.AddErrands(s, new WorkScript()))
        )
        {
            await offline.GetRequiredService<StorageStartup>().OpenAsync(CancellationToken.None);
            await offline
                .GetRequiredService<IDatabase<SpecimenModule>>()
                .WriteAsync(EnqueueAllAsync, CancellationToken.None);
        }

        string[] arguments = _place.Postgres is { } postgres ? [_place.Folder, postgres] : [_place.Folder];
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await KilledProcess.RunAsync(afterLines: 40, [WorkUntilKilled.Verb, .. arguments]);
        }

        await using var storage = await StorageUnderTest.StartAsync(
            _place,
            services => WorkUntilKilled.AddErrands(services, new WorkScript())
        );
        var database = storage.Database<SpecimenModule>();
        // A name is unique in the table: an effect that came twice would have failed, and its job would still be there.
        await Eventually.HoldsAsync(async () => (await database.NamesAsync()).Length == Errands);
        await Eventually.HoldsAsync(async () =>
            await database.ReadAsync(
                reader => reader.ScalarAsync<long>("SELECT count(*) FROM sillage_job WHERE kind = 'errand.run'"),
                CancellationToken.None
            ) == 0
        );
    }

    protected abstract Task<StoragePlace> CreatePlaceAsync();

    private static async Task<bool> EnqueueAllAsync(IUnitOfWork unit)
    {
        foreach (var number in Enumerable.Range(0, Errands))
        {
            await unit.EnqueueAsync(new Errand($"{number:000}"));
        }

        return true;
    }
}

public sealed class SqliteWorkKillTests : WorkKillTests
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class PostgresWorkKillTests(PostgresServer server) : WorkKillTests
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
