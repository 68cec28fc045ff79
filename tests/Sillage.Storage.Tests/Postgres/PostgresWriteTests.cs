using Npgsql;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Postgres;

/// <summary>What only transactions that run side by side have to keep to.</summary>
public sealed class PostgresWriteTests(PostgresServer server) : StorageSpecification
{
    private const string Touch = "UPDATE specimen SET count = coalesce(count, 0) + 1 WHERE name = @Name";

    [Fact]
    public async Task Units_that_block_each_other_are_run_again_until_both_are_through()
    {
        await Database.AddAsync(Specimen.Called("a"));
        await Database.AddAsync(Specimen.Called("b"));
        var runs = 0;

        async Task<int> TouchBothAsync(string first, string second) =>
            await Database.WriteAsync(
                async unit =>
                {
                    Interlocked.Increment(ref runs);
                    await unit.ExecuteAsync(Touch, new { Name = first });
                    await unit.ExecuteAsync("SELECT pg_sleep(1)");
                    return await unit.ExecuteAsync(Touch, new { Name = second });
                },
                CancellationToken.None
            );

        await Task.WhenAll(TouchBothAsync("a", "b"), TouchBothAsync("b", "a"));

        runs.ShouldBeGreaterThan(2);
        (await Database.SpecimensAsync()).Select(specimen => specimen.Count).ShouldBe([2, 2]);
    }

    [Fact]
    public async Task The_planner_hears_of_a_table_that_has_grown_before_autovacuum_comes_round()
    {
        const string fill =
            "INSERT INTO specimen (id, name) SELECT gen_random_uuid(), 'n' || i FROM generate_series(1, 20000) i";
        const string believed = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'specimen'::regclass";
        await Database.WriteAsync(unit => unit.ExecuteAsync(fill), CancellationToken.None);

        await Eventually.HoldsAsync(async () =>
        {
            await Database.AddAsync(Specimen.Called($"another {Guid.CreateVersion7()}"));
            return await Database.ReadAsync(r => r.ScalarAsync<long>(believed), CancellationToken.None) > 19_000;
        });
        const string analysed = "SELECT pg_stat_get_last_analyze_time('specimen'::regclass)";
        (await Database.ReadAsync(r => r.ScalarAsync<DateTime?>(analysed), CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_error_on_the_bare_connection_that_is_swallowed_does_not_count_as_stored()
    {
        await Should.ThrowAsync<PostgresException>(() =>
            Database.WriteAsync(
                async unit =>
                {
                    await unit.AddAsync(Specimen.Called("a"));
                    try
                    {
                        await using var command = new NpgsqlCommand(
                            "SELECT 1 / 0",
                            (NpgsqlConnection)await unit.ConnectionAsync()
                        );
                        await command.ExecuteNonQueryAsync();
                    }
                    catch (PostgresException)
                    {
                        // Swallowed on purpose: PostgreSQL would now turn the commit into a rollback.
                    }

                    return 0;
                },
                CancellationToken.None
            )
        );

        (await Database.NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_module_cannot_see_anothers_tables_without_naming_its_schema()
    {
        var schema = await Database.ReadAsync(
            reader => reader.ScalarAsync<string>("SELECT current_schemas(false)::text"),
            CancellationToken.None
        );

        schema.ShouldBe("{specimen}");
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
