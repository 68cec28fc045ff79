using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Moving;
using Xunit;

namespace Sillage.Storage.Tests.Moving;

/// <summary>A data folder at rest goes into an empty PostgreSQL whole, or nothing of it is in effect.</summary>
public sealed class MoveTests(PostgresServer server) : IAsyncLifetime
{
    private const string There =
        "SELECT rows FROM sillage_moving.progress WHERE module = 'specimen' AND name = 'specimen'";

    private readonly StoragePlace _sqlite = StoragePlace.OnSqlite();
    private string _postgres = "";

    public async ValueTask InitializeAsync() => _postgres = await server.CreateDatabaseAsync();

    public ValueTask DisposeAsync()
    {
        _sqlite.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_type_and_what_stands_for_nothing_is_the_same_afterwards()
    {
        Specimen[] specimens =
        [
            Specimen.Called("all of it") with
            {
                At = new DateTimeOffset(2026, 11, 20, 8, 0, 0, 123, 456, TimeSpan.Zero),
                Flag = true,
                Count = long.MinValue,
                Ratio = 0.1,
                Other = Guid.CreateVersion7(),
                Data = [0, 1, 255],
            },
            Specimen.Called("nothing but a name"),
            Specimen.Called("Žluťoučký 🚣 \"quotes\", \\t and\nlines") with
            {
                At = new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Flag = false,
                Count = long.MaxValue,
                Ratio = double.NegativeInfinity,
                Data = [],
            },
        ];
        await FillAsync(specimens);

        var report = await MoveAsync();

        report.Modules.Select(module => module.Name).ShouldBe(["other", "specimen"]);
        await using var moved = await ServeAsync();
        var found = await moved.Database<SpecimenModule>().SpecimensAsync();
        found.OrderBy(s => s.Id).Select(Text).ShouldBe(specimens.OrderBy(s => s.Id).Select(Text));

        static string Text(Specimen s) =>
            $"{s with { Data = null }} {(s.Data is null ? "-" : Convert.ToHexString(s.Data))}";
    }

    [Fact]
    public async Task Numbers_go_on_after_the_last_that_was_given_out_where_no_row_is_left_too()
    {
        await FillAsync([]);
        await using (var storage = await StorageUnderTest.StartAsync(_sqlite, MoveUntilKilled.AddModules))
        {
            await storage
                .Database<SpecimenModule>()
                .WriteAsync(
                    unit =>
                        unit.ExecuteAsync(
                            """
                            INSERT INTO sillage_outbox (sequence, id, name, occurred_at, payload) VALUES (41, x'01935a2e7c4d7a619a5b3c2f1e0d4b58', 'x', 0, '{}');
                            DELETE FROM sillage_outbox
                            """
                        ),
                    CancellationToken.None
                );
        }

        await MoveAsync();

        (
            await ScalarAsync<long>("SELECT nextval(pg_get_serial_sequence('specimen.sillage_outbox', 'sequence'))")
        ).ShouldBe(42);
        (
            await ScalarAsync<long>("SELECT nextval(pg_get_serial_sequence('other.sillage_outbox', 'sequence'))")
        ).ShouldBe(1);
    }

    [Fact]
    public async Task Killed_at_any_point_it_goes_on_where_it_was()
    {
        const int Many = 50_000;
        await FillAsync([.. Enumerable.Range(0, Many).Select(i => Specimen.Called($"{i:00000}") with { Count = i })]);

        // In the middle of nothing, of tables without rows, of rows that are not committed yet, between two commits, and of the comparison.
        var reached = new List<long>();
        foreach (var lines in new[] { 1, 12, 30, 42, 30, 42, 45 })
        {
            var count = lines.ToString(CultureInfo.InvariantCulture);
            var said = await KilledProcess.RunAsync(lines, MoveUntilKilled.Verb, _sqlite.Folder, _postgres, count);
            said.Count.ShouldBe(lines - 1);
            (await ScalarAsync<bool>("SELECT to_regnamespace('specimen') IS NULL")).ShouldBeTrue(
                "nothing is in effect yet"
            );
            reached.Add(await ScalarAsync<long?>(There) ?? 0);
        }

        reached.ShouldBe([0, 0, 0, 20_000, 20_000, 40_000, Many]);
        var report = await MoveAsync();

        report.Modules.Single(module => module.Name == "specimen").Rows.ShouldBeGreaterThanOrEqualTo(Many);
        (await ScalarAsync<long>("SELECT count(DISTINCT count) FROM specimen.specimen")).ShouldBe(Many);
        (await ScalarAsync<bool>("SELECT to_regnamespace('sillage_moving') IS NULL")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_differs_on_PostgreSQL_is_found_and_nothing_is_in_effect_until_it_is_moved_anew()
    {
        await FillAsync([Specimen.Called("a"), Specimen.Called("b")]);
        await StopAtAsync("compare");
        await ExecuteAsync("UPDATE specimen_moving.specimen SET name = 'c' WHERE name = 'b'");

        (await RefusalAsync()).ShouldContain("The table specimen of specimen is not the same on both sides");
        (await ScalarAsync<bool>("SELECT to_regnamespace('specimen') IS NULL")).ShouldBeTrue();

        await MoveAsync(restart: true);
        (await NamesAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_folder_that_a_server_ran_on_meanwhile_is_moved_anew_only()
    {
        await FillAsync([Specimen.Called("a")]);
        await StopAtAsync("compare");
        await FillAsync([Specimen.Called("b")]);

        (await RefusalAsync()).ShouldContain("--restart");

        await MoveAsync(restart: true);
        (await NamesAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_trial_finds_what_cannot_be_moved_and_leaves_nothing()
    {
        await FillAsync([Specimen.Called("a")]);
        await TryAsync();
        await IsEmptyAsync();

        await ChangeAsync("UPDATE specimen SET name = 'a' || char(0) || 'b'");
        var refusal = await Should.ThrowAsync<MoveException>(TryAsync);

        refusal.Message.ShouldContain("Row 1 of the table specimen cannot be moved: its name has the character U+0000");
        await IsEmptyAsync();
    }

    [Fact]
    public async Task A_database_that_is_not_empty_is_refused_and_left_as_it_was()
    {
        await FillAsync([Specimen.Called("a")]);
        await ExecuteAsync("CREATE TABLE public.theirs (a int)");

        (await RefusalAsync()).ShouldContain("is not empty: it has the schema public");

        await ExecuteAsync("DROP TABLE public.theirs; CREATE SCHEMA other");
        (await RefusalAsync()).ShouldContain("is not empty: it has the schema other");
    }

    [Fact]
    public async Task What_was_moved_is_not_moved_again()
    {
        await FillAsync([Specimen.Called("a")]);
        await MoveAsync();

        (await RefusalAsync()).ShouldContain("it has the schema other (moved from SQLite at 20");
    }

    [Fact]
    public async Task A_folder_that_a_server_runs_on_is_refused()
    {
        await using var storage = await StorageUnderTest.StartAsync(_sqlite, MoveUntilKilled.AddModules);

        (await RefusalAsync()).ShouldContain("is in use by another Sillage server");
    }

    [Fact]
    public async Task A_database_that_a_server_is_connected_to_is_refused()
    {
        await FillAsync([Specimen.Called("a")]);
        await using var connection = new NpgsqlConnection(
            _postgres + ";Pooling=false;Application Name=sillage server reads"
        );
        await connection.OpenAsync();

        (await RefusalAsync()).ShouldContain("A Sillage server is connected");
    }

    [Fact]
    public async Task Two_moves_into_one_database_do_not_meet()
    {
        await FillAsync([Specimen.Called("a")]);
        using var other = StoragePlace.OnSqlite();
        await (await StorageUnderTest.StartAsync(other, MoveUntilKilled.AddModules)).DisposeAsync();
        string? refusal = null;

        await MoveAsync(progress: new Heard(_ => refusal ??= RefusalAsync(other.Folder).GetAwaiter().GetResult()));

        refusal.ShouldNotBeNull().ShouldContain("Another move");
    }

    [Fact]
    public async Task A_folder_of_an_older_version_is_refused_and_one_of_a_newer()
    {
        await FillAsync([Specimen.Called("a")]);
        await ChangeAsync(
            "DELETE FROM sillage_migration WHERE owner = 'specimen'; UPDATE sillage_migration SET program = '0.1.1'"
        );
        (await RefusalAsync()).ShouldContain("was written by Sillage 0.1.1, and this is Sillage");

        await ChangeAsync(
            "INSERT INTO sillage_migration VALUES ('specimen', 1, 'specimens', 'x', 1, '0.9.9'), ('specimen', 2, 'later', 'x', 2, '0.9.9')"
        );
        (await RefusalAsync()).ShouldContain("specimen");
    }

    [Fact]
    public async Task A_folder_with_nothing_in_it_and_a_setting_that_names_no_database_are_told()
    {
        (await RefusalAsync()).ShouldContain("There is nothing to move");

        await FillAsync([]);
        await using var services = MoveUntilKilled.Services(_sqlite.Folder, null);
        var refusal = await Should.ThrowAsync<MoveException>(() =>
            services.GetRequiredService<DataMove>().RunAsync(false, null, CancellationToken.None)
        );
        refusal.Message.ShouldContain("setting Postgres");
    }

    private async Task FillAsync(IReadOnlyCollection<Specimen> specimens)
    {
        await using var storage = await StorageUnderTest.StartAsync(_sqlite, MoveUntilKilled.AddModules);
        await storage
            .Database<SpecimenModule>()
            .WriteAsync(
                async unit =>
                {
                    foreach (var specimen in specimens)
                    {
                        await unit.AddAsync(specimen);
                    }

                    return true;
                },
                CancellationToken.None
            );
    }

    private async Task ChangeAsync(string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={Path.Combine(_sqlite.Folder, "specimen.db")};Pooling=false"
        );
        await connection.ExecuteAsync(sql);
    }

    private async Task<MoveReport> MoveAsync(bool restart = false, IProgress<MoveProgress>? progress = null)
    {
        await using var services = MoveUntilKilled.Services(_sqlite.Folder, _postgres);
        return await services.GetRequiredService<DataMove>().RunAsync(restart, progress, CancellationToken.None);
    }

    private async Task TryAsync()
    {
        await using var services = MoveUntilKilled.Services(_sqlite.Folder, _postgres);
        await services.GetRequiredService<DataMove>().TryAsync(null, CancellationToken.None);
    }

    private async Task<string> RefusalAsync(string? folder = null)
    {
        await using var services = MoveUntilKilled.Services(folder ?? _sqlite.Folder, _postgres);
        var refusal = await Should.ThrowAsync<StorageSetupException>(() =>
            services.GetRequiredService<DataMove>().RunAsync(false, null, CancellationToken.None)
        );
        refusal.Message.Split('\n').ShouldHaveSingleItem();
        return refusal.Message;
    }

    /// <summary>Stops a move as it comes to a step.</summary>
    private Task<OperationCanceledException> StopAtAsync(string step) =>
        Should.ThrowAsync<OperationCanceledException>(() =>
            MoveAsync(
                progress: new Heard(progress =>
                {
                    if (progress.Step == step)
                    {
                        throw new OperationCanceledException();
                    }
                })
            )
        );

    private Task<StorageUnderTest> ServeAsync() =>
        StorageUnderTest.StartAsync(StoragePlace.OnPostgres(_postgres), MoveUntilKilled.AddModules);

    private async Task<string[]> NamesAsync()
    {
        await using var moved = await ServeAsync();
        return await moved.Database<SpecimenModule>().NamesAsync();
    }

    private async Task IsEmptyAsync() =>
        (
            await ScalarAsync<long>(
                "SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')"
            )
        ).ShouldBe(0);

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres + ";Pooling=false");
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres + ";Pooling=false");
        await connection.ExecuteAsync(sql);
    }

    private sealed class Heard(Action<MoveProgress> hear) : IProgress<MoveProgress>
    {
        public void Report(MoveProgress value) => hear(value);
    }
}
