using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>What only the group-committing writer has to keep to.</summary>
public sealed class SqliteWriterTests : StorageSpecification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Units_of_many_writers_share_commits()
    {
        const int Writers = 256;
        const int UnitsEach = 10;
        var groups = new ConcurrentQueue<int>();
        using var listener = Listen(groups);

        await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, UnitsEach)))
        );

        // Not exactly as many: the hourly purge has a unit or two of its own.
        await Eventually.HoldsAsync(() => groups.Sum() >= Writers * UnitsEach);
        groups.Count.ShouldBeLessThan(Writers * UnitsEach / 10);
        (await Database.NamesAsync()).Length.ShouldBe(Writers * UnitsEach);
    }

    [Fact]
    public async Task A_queue_that_is_full_refuses_and_says_when_to_come_back()
    {
        using var gate = new ManualResetEventSlim();
        var first = WaitAtAsync(gate);
        var waiting = new List<Task<int>>();
        var refusal = await Should.ThrowAsync<DatabaseUnavailableException>(async () =>
        {
            foreach (var number in Enumerable.Range(0, 10_000))
            {
                var write = Database.AddAsync(Specimen.Called($"{number}"));
                waiting.Add(write);
                if (write.IsCompleted)
                {
                    await write;
                }
            }
        });

        refusal.RetryAfter.ShouldBeGreaterThan(TimeSpan.Zero);
        gate.Set();
        await first;
        await Task.WhenAll(waiting);
        (await Database.NamesAsync()).Length.ShouldBe(waiting.Count);
    }

    [Fact]
    public async Task A_unit_cancelled_in_the_queue_is_skipped()
    {
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var first = WaitAtAsync(gate);
        var ran = false;
        var second = Database.WriteAsync(
            unit =>
            {
                ran = true;
                return unit.AddAsync(Specimen.Called("a"));
            },
            cancellation.Token
        );
        var third = Database.AddAsync(Specimen.Called("b"));

        await cancellation.CancelAsync();
        gate.Set();
        await first;
        await third;

        await Should.ThrowAsync<OperationCanceledException>(() => second);
        ran.ShouldBeFalse();
        (await Database.NamesAsync()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_unit_that_awaits_something_else_is_refused_and_the_writer_goes_on()
    {
        var refusal = await Should.ThrowAsync<InvalidOperationException>(() =>
            Database.WriteAsync(
                async unit =>
                {
                    await unit.AddAsync(Specimen.Called("a"));
                    await Task.Delay(20);
                    return await unit.AddAsync(Specimen.Called("b"));
                },
                CancellationToken.None
            )
        );

        refusal.Message.ShouldContain("awaited something other than the unit");
        await Database.AddAsync(Specimen.Called("c"));
        (await Database.NamesAsync()).ShouldBe(["c"]);
    }

    [Fact]
    public async Task A_unit_within_a_unit_and_a_read_within_a_unit_are_refused_instead_of_waiting_for_themselves()
    {
        await Should.ThrowAsync<InvalidOperationException>(() =>
            Database
                .WriteAsync(_ => Database.AddAsync(Specimen.Called("a")), CancellationToken.None)
                .WaitAsync(Patience)
        );
        await Should.ThrowAsync<InvalidOperationException>(() =>
            Database.WriteAsync(_ => Database.NamesAsync(), CancellationToken.None).WaitAsync(Patience)
        );

        await Database.AddAsync(Specimen.Called("b"));
        (await Database.NamesAsync()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_full_disk_fails_the_whole_group_and_the_writer_goes_on_when_there_is_room_again()
    {
        await LimitPagesAsync("(SELECT page_count + 20 FROM pragma_page_count)");
        using var gate = new ManualResetEventSlim();
        var first = WaitAtAsync(gate);
        var small = Database.AddAsync(Specimen.Called("small"));
        var large = Database.AddAsync(Specimen.Called("large") with { Data = new byte[1_000_000] });

        gate.Set();

        var refusal = await Should.ThrowAsync<DatabaseUnavailableException>(() => large);
        refusal.Message.ShouldContain("full");
        refusal.RetryAfter.ShouldBeGreaterThan(TimeSpan.Zero);
        await Should.ThrowAsync<DatabaseUnavailableException>(() => small);
        await Should.ThrowAsync<DatabaseUnavailableException>(() => first);

        await LimitPagesAsync("1000000");
        await Database.AddAsync(Specimen.Called("large") with { Data = new byte[1_000_000] });
        (await Database.NamesAsync()).ShouldBe(["large"]);
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());

    /// <summary>A unit that keeps the writer until the gate opens, so that what follows becomes one group.</summary>
    private Task<int> WaitAtAsync(ManualResetEventSlim gate) =>
        Database.WriteAsync(
            async unit =>
            {
                gate.Wait(Patience).ShouldBeTrue();
                return await unit.ExecuteAsync("DELETE FROM specimen WHERE name = 'none'");
            },
            CancellationToken.None
        );

    private async Task WriteAsync(int writer, int units)
    {
        foreach (var number in Enumerable.Range(0, units))
        {
            await Database.AddAsync(Specimen.Called($"{writer}-{number}"));
        }
    }

    /// <summary>SQLite answers as on a full disk once a file would grow beyond so many pages.</summary>
    private async Task LimitPagesAsync(string pages)
    {
        var count = await Database.ReadAsync(
            reader => reader.ScalarAsync<long>($"SELECT {pages}"),
            CancellationToken.None
        );
        await Database.WriteAsync(
            unit => unit.ScalarAsync<long>($"PRAGMA max_page_count = {count}"),
            CancellationToken.None
        );
    }

    private MeterListener Listen(ConcurrentQueue<int> groups)
    {
        var meters = Storage.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "sillage.storage.group.units" && instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, units, _, _) => groups.Enqueue(units));
        listener.Start();
        return listener;
    }
}
