using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>What is small to send is small to keep, to answer and to wait for; what has no room is told so.</summary>
public abstract class CostTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private const string Id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";

    [Fact]
    public async Task A_batch_of_which_too_much_does_not_fit_is_refused_whole_and_its_halves_are_taken()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study)).Single().Person;
        var batch = new JsonArray([
            Trace(),
            .. Enumerable.Range(0, 1001).Select(i => (JsonNode)new JsonObject { ["name"] = i }),
        ]);

        var refused = (await SendTracesAsync(study, batch, player)).Must(HttpStatusCode.RequestEntityTooLarge);
        refused.Text.ShouldContain("halves");
        refused.Pointers().Length.ShouldBe(20);
        refused.Pointers()[0].ShouldStartWith("/1/");
        (await GetAsync($"{study}/quarantine?limit=1000")).Items.ShouldBeEmpty();
        (await GetAsync($"{study}/traces")).Items.ShouldBeEmpty();

        var lines = string.Join('\n', batch.Select(t => t!.ToJsonString()));
        (await SendTracesAsync(study, lines, player, "application/x-ndjson")).Must(
            HttpStatusCode.RequestEntityTooLarge
        );

        var half = new JsonArray([.. batch.Take(501).Select(t => t!.DeepClone())]);
        var taken = (await SendTracesAsync(study, half, player)).Must(HttpStatusCode.Created);
        taken.Json["rejected"]!.AsArray().Count.ShouldBe(500);
        (await GetAsync($"{study}/quarantine?limit=1000")).Items.Count.ShouldBe(500);
    }

    [Fact]
    public async Task Too_many_conflicts_are_refused_alike_and_leave_what_is_stored()
    {
        await using var server = await Traces.StartAsync(("Traces:MaxRejectedTraces", "3"));
        var (study, player) = await NewStudyOnAsync(server);
        var ids = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7().ToString()).ToList();
        (await SendOnAsync(server, study, Batch(ids, "first"), player)).Must(HttpStatusCode.Created);

        (await SendOnAsync(server, study, Batch([.. ids, Guid.CreateVersion7().ToString()], "second"), player)).Must(
            HttpStatusCode.RequestEntityTooLarge
        );
        (await SendOnAsync(server, study, Batch(ids[..3], "second"), player)).Must(HttpStatusCode.UnprocessableEntity);

        static JsonArray Batch(IEnumerable<string> ids, string name) =>
            new([
                .. ids.Select(id =>
                    Trace(change: t =>
                    {
                        t["id"] = id;
                        t["name"] = name;
                    })
                ),
            ]);
    }

    [Fact]
    public async Task A_senders_quarantine_has_room_for_so_much_and_what_is_not_kept_says_so()
    {
        await using var server = await Traces.StartAsync(("Traces:MaxQuarantinedTraces", "3"));
        var (study, player) = await NewStudyOnAsync(server);
        var batch = new JsonArray([.. Enumerable.Range(0, 5).Select(i => (JsonNode)new JsonObject { ["name"] = i })]);

        // Sent twice: what is kept already takes no more room and is told to be kept.
        for (var time = 0; time < 2; time++)
        {
            var said = (await SendOnAsync(server, study, batch, player)).Must(HttpStatusCode.UnprocessableEntity);
            var rejected = said.Json["rejected"]!.AsArray();
            rejected
                .Select(r =>
                    r!["errors"]!.AsArray()[^1]!["detail"]!
                        .ToString()
                        .StartsWith("Nothing of this trace is kept", StringComparison.Ordinal)
                )
                .ShouldBe([false, false, false, true, true]);
            rejected.ShouldAllBe(r => r!["errors"]!.AsArray().Count > 1);
        }

        var kept = await server.SendAsync(HttpMethod.Get, $"{study}/quarantine", null, await AdminAsync(server));
        kept.Items.Count.ShouldBe(3);
        kept.Items.ShouldAllBe(i => (int)i!["times"]! == 2);
    }

    [Fact]
    public async Task A_senders_quarantine_has_room_for_so_many_bytes()
    {
        await using var server = await Traces.StartAsync(("Traces:MaxQuarantinedBytes", "3000"));
        var (study, player) = await NewStudyOnAsync(server);
        var large = new JsonArray([
            .. Enumerable
                .Range(0, 3)
                .Select(i => (JsonNode)new JsonObject { ["name"] = i, ["session"] = new string('x', 1400) }),
        ]);

        (await SendOnAsync(server, study, large, player)).Must(HttpStatusCode.UnprocessableEntity);

        var kept = await server.SendAsync(HttpMethod.Get, $"{study}/quarantine", null, await AdminAsync(server));
        kept.Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_faults_of_a_batch_are_told_in_full_as_long_as_they_are_few()
    {
        var study = await NewStudyAsync(unknownFields: "refuse");
        var player = (await NewPlayersAsync(study)).Single().Person;
        var many = string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"{new string('x', 60)}{i}\":1"));
        var bad = string.Join(',', Enumerable.Repeat($"{{\"data\":{{{many}}}}}", 500));

        var said = (await SendTracesAsync(study, $"[{bad}]", player)).Must(HttpStatusCode.UnprocessableEntity);

        var counts = said.Json["rejected"]!.AsArray().Select(r => r!["errors"]!.AsArray().Count).ToList();
        counts[0].ShouldBe(20);
        counts[^1].ShouldBe(1);
        said.Bytes.Length.ShouldBeLessThan(600_000);
    }

    [Fact]
    public async Task A_correction_makes_no_trace_longer_than_one_may_be()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study)).Single().Person;
        (await SendTracesAsync(study, Trace(change: t => t["id"] = Id), player)).Must(HttpStatusCode.Created);
        var text = new string('x', 600_000);

        ((int)(await CorrectAsync(study, new JsonObject { ["one"] = text }, player)).Status).ShouldBeInRange(200, 204);
        var refused = (await CorrectAsync(study, new JsonObject { ["two"] = text }, player)).Must(
            HttpStatusCode.BadRequest
        );

        refused.Text.ShouldContain("at most 1048576 bytes");
    }

    [Fact]
    public async Task A_correction_that_changes_nothing_leaves_nothing_in_the_trail()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study)).Single().Person;
        var id = Guid.CreateVersion7().ToString();
        (await SendTracesAsync(study, Trace(change: t => t["id"] = id), player)).Must(HttpStatusCode.Created);

        for (var time = 0; time < 3; time++)
        {
            var corrected = await CorrectAsync(study, new JsonObject { ["room"] = "arrays" }, player, id);
            ((int)corrected.Status).ShouldBeInRange(200, 204, corrected.Text);
        }

        var trail = await Traces.Database.ReadAsync(
            r => r.ReadAuditAsync(new AuditFilter("trace.corrected", Subject: id), 10, default),
            default
        );
        trail.Count.ShouldBe(1);
    }

    private Task<Answer> CorrectAsync(string study, JsonObject data, Person player, string id = Id) =>
        SendAsync(
            HttpMethod.Patch,
            "/api/v1/me/data",
            new JsonObject
            {
                ["traces"] = new JsonObject
                {
                    ["studies"] = new JsonObject
                    {
                        [study.Split('/')[^1]] = new JsonObject
                        {
                            ["traces"] = new JsonObject { [id] = new JsonObject { ["data"] = data } },
                        },
                    },
                },
            },
            player
        );

    private static async Task<Credential> AdminAsync(SillageServer server) =>
        (await TestUsers.LogInAsync(server, "admin", TestUsers.AdministratorPassword)).Credential;

    private static async Task<(string Study, Person Player)> NewStudyOnAsync(SillageServer server)
    {
        var admin = await AdminAsync(server);
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/studies",
            new
            {
                slug = "costs",
                title = "A study",
                fields = GameFields,
                unknownFields = "keep",
            },
            admin
        );
        var study = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        var player = (await server.SendAsync(HttpMethod.Post, $"{study}/participants", new { count = 1 }, admin))
            .Must(HttpStatusCode.Created)
            .Items.Single()!;
        var (name, password) = ((string)player["username"]!, (string)player["password"]!);
        return (study, new Person(Guid.Empty, name, password, Credential.Basic(name, password)));
    }

    private static Task<Answer> SendOnAsync(SillageServer server, string study, JsonArray batch, Person player) =>
        server.SendAsync(
            HttpMethod.Post,
            $"{study}/traces",
            TestUsers.Content(batch.ToJsonString(), "application/json"),
            player.Credential
        );
}

public sealed class CostsOnSqlite(SqliteTraces traces) : CostTests(traces), IClassFixture<SqliteTraces>;

public sealed class CostsOnPostgres(PostgresTraces traces) : CostTests(traces), IClassFixture<PostgresTraces>;
