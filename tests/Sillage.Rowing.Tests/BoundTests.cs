using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Rowing.Files;
using Sillage.Rowing.Records;
using Sillage.Rowing.Workouts;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>What is long, or many, ends: nothing is read whole that a request need not have whole.</summary>
public abstract class BoundTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    /// <summary>Keeps workouts with as many splits as one may have.</summary>
    private Task<bool> StoreLongAsync(int count) =>
        Rowing.Database.WriteAsync(
            async unit =>
            {
                var splits = Enumerable
                    .Range(0, 1000)
                    .Select(i => new Measures(2 + (i % 7), 0.4 + (i % 3 / 10d), StrokeRate: 28, Calories: i % 90))
                    .ToList();
                for (var i = 0; i < count; i++)
                {
                    var draft = new WorkoutDraft(
                        Rower.Id,
                        Machine.Rower,
                        Source.Logbook,
                        new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero).AddHours(i)
                    )
                    {
                        Type = WorkoutType.FixedDistanceSplits,
                        Totals = new Measures(2000, 430 + i),
                        Splits = splits,
                    };
                    await WorkoutIntake.StoreAsync(unit, draft, DateTimeOffset.UtcNow, CancellationToken.None);
                }

                return true;
            },
            CancellationToken.None
        );

    [Fact]
    public async Task A_page_of_the_Logbook_has_every_result_and_splits_as_far_as_there_is_room()
    {
        const string Results = "/concept2/api/users/me/results";
        const int Count = 80;
        await StoreLongAsync(Count);
        var answer = (await GetAsync($"{Results}?number=250")).Must(HttpStatusCode.OK);
        var results = answer.Json["data"]!.AsArray();
        results.Count.ShouldBe(Count);
        results
            .Select(result => (int)result!["time"]!)
            .ShouldBe(Enumerable.Range(0, Count).Select(i => 5090 - (i * 10)));
        results[0]!["workout"]!["splits"]!.AsArray().Count.ShouldBe(1000);
        var cut = results.Count(result => result!["workout"] is null);
        cut.ShouldBeInRange(1, Count - 2);
        // Those without are the last of the page, and each has its splits at its own address.
        results.Skip(Count - cut).ShouldAllBe(result => result!["workout"] == null);
        var last = (await GetAsync($"{Results}/{(long)results[^1]!["id"]!}")).Must(HttpStatusCode.OK).Json["data"]!;
        last["workout"]!["splits"]!.AsArray().Count.ShouldBe(1000);
        // On the next page there is room again.
        var next = (await GetAsync($"{Results}?number=70&page=2")).Must(HttpStatusCode.OK).Json["data"]!.AsArray();
        next.Count.ShouldBe(10);
        next[0]!["workout"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Of_what_is_assigned_the_fastest_is_told_also_of_workouts_that_were_kept_without_a_name()
    {
        await StoreLongAsync(5);
        var squad = Self(
            (await PostAsync("/api/v1/squads", new { name = "First eight" })).Must(HttpStatusCode.Created).Json
        );
        await SendAsync(HttpMethod.Put, $"{squad}/membership", new { results = true });
        var body = new
        {
            title = "2 k",
            piece = "2000m",
            opensAt = "2026-09-01T00:00:00Z",
            dueAt = "2026-09-02T00:00:00Z",
        };
        var assignment = Self((await PostAsync($"{squad}/assignments", body)).Must(HttpStatusCode.Created).Json);
        async Task<JsonNode?> ResultAsync() =>
            (await GetAsync($"{assignment}/results")).Must(HttpStatusCode.OK).Json["results"]!
                .AsArray()
                .SingleOrDefault();
        ((double)(await ResultAsync())!["time"]!).ShouldBe(430);

        // As they were before names were kept.
        await Rowing.Database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync("UPDATE workout SET name = NULL WHERE account_id = @Id", new { Rower.Id });
                await unit.EnqueueAsync(new NameWorkouts());
                return true;
            },
            CancellationToken.None
        );
        // A coach is not asked to row, and stands there once he did.
        await Eventually.HoldsAsync(async () => await ResultAsync() is not null);
        var result = (await ResultAsync())!;
        ((double)result["time"]!).ShouldBe(430);
        ((string)result["name"]!).ShouldBe("2000m");
    }

    [Fact]
    public async Task Reports_of_files_and_the_log_of_deletions_end_with_their_time_and_workouts_stay()
    {
        await SendFileAsync(RealFiles.Read("3x250m.fit"), Rower);
        var gone = await SentAsync(Piece());
        (await SendAsync(HttpMethod.Delete, Self(gone))).Must(HttpStatusCode.NoContent);
        async Task<(int Files, int Deletions)> CountAsync() =>
            (
                (await GetAsync(Files)).Items.Count,
                (await GetAsync($"{Workouts}/deletions")).Must(HttpStatusCode.OK).Items.Count
            );
        foreach (var (days, left) in new[] { (-90, (1, 1)), (1, (0, 0)) })
        {
            var old = new { Before = DateTimeOffset.UtcNow.AddDays(days), Limit = 1000L };
            await Rowing.Database.WriteAsync(
                async unit =>
                    await unit.ExecuteAsync(ListFiles.DeleteOld, old)
                    + await unit.ExecuteAsync(ListDeletions.DeleteOld, old),
                CancellationToken.None
            );
            (await CountAsync()).ShouldBe(left);
        }

        (await GetAsync(Workouts)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_session_has_so_many_records_and_the_rest_stand_for_themselves()
    {
        for (var i = 0; i < 11; i++)
        {
            await SentAsync(Piece());
            var expected = i < 9 ? 1 : 2;
            await Eventually.HoldsAsync(async () => (await GetAsync(Workouts)).Items.Count == expected);
        }

        var counts = new List<int>();
        foreach (var workout in (await GetAsync(Workouts)).Items)
        {
            counts.Add((await GetAsync($"{Self(workout!)}/sources")).Json["sources"]!.AsArray().Count);
        }

        counts.ShouldBe([8, 1], ignoreOrder: true);
    }
}

public sealed class BoundsOnSqlite(SqliteRowing rowing) : BoundTests(rowing), IClassFixture<SqliteRowing>;

public sealed class BoundsOnPostgres(PostgresRowing rowing) : BoundTests(rowing), IClassFixture<PostgresRowing>;
