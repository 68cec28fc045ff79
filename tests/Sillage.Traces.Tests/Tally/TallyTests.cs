using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Sillage.Storage;
using Sillage.Traces.Tally;
using Xunit;

namespace Sillage.Traces.Tests.Tally;

/// <summary>Whatever happens to traces, what is said of them is what they say.</summary>
public abstract class TallyTests(TracesUnderTest traces) : TallySpecification(traces)
{
    private static readonly string?[] Sessions = ["s-1", "s-2", "S-1", "é, \"x\"", null];
    private static readonly string[] Names = ["answered", "entered", "=left", "Entered"];
    private static readonly string[] Rooms = ["loops", "arrays", "\u006coops", "", "\"quoted\"", "tab\t", "😀"];
    private static readonly string[] Scores = ["1", "1.0", "1e0", "2.50", "-0.0", "1e300"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Counts_are_those_of_the_traces_through_intake_correction_erasure_and_restart(int seed)
    {
        var random = new Random(seed);
        var study = await NewStudyAsync();
        var players = (await NewPlayersAsync(study, 5)).ToList();
        var mine = new Dictionary<long, List<string>>();
        await CheckAsync(study);
        for (var step = 0; step < 12; step++)
        {
            switch (step % 6)
            {
                case 3:
                    await CorrectAsync(study, players[0], mine[players[0].Number][^1]);
                    break;
                case 4 when step > 6:
                    await EraseAsync(players[^1]);
                    players.RemoveAt(players.Count - 1);
                    await Eventually.HoldsAsync(async () =>
                        await CompareAsync(study) is var (said, expected) && said.SequenceEqual(expected)
                    );
                    break;
                case 5 when step < 6:
                    await Server.RestartAsync();
                    break;
                default:
                    await SendAsync(study, random, players, mine);
                    break;
            }

            // Some of it is counted by request, some with what came before.
            if (step % 2 == 1)
            {
                await CheckAsync(study);
            }
        }

        await CheckAsync(study);
    }

    [Fact]
    public async Task Traces_are_counted_without_anybody_asking()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, Trace(), player.Person);
        await Eventually.HoldsAsync(async () => await CountAsync("tally_hour", study) == 1);
    }

    [Fact]
    public async Task Two_that_count_at_the_same_time_count_everything_once()
    {
        var study = await NewStudyAsync();
        var players = (await NewPlayersAsync(study, 3)).ToList();
        var key = await KeyAsync(study);
        var clock = TimeProvider.System;
        using var one = new Tallies(Traces.Database, clock);
        using var other = new Tallies(Traces.Database, clock);
        var random = new Random(4);
        for (var round = 0; round < 6; round++)
        {
            await SendAsync(study, random, players, []);
            if (round == 3)
            {
                await Traces.Database.WriteAsync(
                    async unit =>
                    {
                        await Tallies.RecountAllAsync(unit, key, default);
                        return true;
                    },
                    default
                );
            }

            await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(i =>
                        Task.Run(() => (i % 2 == 0 ? one : other).CatchUpAsync(key, TimeSpan.FromMinutes(1), default))
                    )
            );
            await CheckAsync(study);
        }
    }

    [Fact]
    public async Task What_was_read_before_a_participant_was_forgotten_is_not_written_after()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        var key = await KeyAsync(study);
        foreach (var player in players)
        {
            await SendTracesAsync(study, Trace(change: t => t["session"] = "s"), player.Person);
        }

        // As with a server that stands still between reading and writing: the revision that it read is gone.
        var revision =
            (await Traces.Database.ReadAsync(r => TallyStore.ReadAsync(r, key, default), default))!.Revision ?? 0;
        var advanced = await Traces.Database.WriteAsync(
            async unit =>
            {
                await Tallies.ForgetAsync(unit, key, [players[0].Number], default);
                return await TallyStore.AdvanceAsync(unit, key, revision, 1, null);
            },
            default
        );
        advanced.ShouldBeFalse();
        await CheckAsync(study);
    }

    [Fact]
    public async Task What_retention_takes_away_is_counted_no_more()
    {
        var study = await NewStudyAsync();
        var players = (await NewPlayersAsync(study, 3)).ToList();
        var random = new Random(6);
        await SendAsync(study, random, players, []);
        await SendAsync(study, random, players[1..], []);
        await CheckAsync(study);
        var key = await KeyAsync(study);
        await Traces.Database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    "UPDATE trace SET received_at = @old WHERE study = @key AND position % 3 = 0",
                    new { old = DateTimeOffset.UtcNow.AddDays(-60), key }
                ),
            default
        );
        (await SendAsync(HttpMethod.Patch, study, new { retentionDays = 30 })).Must(HttpStatusCode.OK);
        ((int)(await PostAsync($"{study}/retention/runs", null)).Status).ShouldBeInRange(200, 299);
        await Eventually.HoldsAsync(async () =>
            (await GetAsync($"{study}/retention/runs")).Items is [var run] && run!["finishedAt"] is not null
        );
        await CheckAsync(study);
        await SendAsync(study, random, players, []);
        await CheckAsync(study);
    }

    [Fact]
    public async Task A_field_that_is_declared_later_is_counted_from_the_first_trace_on()
    {
        var study = await NewStudyAsync([new { name = "room", type = "string" }]);
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, Trace(change: t => t["data"]!["level"] = 7), player.Person);
        (await SummaryAsync(study))["fields"]!.AsArray().Count.ShouldBe(1);
        (
            await SendAsync(
                HttpMethod.Patch,
                study,
                new
                {
                    fields = new object[]
                    {
                        new { name = "room", type = "string" },
                        new { name = "level", type = "integer" },
                    },
                }
            )
        ).Must(HttpStatusCode.OK);
        var level = (await SummaryAsync(study))["fields"]![1]!;
        level["values"]!.ToJsonString().ShouldBe("""[{"value":7,"traces":1}]""");
    }

    [Fact]
    public async Task A_deleted_study_leaves_no_counts()
    {
        var study = await NewStudyAsync();
        var players = (await NewPlayersAsync(study, 3)).ToList();
        await SendAsync(study, new Random(5), players, []);
        await SummaryAsync(study);
        var key = await KeyAsync(study);
        (await SendAsync(HttpMethod.Delete, $"{study}?confirm={study.Split('/')[^1]}")).Must(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(async () =>
        {
            var left = 0L;
            foreach (var table in (string[])["state", "hour", "name", "value", "many", "session", "recount"])
            {
                left += await Traces.Database.ReadAsync(
                    r =>
                        r.ScalarAsync<long>(
                            Sql.FromString($"SELECT count(*) FROM tally_{table} WHERE study = @key"),
                            new { key }
                        ),
                    default
                );
            }

            return left == 0;
        });
    }

    [Fact]
    public async Task An_erased_participant_is_gone_from_the_counts_at_once()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, Trace(change: t => (t["session"], t["sequence"]) = ("mine", 7)), player.Person);
        await SummaryAsync(study);
        await EraseAsync(player);
        await Eventually.HoldsAsync(async () =>
            await CountAsync("tally_hour", study)
                + await CountAsync("tally_name", study)
                + await CountAsync("tally_value", study)
                + await CountAsync("tally_session", study)
                + await CountAsync("tally_recount", study)
            == 0
        );
        ((long)(await SummaryAsync(study))["traces"]!).ShouldBe(0);
    }

    private async Task SendAsync(string study, Random random, List<Player> players, Dictionary<long, List<string>> mine)
    {
        foreach (var player in players)
        {
            var batch = new JsonArray();
            for (var i = random.Next(1, 40); i > 0; i--)
            {
                var id = Guid.CreateVersion7().ToString();
                mine.TryAdd(player.Number, []);
                mine[player.Number].Add(id);
                batch.Add(Some(random, id));
            }

            (await SendTracesAsync(study, batch, player.Person)).Must(HttpStatusCode.Created);
        }
    }

    private static JsonObject Some(Random random, string id) =>
        Trace(change: t =>
        {
            t["id"] = id;
            t["timestamp"] = DateTimeOffset
                .UtcNow.AddMinutes(-random.Next(6000))
                .ToOffset(TimeSpan.FromHours(random.Next(-3, 4)))
                .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
            t["name"] = Pick(Names);
            t["session"] = Pick(Sessions);
            t["sequence"] = random.Next(4) == 0 ? null : random.Next(-3, 40);
            var data = t["data"]!;
            data["room"] = Pick(Rooms);
            data["score"] = JsonNode.Parse(Pick(Scores));
            data["correct"] = random.Next(3) switch
            {
                0 => null,
                1 => true,
                _ => false,
            };
            data["level"] = random.Next(1, 4);
            data["more"] = new JsonObject { ["room"] = "not this one" };

            T Pick<T>(T[] from) => from[random.Next(from.Length)];
        });

    private async Task CorrectAsync(string study, Player player, string id)
    {
        var person = await TestUsers.LogInAsync(Server, player.Person.Username, player.Person.Password);
        var patch = new JsonObject
        {
            ["traces"] = new JsonObject
            {
                ["studies"] = new JsonObject
                {
                    [study.Split('/')[^1]] = new JsonObject
                    {
                        ["traces"] = new JsonObject
                        {
                            [id] = new JsonObject { ["data"] = new JsonObject { ["room"] = "corrected" } },
                        },
                    },
                },
            },
        };
        var corrected = await SendAsync(HttpMethod.Patch, "/api/v1/me/data", patch, person);
        ((int)corrected.Status).ShouldBeInRange(200, 204, corrected.Text);
    }

    private async Task EraseAsync(Player player)
    {
        var person = await TestUsers.LogInAsync(Server, player.Person.Username, player.Person.Password);
        var erased = await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, person);
        ((int)erased.Status).ShouldBeInRange(200, 204, erased.Text);
    }

    private Task<long> KeyAsync(string study) =>
        Traces.Database.ReadAsync(
            r => r.ScalarAsync<long>("SELECT key FROM study WHERE slug = @slug", new { slug = study.Split('/')[^1] }),
            default
        );

    private async Task<long> CountAsync(string table, string study)
    {
        var key = await KeyAsync(study);
        return await Traces.Database.ReadAsync(
            r => r.ScalarAsync<long>(Sql.FromString($"SELECT count(*) FROM {table} WHERE study = @key"), new { key }),
            default
        );
    }
}

public sealed class TalliesOnSqlite(SqliteTraces traces) : TallyTests(traces), IClassFixture<SqliteTraces>;

public sealed class TalliesOnPostgres(PostgresTraces traces) : TallyTests(traces), IClassFixture<PostgresTraces>
{
    [Fact]
    public async Task Two_servers_on_one_database_count_everything_once()
    {
        await using var second = await TracesUnderTest.StartOnAsync(
            Server.Services.Postgres(),
            ("Traces:TallySeconds", "1")
        );
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        for (var round = 0; round < 10; round++)
        {
            var batch = string.Join('\n', Enumerable.Range(0, 50).Select(_ => Trace().ToJsonString()));
            var body = TestUsers.Content(batch, "application/x-ndjson");
            var server = round % 2 == 0 ? Server : second;
            (await server.SendAsync(HttpMethod.Post, $"{study}/traces", body, player.Person.Credential)).Must(
                HttpStatusCode.Created
            );
            var asked = await Task.WhenAll(
                Server.SendAsync(HttpMethod.Get, $"{study}/summary", null, Researcher.Credential),
                second.SendAsync(HttpMethod.Get, $"{study}/summary", null, Researcher.Credential)
            );
            foreach (var answer in asked.Where(a => (bool)a.Must(HttpStatusCode.OK).Json["complete"]!))
            {
                ((long)answer.Json["traces"]!).ShouldBe((round + 1) * 50);
            }
        }

        await CheckAsync(study);
    }
}
