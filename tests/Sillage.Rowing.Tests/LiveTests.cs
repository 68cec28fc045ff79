using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Rowing.Live;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Sessions whose strokes come while they are rowed.</summary>
public abstract class LiveTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    private async Task<JsonNode> BeginAsync() =>
        await SentAsync(
            Piece(p =>
            {
                p.Remove("totals");
                p["live"] = true;
            })
        );

    private Task<Answer> BatchAsync(JsonNode workout, int first, JsonArray strokes) =>
        PostAsync($"{Self(workout)}/strokes", new JsonObject { ["first"] = first, ["strokes"] = strokes });

    [Fact]
    public async Task Batches_may_be_sent_again_whole_or_in_part()
    {
        var workout = await BeginAsync();
        (await BatchAsync(workout, 0, Steady(10)))
            .Must(HttpStatusCode.OK)
            .Text.ShouldBe("""{"next":10,"stored":10,"known":0}""");
        (await BatchAsync(workout, 0, Steady(10)))
            .Must(HttpStatusCode.OK)
            .Text.ShouldBe("""{"next":10,"stored":0,"known":10}""");
        (await BatchAsync(workout, 5, Steady(10, from: 10))).Text.ShouldBe("""{"next":15,"stored":5,"known":5}""");
        var gap = await BatchAsync(workout, 16, Steady(1));
        gap.Status.ShouldBe(HttpStatusCode.Conflict);
        gap.Text.ShouldContain("Go on from 15");
        ((int)(await GetAsync(Self(workout))).Json["strokes"]!).ShouldBe(15);
        var strokes = (await GetAsync($"{Self(workout)}/strokes")).Json["strokes"]!.AsArray();
        strokes.Select(s => (double)s!["time"]!).ShouldBe(Enumerable.Range(1, 15).Select(i => i * 2d));
    }

    [Fact]
    public async Task Finishing_packs_the_strokes_and_keeps_what_the_monitor_says()
    {
        var workout = await BeginAsync();
        for (var i = 0; i < 5; i++)
        {
            await BatchAsync(workout, i * 3, Steady(3, from: i * 6));
        }

        var body = new { totals = new { distance = 151, time = 30.2 } };
        var closed = (await PostAsync($"{Self(workout)}/finish", body)).Must(HttpStatusCode.OK).Json;
        ((string)closed["state"]!).ShouldBe("closed");
        ((double)closed["totals"]!["distance"]!).ShouldBe(151);
        ((int)closed["derived"]!["strokeCount"]!).ShouldBe(15);
        var again = (await PostAsync($"{Self(workout)}/finish", new { })).Must(HttpStatusCode.OK).Json;
        JsonNode.DeepEquals(again, closed).ShouldBeTrue();
        (await CountBatchesAsync(workout)).ShouldBe(1);
        (await BatchAsync(workout, 15, Steady(1))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await BatchAsync(workout, 10, Steady(5))).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_whose_phone_died_is_closed_by_itself()
    {
        var workout = await BeginAsync();
        await BatchAsync(workout, 0, Steady(20));
        await Rowing.Database.WriteAsync(
            async unit =>
            {
                // As if its last stroke had come a while ago.
                var heard = new { Number = (long)workout["number"]!, At = DateTimeOffset.UtcNow.AddMinutes(-16) };
                await unit.ExecuteAsync("UPDATE workout SET updated_at = @At WHERE number = @Number", heard);
                await unit.EnqueueAsync(new CloseIdle());
                return true;
            },
            CancellationToken.None
        );
        await Eventually.HoldsAsync(async () => (string)(await GetAsync(Self(workout))).Json["state"]! == "closed");
        var closed = (await GetAsync(Self(workout))).Json;
        ((double)closed["derived"]!["distance"]!).ShouldBe(200);
        ((string)closed["end"]!).ShouldStartWith("2026-11-20T06:30:40");
    }

    [Theory]
    [InlineData("""{"first":0,"strokes":[]}""", "/strokes")]
    [InlineData("""{"first":-1,"strokes":[{"time":1}]}""", "/first")]
    [InlineData("""{"first":0,"strokes":[{"time":1,"rate":300}]}""", "/strokes/0/rate")]
    public async Task A_bad_batch_is_400_at_the_field(string body, string pointer)
    {
        var workout = await BeginAsync();
        var refused = await PostAsync($"{Self(workout)}/strokes", body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe([pointer]);
    }

    [Fact]
    public async Task An_end_before_the_beginning_is_refused()
    {
        var workout = await BeginAsync();
        var refused = await PostAsync($"{Self(workout)}/finish", new { end = "2026-11-20T06:00:00Z" });
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["/end"]);
    }

    private Task<long> CountBatchesAsync(JsonNode workout) =>
        Rowing.Database.ReadAsync(
            r =>
                r.ScalarAsync<long>(
                    "SELECT COUNT(*) FROM stroke_batch WHERE workout = @Number",
                    new { Number = (long)workout["number"]! },
                    CancellationToken.None
                ),
            CancellationToken.None
        );
}

public sealed class LiveOnSqlite(SqliteRowing rowing) : LiveTests(rowing), IClassFixture<SqliteRowing>;

public sealed class LiveOnPostgres(PostgresRowing rowing) : LiveTests(rowing), IClassFixture<PostgresRowing>;
