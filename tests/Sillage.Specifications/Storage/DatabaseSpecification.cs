using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>What every engine behind <see cref="IDatabase"/> keeps to.</summary>
public abstract class DatabaseSpecification : IAsyncLifetime
{
    protected StoragePlace Place { get; private set; } = null!;

    protected StorageUnderTest Storage { get; private set; } = null!;

    protected IDatabase<SpecimenModule> Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Place = await CreatePlaceAsync();
        Storage = await StorageUnderTest.StartAsync(
            Place,
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );
        Database = Storage.Database<SpecimenModule>();
    }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_a_unit_writes_is_there_afterwards()
    {
        await Database.AddAsync(Specimen.Called("a"));

        (await Database.NamesAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_unit_that_throws_leaves_nothing_behind()
    {
        var failure = await Should.ThrowAsync<InvalidDataException>(() =>
            Database.WriteAsync<int>(
                async unit =>
                {
                    await unit.AddAsync(Specimen.Called("a"));
                    throw new InvalidDataException("thrown by the unit");
                },
                CancellationToken.None
            )
        );

        failure.Message.ShouldBe("thrown by the unit");
        (await Database.NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_type_comes_back_as_it_went_in()
    {
        var full = new Specimen(
            Guid.CreateVersion7(),
            "b",
            new DateTimeOffset(2026, 11, 20, 8, 30, 15, 123, 456, TimeSpan.FromHours(2)),
            true,
            long.MaxValue,
            0.1,
            Guid.CreateVersion7(),
            [0, 1, 255]
        );
        // Before it, a row of nulls: SQLite would tell column types from it.
        var empty = Specimen.Called("a");
        await Database.AddAsync(empty);
        await Database.AddAsync(full);

        var rows = await Database.SpecimensAsync();

        rows[0].ShouldBe(empty);
        rows[1].Data.ShouldBe(full.Data);
        rows[1].ShouldBe(full with { Data = rows[1].Data });
        rows[1].At!.Value.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_taken_key_is_a_unique_violation_that_names_it()
    {
        await Database.AddAsync(Specimen.Called("a"));

        var violation = await Should.ThrowAsync<UniqueViolationException>(() =>
            Database.AddAsync(Specimen.Called("a"))
        );

        violation.Constraint.ShouldContain("name");
    }

    protected abstract Task<StoragePlace> CreatePlaceAsync();
}
