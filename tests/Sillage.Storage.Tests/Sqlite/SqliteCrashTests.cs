using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

public sealed class SqliteCrashTests : IDisposable
{
    private readonly StoragePlace _place = StoragePlace.OnSqlite();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task After_a_kill_in_the_middle_of_writing_every_acknowledged_unit_is_there_once()
    {
        foreach (var round in Enumerable.Range(1, 3))
        {
            var acknowledged = await KilledProcess.RunAsync(
                afterLines: 200 * round,
                WriteUntilKilled.Verb,
                _place.Folder
            );

            await using var storage = await StorageUnderTest.StartAsync(
                _place,
                services => services.AddModuleDatabase<SpecimenModule>("specimen")
            );
            var database = storage.Database<SpecimenModule>();
            // A name is unique in the table: what is there is there once.
            acknowledged.Except(await database.NamesAsync()).ShouldBeEmpty();
            var check = await database.ReadAsync(
                reader => reader.ScalarAsync<string>("PRAGMA integrity_check"),
                CancellationToken.None
            );
            check.ShouldBe("ok");
            // The next round uses the same names.
            await database.WriteAsync(unit => unit.ExecuteAsync("DELETE FROM specimen"), CancellationToken.None);
        }
    }
}
