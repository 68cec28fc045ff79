using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>The types that every module uses come back as they went in, on every engine.</summary>
public abstract class TypeSpecification : StorageSpecification
{
    private static readonly DateTimeOffset Time = new(2026, 11, 20, 8, 30, 15, 123, 456, TimeSpan.FromHours(2));

    [Fact]
    public async Task Every_type_comes_back_as_it_went_in()
    {
        var full = new Specimen(
            Guid.CreateVersion7(),
            "b",
            Time,
            true,
            long.MaxValue,
            0.1,
            Guid.CreateVersion7(),
            [0, 1, 255]
        );
        // Before it, a row of nulls: SQLite tells a column's type from the row at hand.
        var empty = Specimen.Called("a");
        await Database.AddAsync(empty);
        await Database.AddAsync(full);

        var rows = await Database.SpecimensAsync();

        rows[0].ShouldBe(empty);
        rows[1].Data.ShouldBe(full.Data);
        rows[1].ShouldBe(full with { Data = rows[1].Data });
        rows[1].At!.Value.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public async Task Several_ids_are_found_by_one_parameter(int count)
    {
        var specimens = Enumerable.Range(0, count).Select(i => Specimen.Called($"{i}")).ToArray();
        foreach (var specimen in specimens.Append(Specimen.Called("another")))
        {
            await Database.AddAsync(specimen);
        }

        var found = await Database.ReadAsync(
            reader =>
                reader.QueryAsync<Guid>(
                    new Sql("SELECT id FROM specimen WHERE id IN @Ids", "SELECT id FROM specimen WHERE id = ANY(@Ids)"),
                    new { Ids = new IdList([.. specimens.Select(s => s.Id), Guid.CreateVersion7()]) }
                ),
            CancellationToken.None
        );

        found.ShouldBe(specimens.Select(s => s.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task A_scalar_of_each_type_comes_back()
    {
        var specimen = Specimen.Called("a") with { At = Time, Flag = false, Count = -1, Other = Guid.CreateVersion7() };
        await Database.AddAsync(specimen);

        (await ScalarAsync<Guid>("SELECT id FROM specimen")).ShouldBe(specimen.Id);
        (await ScalarAsync<Guid?>("SELECT other FROM specimen")).ShouldBe(specimen.Other);
        (await ScalarAsync<DateTimeOffset>("SELECT at FROM specimen")).ShouldBe(Time);
        (await ScalarAsync<DateTimeOffset?>("SELECT max(at) FROM specimen")).ShouldBe(Time);
        (await ScalarAsync<bool>("SELECT flag FROM specimen")).ShouldBeFalse();
        (await ScalarAsync<bool?>("SELECT flag FROM specimen")).ShouldBe(false);
        (await ScalarAsync<long>("SELECT count FROM specimen")).ShouldBe(-1);
        (await ScalarAsync<double?>("SELECT ratio FROM specimen")).ShouldBeNull();
        (await ScalarAsync<Guid?>("SELECT other FROM specimen WHERE name = 'none'")).ShouldBeNull();
    }

    [Fact]
    public async Task A_column_of_each_type_comes_back()
    {
        await Database.AddAsync(Specimen.Called("a") with { At = Time });
        await Database.AddAsync(Specimen.Called("b"));

        var times = await Database.ReadAsync(
            reader => reader.QueryAsync<DateTimeOffset?>("SELECT at FROM specimen ORDER BY name"),
            CancellationToken.None
        );

        times.ShouldBe([Time, null]);
    }

    [Fact]
    public async Task Each_type_can_be_asked_for_and_so_can_its_absence()
    {
        var specimen = Specimen.Called("a") with { At = Time, Flag = true, Other = Guid.CreateVersion7() };
        await Database.AddAsync(specimen);

        const string Same = """
            SELECT count(*) FROM specimen
            WHERE id = @Id AND at = @At AND flag = @Flag AND other = @Other AND (@Count IS NULL OR count = @Count)
            """;
        const string Absent = "SELECT count(*) FROM specimen WHERE @At IS NULL AND @Flag IS NULL AND @Other IS NULL";

        (await ScalarAsync<long>(Same, specimen)).ShouldBe(1);
        (await ScalarAsync<long>(Absent, Specimen.Called("none"))).ShouldBe(1);
    }

    [Fact]
    public async Task Times_are_kept_to_the_microsecond_and_order_as_they_are()
    {
        DateTimeOffset[] times =
        [
            new(1969, 12, 31, 23, 59, 59, TimeSpan.Zero),
            DateTimeOffset.UnixEpoch.AddTicks(-1),
            DateTimeOffset.UnixEpoch.AddTicks(19),
            Time,
        ];
        foreach (var (index, time) in times.Index())
        {
            await Database.AddAsync(Specimen.Called($"{index}") with { At = time });
        }

        var stored = await Database.ReadAsync(
            reader => reader.QueryAsync<DateTimeOffset>("SELECT at FROM specimen ORDER BY at, name"),
            CancellationToken.None
        );

        stored.ShouldBe([
            times[0],
            DateTimeOffset.UnixEpoch.AddTicks(-10),
            DateTimeOffset.UnixEpoch.AddTicks(10),
            Time,
        ]);
    }

    [Fact]
    public async Task Version_7_ids_order_by_time()
    {
        var ids = Enumerable.Range(0, 5).Select(second => Guid.CreateVersion7(Time.AddSeconds(second))).ToArray();
        foreach (var (index, id) in ids.Index().Reverse())
        {
            await Database.AddAsync(new Specimen(id, $"{index}"));
        }

        var stored = await Database.ReadAsync(
            reader => reader.QueryAsync<Guid>("SELECT id FROM specimen ORDER BY id"),
            CancellationToken.None
        );

        stored.ShouldBe(ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("'; DROP TABLE specimen; --")]
    [InlineData("Éloïse 𝄞 \u200b\t\r\n")]
    public async Task Text_comes_back_as_it_went_in(string text)
    {
        await Database.AddAsync(Specimen.Called(text));

        (await Database.NamesAsync()).ShouldBe([text]);
    }

    private Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        Database.ReadAsync(reader => reader.ScalarAsync<T>(sql, parameters), CancellationToken.None);
}
