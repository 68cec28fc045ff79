using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>A disk that is really full: a file system of three megabytes.</summary>
public sealed class SqliteDiskFullTests
{
    [Fact]
    public async Task What_does_not_fit_is_refused_what_was_acknowledged_stays_and_room_brings_writes_back()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 3);
        await using var storage = await StorageUnderTest.StartAsync(
            StoragePlace.In(disk.Path),
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );
        var database = storage.Database<SpecimenModule>();
        await disk.FillAsync(bytes: 1_500_000);

        var acknowledged = new List<string>();
        await Should.ThrowAsync<DatabaseUnavailableException>(async () =>
        {
            for (var number = 0; number < 1000; number++)
            {
                await database.AddAsync(Specimen.Called($"{number:000}") with { Data = new byte[20_000] });
                acknowledged.Add($"{number:000}");
            }
        });
        acknowledged.ShouldNotBeEmpty();
        (await database.NamesAsync()).ShouldBe(acknowledged);

        disk.Clear();
        await database.AddAsync(Specimen.Called("room") with { Data = new byte[20_000] });
        (await database.NamesAsync()).ShouldBe([.. acknowledged, "room"]);
    }
}
