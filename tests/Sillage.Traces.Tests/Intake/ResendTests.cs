using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>What was sent before is not stored again, whoever else sends it, and when, and where.</summary>
public abstract class ResendTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private const int Copies = 8;

    [Fact]
    public async Task Copies_sent_by_several_connections_at_once_are_stored_once()
    {
        var study = await NewStudyAsync();
        var player = await NewPlayerAsync(study);
        var batch = Identified(100);

        var answers = await CopyAsync(Server, study, batch, player);

        answers.Sum(a => (int)a.Json["accepted"]!).ShouldBe(100);
        answers.Sum(a => (int)a.Json["duplicates"]!).ShouldBe(100 * (Copies - 1));
        (await StoredAsync(study)).ShouldBe(100);
    }

    [Fact]
    public async Task Copies_under_one_key_are_stored_once_and_answered_alike()
    {
        var study = await NewStudyAsync();
        var player = await NewPlayerAsync(study);
        // Without ids nothing but the key tells that they are the same.
        var batch = new JsonArray(Trace(), Trace(change: t => t["name"] = null), Trace()).ToJsonString();

        for (var round = 0; round < 5; round++)
        {
            // Behind other batches the copies wait together, and are stored in one unit.
            var others = Task.WhenAll(
                Enumerable.Range(0, 4).Select(_ => SendTracesAsync(study, Identified(200), player))
            );
            var answers = await CopyAsync(Server, study, batch, player, ("Idempotency-Key", $"batch {round}"));
            await others;

            var again = answers.Where(a => a.Header("Idempotency-Replayed") == "true").ToList();
            var first = answers.Except(again).ShouldHaveSingleItem();
            Counts(first.Must(HttpStatusCode.Created)).ShouldBe((2, 0));
            again.ForEach(a => Counts(a.Must(HttpStatusCode.OK)).ShouldBe((0, 2)));
            again.ShouldAllBe(a => JsonNode.DeepEquals(a.Json["rejected"], first.Json["rejected"]));
        }

        var lines = (await GetAsync($"{study}/traces/export?format=ndjson")).Text.Count(c => c == '\n');
        lines.ShouldBe(5 * ((4 * 200) + 2));
        ((int)(await GetAsync($"{study}/quarantine")).Items.ShouldHaveSingleItem()!["times"]!).ShouldBe(5);
    }

    [Fact]
    public async Task Of_different_traces_with_one_id_sent_at_once_one_is_stored_and_the_others_are_kept()
    {
        var study = await NewStudyAsync();
        var player = await NewPlayerAsync(study);
        var id = Guid.CreateVersion7().ToString();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, Copies)
                .Select(i => SendTracesAsync(study, Trace(change: t => (t["id"], t["name"]) = (id, $"{i}")), player))
        );

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers
            .Where(a => a.Status != HttpStatusCode.Created)
            .ShouldAllBe(a => (string)a.Json["rejected"]![0]!["errors"]![0]!["pointer"]! == "/id");
        (await StoredAsync(study)).ShouldBe(1);
        (await GetAsync($"{study}/quarantine")).Items.Count.ShouldBe(Copies - 1);
    }

    [Fact]
    public async Task After_a_restart_what_was_sent_before_is_still_known()
    {
        await using var server = await Traces.StartAsync();
        var researcher = await TestUsers.RegisterAsync(server, "researcher", "researcher");
        const string study = "/api/v1/studies/again";
        async Task<Answer> SendAsync(string path, string body, params (string, string)[] headers) =>
            await server.SendAsync(HttpMethod.Post, path, TestUsers.Content(body), researcher.Credential, headers);
        (await SendAsync("/api/v1/studies", """{"slug":"again","title":"Again"}""")).Must(HttpStatusCode.Created);
        (await SendAsync($"{study}/participants", """{"count":1}""")).Must(HttpStatusCode.Created);
        var batch = Identified(20, participant: 1);
        var unnamed = Trace(1).ToJsonString();
        var conflict = JsonNode.Parse(batch)![0]!;
        conflict["name"] = "left";

        (await SendAsync($"{study}/traces", batch)).Must(HttpStatusCode.Created);
        var first = await SendAsync($"{study}/traces", unnamed, ("Idempotency-Key", "k"));
        await server.RestartAsync();

        (await SendAsync($"{study}/traces", batch))
            .Must(HttpStatusCode.OK)
            .Json.ToJsonString()
            .ShouldBe("""{"accepted":0,"duplicates":20,"rejected":[]}""");
        var again = await SendAsync($"{study}/traces", unnamed, ("Idempotency-Key", "k"));
        Counts(first.Must(HttpStatusCode.Created)).ShouldBe((1, 0));
        Counts(again.Must(HttpStatusCode.OK)).ShouldBe((0, 1));
        again.Header("Idempotency-Replayed").ShouldBe("true");
        (await SendAsync($"{study}/traces", conflict.ToJsonString())).Must(HttpStatusCode.UnprocessableEntity);
        var stored = await server.SendAsync(HttpMethod.Get, $"{study}/traces", null, researcher.Credential);
        stored.Items.Count.ShouldBe(21);
    }

    private async Task<Person> NewPlayerAsync(string study)
    {
        var player = (await NewPlayersAsync(study))[0].Person;
        // The password is checked once; the check is not what is tested.
        return await TestUsers.LogInAsync(Server, player.Username, player.Password);
    }

    private protected static (int Accepted, int Duplicates) Counts(Answer answer) =>
        ((int)answer.Json["accepted"]!, (int)answer.Json["duplicates"]!);

    private async Task<int> StoredAsync(string study) => (await GetAsync($"{study}/traces?limit=1000")).Items.Count;

    /// <summary>The same bytes by several connections of one server.</summary>
    internal static Task<Answer[]> CopyAsync(
        SillageServer server,
        string study,
        string batch,
        Person person,
        params (string Name, string Value)[] headers
    ) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Copies)
                .Select(_ =>
                    server.SendAsync(
                        HttpMethod.Post,
                        $"{study}/traces",
                        TestUsers.Content(batch),
                        person.Credential,
                        headers
                    )
                )
        );

    internal static string Identified(int count, long? participant = null) =>
        new JsonArray([
            .. Enumerable
                .Range(0, count)
                .Select(i => Trace(participant, t => (t["id"], t["sequence"]) = (Guid.CreateVersion7().ToString(), i))),
        ]).ToJsonString();
}

public sealed class ResendOnSqlite(SqliteTraces traces) : ResendTests(traces), IClassFixture<SqliteTraces>;

public sealed class ResendOnPostgres(PostgresTraces traces) : ResendTests(traces), IClassFixture<PostgresTraces>
{
    [Fact]
    public async Task Two_servers_on_one_database_store_copies_once()
    {
        await using var other = await TracesUnderTest.StartOnAsync(Server.Services.Postgres());
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var batch = Identified(50, participant: 1);

        var (here, there) = (CopyAsync(Server, study, batch, Researcher), CopyAsync(other, study, batch, Researcher));
        Answer[] answers = [.. await here, .. await there];

        answers.Sum(a => (int)a.Json["accepted"]!).ShouldBe(50);
        answers.Sum(a => (int)a.Json["duplicates"]!).ShouldBe(50 * (answers.Length - 1));
        var changed = JsonNode.Parse(batch)![0]!;
        changed["name"] = "left";
        var conflict = await other.SendAsync(HttpMethod.Post, $"{study}/traces", changed, Researcher.Credential);
        conflict.Must(HttpStatusCode.UnprocessableEntity);
        (await GetAsync($"{study}/quarantine")).Items.Count.ShouldBe(1);
        (await GetAsync($"{study}/traces?limit=1000")).Items.Count.ShouldBe(50);
    }

    [Fact]
    public async Task Two_servers_on_one_database_share_the_keys()
    {
        await using var other = await TracesUnderTest.StartOnAsync(Server.Services.Postgres());
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var batch = new JsonArray(Trace(1), Trace(1)).ToJsonString();
        var key = ("Idempotency-Key", "shared");

        var (here, there) = (
            CopyAsync(Server, study, batch, Researcher, key),
            CopyAsync(other, study, batch, Researcher, key)
        );
        Answer[] answers = [.. await here, .. await there];

        answers.Select(Counts).Order().ShouldBe([.. Enumerable.Repeat((0, 2), answers.Length - 1), (2, 0)]);
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_servers_on_one_database_put_back_a_trace_once()
    {
        await using var other = await TracesUnderTest.StartOnAsync(Server.Services.Postgres());
        var study = await NewStudyAsync([new { name = "room", type = "string" }], "refuse");
        await NewPlayersAsync(study);
        var bad = new JsonArray([.. Enumerable.Range(0, 40).Select(i => Trace(1, t => t["data"]!["mood"] = i))]);
        (await SendTracesAsync(study, bad)).Must(HttpStatusCode.UnprocessableEntity);
        await SendAsync(HttpMethod.Patch, study, new { unknownFields = "keep" });

        var answers = await Task.WhenAll(
            new[] { Server, other, Server, other }.Select(s =>
                s.SendAsync(HttpMethod.Post, $"{study}/quarantine/put-back", null, Researcher.Credential)
            )
        );

        answers.Sum(a => (int)a.Must(HttpStatusCode.OK).Json["putBack"]!).ShouldBe(40);
        (await GetAsync($"{study}/traces?limit=1000")).Items.Count.ShouldBe(40);
    }
}
