using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Migrations;
using Xunit;

namespace Sillage.Storage.Tests.Postgres;

/// <summary>Modules share the connections of their process, and never each other's tables.</summary>
public sealed class PostgresPoolTests(PostgresServer server) : StorageSpecification
{
    private const string Count =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    // The same text for both modules, whose columns differ: a plan of the one would fail or lie in the other.
    private const string SelectNotes = "SELECT * FROM note ORDER BY 1 LIMIT 1";
    private const string SelectModule = "SELECT module FROM note LIMIT 1";
    private const string InsertNote = "INSERT INTO note (value) VALUES (@Value)";

    [Fact]
    public async Task No_statement_meets_another_modules_table_of_the_same_name()
    {
        const int rounds = 3000;
        var first = Storage.Database<First>();
        var second = Storage.Database<Second>();
        await first.WriteAsync(u => u.ExecuteAsync(InsertNote, new { Value = "0" }), default);
        await second.WriteAsync(u => u.ExecuteAsync(InsertNote, new { Value = 0L }), default);

        await Parallel.ForAsync(
            1,
            rounds,
            new ParallelOptions { MaxDegreeOfParallelism = 12 },
            async (round, ct) =>
            {
                switch (round % 6)
                {
                    case 0:
                        (await ReadAsync<FirstNote>(first, ct)).Module.ShouldBe("first");
                        break;
                    case 1:
                        (await ReadAsync<SecondNote>(second, ct)).Module.ShouldBe("second");
                        break;
                    case 2:
                        await first.WriteAsync(u => u.ExecuteAsync(InsertNote, new { Value = $"{round}" }, ct), ct);
                        break;
                    case 3:
                        await second.WriteAsync(u => u.ExecuteAsync(InsertNote, new { Value = (long)round }, ct), ct);
                        break;
                    case 4:
                        // What is taken back takes the choice of the schema back too.
                        await Should.ThrowAsync<TimeoutException>(() =>
                            (round % 12 == 4 ? (IDatabase)first : second).WriteAsync<int>(
                                async unit =>
                                {
                                    await unit.ScalarAsync<string>("SELECT current_schema()", ct: ct);
                                    throw new TimeoutException();
                                },
                                ct
                            )
                        );
                        break;
                    default:
                        (await ReadRawAsync(round % 12 == 5 ? first : second, ct)).ShouldBe(
                            round % 12 == 5 ? "first" : "second"
                        );
                        break;
                }
            }
        );

        (await first.ReadAsync(r => r.ScalarAsync<long>("SELECT count(*) FROM note"), default)).ShouldBe(
            1 + rounds / 6
        );
        (await second.ReadAsync(r => r.ScalarAsync<long>("SELECT count(*) FROM note"), default)).ShouldBe(
            1 + rounds / 6
        );
    }

    [Fact]
    public async Task A_failure_before_the_first_statement_leaves_the_schema_to_be_chosen()
    {
        var first = Storage.Database<First>();
        var second = Storage.Database<Second>();
        for (var round = 0; round < 20; round++)
        {
            await second.WriteAsync(u => u.ExecuteAsync(InsertNote, new { Value = 1L }), default);
            var schema = await first.WriteAsync(
                async unit =>
                {
                    using var cancelled = new CancellationTokenSource();
                    await cancelled.CancelAsync();
                    await Should.ThrowAsync<OperationCanceledException>(() =>
                        unit.ExecuteAsync(InsertNote, new { Value = "never" }, cancelled.Token)
                    );
                    return await unit.ScalarAsync<string>("SELECT current_schema()");
                },
                default
            );
            schema.ShouldBe("first");
        }
    }

    [Fact]
    public async Task Each_schema_has_its_own_prepared_statements()
    {
        var statements = await Storage
            .Database<First>()
            .ReadAsync(
                async reader =>
                {
                    for (var i = 0; i < 8; i++)
                    {
                        await reader.QueryAsync<string>("SELECT value::text FROM note");
                    }

                    return await reader.QueryAsync<string>("SELECT statement FROM pg_prepared_statements");
                },
                default
            );

        statements.ShouldContain("/*first*/SELECT value::text FROM note");
    }

    [Fact]
    public async Task Ten_processes_keep_to_less_than_a_hundred_connections()
    {
        var budget = new StorageOptions().PostgresConnections;
        (budget * 10).ShouldBeLessThan(97, "three of PostgreSQL's hundred are the superuser's");
        var processes = new List<StorageUnderTest>();
        await using var watch = new NpgsqlConnection(Place.Postgres + ";Pooling=false");
        await watch.OpenAsync();
        try
        {
            while (processes.Count < 9)
            {
                processes.Add(await StartAsync());
            }

            processes.Add(Storage);
            var most = 0L;
            var work = processes.SelectMany(process =>
                Enumerable
                    .Range(0, 40)
                    .Select(async i =>
                    {
                        var database = i % 2 == 0 ? (IDatabase)process.Database<First>() : process.Database<Second>();
                        await using var lease = await database.TryLeaseAsync($"work {i}", default);
                        await database.ReadAsync(r => r.ScalarAsync<int>("SELECT 1 FROM pg_sleep(0.02)"), default);
                        await database.WriteAsync(u => u.ScalarAsync<int>("SELECT 1 FROM pg_sleep(0.02)"), default);
                    })
            );
            var all = Task.WhenAll(work);
            while (!all.IsCompleted)
            {
                most = Math.Max(most, await watch.ExecuteScalarAsync<long>(Count));
                await Task.Delay(5);
            }

            await all;
            most.ShouldBeInRange(10, budget * 10);
        }
        finally
        {
            processes.Remove(Storage);
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Leases_keep_no_write_and_no_other_lease_waiting()
    {
        var database = Storage.Database<First>();
        var leases = new List<IAsyncDisposable>();
        for (var i = 0; i < 30; i++)
        {
            leases.Add((await database.TryLeaseAsync($"work {i}", default)).ShouldNotBeNull());
        }

        (await database.TryLeaseAsync("work 3", default)).ShouldBeNull();
        await using (var other = await StartAsync())
        {
            (await other.Database<First>().TryLeaseAsync("work 3", default)).ShouldBeNull();
            (await Storage.Database<Second>().TryLeaseAsync("work 3", default)).ShouldNotBeNull();
            await database.WriteAsync(u => u.ExecuteAsync(InsertNote, new { Value = "held up by nothing" }), default);
            foreach (var lease in leases)
            {
                await lease.DisposeAsync();
            }

            (await other.Database<First>().TryLeaseAsync("work 3", default)).ShouldNotBeNull();
        }

        await using var again = await database.TryLeaseAsync("work 3", default);
        again.ShouldNotBeNull();
    }

    [Fact]
    public async Task Leases_are_taken_again_after_their_connection_was_cut()
    {
        var database = Storage.Database<First>();
        var lost = (await database.TryLeaseAsync("work", default)).ShouldNotBeNull();
        await using (var administrator = new NpgsqlConnection(Place.Postgres + ";Pooling=false"))
        {
            await administrator.OpenAsync();
            await administrator.ExecuteAsync(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'sillage server leases'
                """
            );
        }

        await lost.DisposeAsync();
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await using var again = await database.TryLeaseAsync("work", default);
                return again is not null;
            }
            catch (DatabaseUnavailableException)
            {
                return false;
            }
        });
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();

    protected override void AddModules(IServiceCollection services)
    {
        services.AddModuleDatabase<First>(Registration<First>("first", "text"));
        services.AddModuleDatabase<Second>(Registration<Second>("second", "bigint"));
    }

    private static ModuleRegistration Registration<TModule>(string name, string type) =>
        new(
            typeof(TModule),
            name,
            _ => new MigrationSet(
                name,
                [new Migration(1, "note", $"CREATE TABLE note (value {type}, module text NOT NULL DEFAULT '{name}')")]
            )
        );

    private static async Task<TNote> ReadAsync<TNote>(IDatabase database, CancellationToken ct) =>
        (await database.ReadAsync(reader => reader.QueryAsync<TNote>(SelectNotes, ct: ct), ct))[0];

    private static Task<string> ReadRawAsync(IDatabase database, CancellationToken ct) =>
        database.ReadAsync(
            async reader =>
            {
                await using var command = new NpgsqlCommand(
                    SelectModule,
                    (NpgsqlConnection)await reader.ConnectionAsync(ct)
                );
                return (string)(await command.ExecuteScalarAsync(ct))!;
            },
            ct
        );

    private sealed class First;

    private sealed class Second;

    private sealed record FirstNote(string Value, string Module);

    private sealed record SecondNote(long Value, string Module);
}
