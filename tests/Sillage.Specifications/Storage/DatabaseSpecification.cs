using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>What every engine behind <see cref="IDatabase"/> keeps to.</summary>
public abstract class DatabaseSpecification : StorageSpecification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_a_unit_writes_is_there_afterwards_and_after_a_restart()
    {
        await Database.AddAsync(Specimen.Called("a"));
        (await Database.NamesAsync()).ShouldBe(["a"]);

        await RestartAsync();

        (await Database.NamesAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Many_rows_are_written_and_looked_for_with_one_statement_each_value_as_if_it_stood_alone()
    {
        var at = new DateTimeOffset(2026, 11, 30, 9, 30, 0, TimeSpan.FromHours(1)).AddTicks(12_345_678);
        Specimen[] specimens =
        [
            Specimen.Called("a") with
            {
                At = at,
                Flag = true,
                Count = long.MinValue,
                Other = Guid.CreateVersion7(),
            },
            Specimen.Called("b"),
            Specimen.Called("é, \"{}\" and \\ or NULL") with
            {
                Flag = false,
                Count = 0,
            },
        ];
        var written = await Database.WriteAsync(unit => unit.AddEachAsync(specimens), CancellationToken.None);
        written.ShouldBe(3);
        var none = await Database.WriteAsync(unit => unit.AddEachAsync([]), CancellationToken.None);
        none.ShouldBe(0);

        var alone = specimens.Select(specimen => specimen with { At = specimen.At?.AddTicks(-8).ToUniversalTime() });
        (await Database.SpecimensAsync()).ShouldBe(alone.OrderBy(specimen => specimen.Name, StringComparer.Ordinal));
        var found = await Database.ReadAsync(
            reader => reader.FindEachAsync(["b", "nowhere", "a", "b"]),
            CancellationToken.None
        );
        found.Select(specimen => specimen.Name).ShouldBe(["b", "a", "b"]);
        await Should.ThrowAsync<UniqueViolationException>(() =>
            Database.WriteAsync(unit => unit.AddEachAsync([Specimen.Called("c"), specimens[0]]), CancellationToken.None)
        );
        (await Database.NamesAsync()).Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_unit_sees_what_it_has_written()
    {
        var count = await Database.WriteAsync(
            async unit =>
            {
                await unit.AddAsync(Specimen.Called("a"));
                return await unit.ScalarAsync<long>("SELECT count(*) FROM specimen");
            },
            CancellationToken.None
        );

        count.ShouldBe(1);
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
    public async Task A_unit_that_fails_among_others_takes_none_with_it()
    {
        using var gate = new ManualResetEventSlim();
        var first = Task.Run(() =>
            Database.WriteAsync(
                async unit =>
                {
                    gate.Wait(Patience).ShouldBeTrue();
                    return await unit.AddAsync(Specimen.Called("00"));
                },
                CancellationToken.None
            )
        );
        var others = Enumerable.Range(1, 9).Select(AddOrThrowOnThirdsAsync).ToArray();

        gate.Set();
        await first;
        var outcomes = await Task.WhenAll(others);

        outcomes.Count(stored => !stored).ShouldBe(3);
        (await Database.NamesAsync()).ShouldBe(["00", "01", "02", "04", "05", "07", "08"]);
    }

    [Fact]
    public async Task A_unit_that_goes_on_after_an_error_of_a_statement_is_not_stored()
    {
        await Database.AddAsync(Specimen.Called("a"));

        await Should.ThrowAsync<UniqueViolationException>(() =>
            Database.WriteAsync(
                async unit =>
                {
                    await unit.AddAsync(Specimen.Called("b"));
                    try
                    {
                        await unit.AddAsync(Specimen.Called("a"));
                    }
                    catch (UniqueViolationException)
                    {
                        // Swallowed on purpose: PostgreSQL would now turn the commit into a rollback.
                    }

                    return 0;
                },
                CancellationToken.None
            )
        );

        (await Database.NamesAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Readers_do_not_wait_for_a_writer_and_do_not_see_its_unfinished_work()
    {
        await Database.AddAsync(Specimen.Called("a"));
        using var written = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var writing = Task.Run(() =>
            Database.WriteAsync(
                async unit =>
                {
                    await unit.AddAsync(Specimen.Called("b"));
                    written.Set();
                    gate.Wait(Patience).ShouldBeTrue();
                    return 0;
                },
                CancellationToken.None
            )
        );
        written.Wait(Patience).ShouldBeTrue();

        (await Database.NamesAsync().WaitAsync(Patience)).ShouldBe(["a"]);

        gate.Set();
        await writing;
        (await Database.NamesAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_reader_sees_one_snapshot_whatever_is_written_meanwhile()
    {
        const string Count = "SELECT count(*) FROM specimen";
        await Database.AddAsync(Specimen.Called("a"));

        var counts = await Database.ReadAsync(
            async reader =>
            {
                var before = await reader.ScalarAsync<long>(Count);
                await Database.AddAsync(Specimen.Called("b"));
                return (before, after: await reader.ScalarAsync<long>(Count));
            },
            CancellationToken.None
        );

        counts.ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_reader_cannot_write() =>
        await Should.ThrowAsync<Exception>(() =>
            Database.ReadAsync(
                reader => reader.ScalarAsync<long>("DELETE FROM specimen RETURNING 1"),
                CancellationToken.None
            )
        );

    [Fact]
    public async Task A_taken_key_is_a_unique_violation_that_names_it()
    {
        await Database.AddAsync(Specimen.Called("a"));

        var violation = await Should.ThrowAsync<UniqueViolationException>(() =>
            Database.AddAsync(Specimen.Called("a"))
        );

        violation.Constraint.ShouldContain("name");
    }

    [Fact]
    public async Task A_unit_whose_caller_has_gone_is_not_run()
    {
        var ran = false;

        await Should.ThrowAsync<OperationCanceledException>(() =>
            Database.WriteAsync(
                unit =>
                {
                    ran = true;
                    return unit.AddAsync(Specimen.Called("a"));
                },
                new CancellationToken(canceled: true)
            )
        );

        ran.ShouldBeFalse();
    }

    [Fact]
    public async Task A_unit_that_is_cancelled_in_the_middle_leaves_nothing_behind()
    {
        using var cancellation = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() =>
            Database.WriteAsync(
                async unit =>
                {
                    await unit.AddAsync(Specimen.Called("a"));
                    await cancellation.CancelAsync();
                    return await unit.ExecuteAsync("DELETE FROM specimen", null, cancellation.Token);
                },
                cancellation.Token
            )
        );

        (await Database.NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_follows_a_commit_runs_before_the_caller_goes_on_and_not_after_a_failure()
    {
        var committed = new List<string>();

        await Database.WriteAsync(
            async unit =>
            {
                unit.OnCommitted(() => committed.Add("stored"));
                return await unit.AddAsync(Specimen.Called("a"));
            },
            CancellationToken.None
        );
        committed.ShouldBe(["stored"]);

        await Should.ThrowAsync<UniqueViolationException>(() =>
            Database.WriteAsync(
                async unit =>
                {
                    unit.OnCommitted(() => committed.Add("not stored"));
                    return await unit.AddAsync(Specimen.Called("a"));
                },
                CancellationToken.None
            )
        );
        committed.ShouldBe(["stored"]);
    }

    [Fact]
    public async Task Units_that_lock_the_same_key_follow_one_another()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(TakeNextNumberAsync)));

        var counts = (await Database.SpecimensAsync()).Select(specimen => specimen.Count!.Value).Order();
        counts.ShouldBe(Enumerable.Range(1, 20).Select(number => (long)number));
    }

    [Fact]
    public async Task The_health_check_of_a_database_that_works_is_content_and_tagged_ready()
    {
        var report = await Storage
            .Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Tags.Contains("ready"));

        report.Entries.Keys.ShouldBe(["specimen"]);
        report.Status.ShouldBe(HealthStatus.Healthy);
    }

    private Task<int> TakeNextNumberAsync() =>
        Database.WriteAsync(
            async unit =>
            {
                await unit.LockAsync("numbers", CancellationToken.None);
                var last = await unit.ScalarAsync<long>("SELECT coalesce(max(count), 0) FROM specimen");
                return await unit.AddAsync(Specimen.Called($"{last + 1:00}") with { Count = last + 1 });
            },
            CancellationToken.None
        );

    private async Task<bool> AddOrThrowOnThirdsAsync(int number)
    {
        try
        {
            await Database.WriteAsync(
                async unit =>
                {
                    var rows = await unit.AddAsync(Specimen.Called($"{number:00}"));
                    return number % 3 == 0 ? throw new InvalidDataException() : rows;
                },
                CancellationToken.None
            );
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
