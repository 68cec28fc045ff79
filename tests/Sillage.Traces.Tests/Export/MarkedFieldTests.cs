using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Export;

/// <summary>Fields that are marked to be masked or left out.</summary>
public abstract class MarkedFieldTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static readonly object[] Fields =
    [
        new
        {
            name = "said",
            type = "string",
            export = "mask",
        },
        new
        {
            name = "secret",
            type = "json",
            export = "leave-out",
        },
        new { name = "score", type = "number" },
    ];

    [Fact]
    public async Task No_reader_without_identities_sees_a_marked_text()
    {
        var (study, reader) = await NewMarkedStudyAsync();
        var own = await ReadAllAsync(study, Researcher);
        foreach (var (where, text) in own.Concat(await ReadAllAsync(study, reader)))
        {
            text.ShouldNotContain("player-1", Case.Sensitive, where);
            text.ShouldNotContain("hidden", Case.Sensitive, where);
            text.ShouldNotContain("secret", Case.Sensitive, where);
            text.ShouldContain("score", Case.Sensitive, where);
        }

        // With the right to identities, asked for and audited, all is there.
        foreach (var path in new[] { "traces?", "traces/export?", "traces/export?format=ndjson&" })
        {
            var clear = (await GetAsync($"{study}/{path}identities=true")).Must(HttpStatusCode.OK).Text;
            clear.ShouldContain("I am player-1", Case.Sensitive, path);
            clear.ShouldContain("hidden", Case.Sensitive, path);
            (await GetAsync($"{study}/{path}identities=true", reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task The_same_text_of_a_participant_has_the_same_token_in_a_study_and_another_elsewhere()
    {
        var tokens = new List<string?>();
        foreach (var (study, _) in new[] { await NewMarkedStudyAsync(), await NewMarkedStudyAsync() })
        {
            var items = (await GetAsync($"{study}/traces")).Items;
            var said = items.Select(i => (string?)i!["data"]!["said"]).ToArray();
            said[0]!.ShouldMatch("^t[0-9a-z]{12}$");
            said[1].ShouldBe(said[0], "an escape does not make another text of it");
            said[2]!.ShouldMatch("^t[0-9a-z]{12}$");
            said[2].ShouldNotBe(said[0]);
            said[3].ShouldBe("", "nothing typed stays nothing typed");
            said[4].ShouldBeNull("missing stays missing");
            items[4]!["data"]!.AsObject().ContainsKey("said").ShouldBeTrue("as it came: null");
            items[5]!["data"]!.ToJsonString().ShouldBe("{}");

            var cells = (await GetAsync($"{study}/traces/export")).Text.Split("\r\n");
            cells[0].ShouldBe("id,participant,timestamp,received_at,session,sequence,name,said,score,extra");
            cells[1].ShouldEndWith($",answered,{said[0]},1,");
            cells[4].ShouldEndWith(",answered,\"\",,");
            cells[5].ShouldEndWith(",answered,,,");
            tokens.Add(said[0]);
        }

        tokens[0].ShouldNotBe(tokens[1]);
    }

    [Fact]
    public async Task Nobody_finds_out_who_typed_a_text_by_sending_it_too()
    {
        var (study, reader) = await NewMarkedStudyAsync();
        var typed = (string)(await GetAsync($"{study}/traces", reader)).Items[0]!["data"]!["said"]!;
        var guess = new JsonObject { ["said"] = "I am player-1" };
        var other = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, Trace(change: t => t["data"] = guess.DeepClone()), other);
        await SendTracesAsync(study, Trace(1, t => t["data"] = guess.DeepClone()), Researcher);
        await SendTracesAsync(study, Trace(2, t => t["data"] = guess.DeepClone()), Researcher);

        var tokens = (await GetAsync($"{study}/traces", reader))
            .Items.Skip(6)
            .Select(i => (string?)i!["data"]!["said"]);
        tokens.Count().ShouldBe(3);
        tokens
            .Append(typed)
            .ShouldBeUnique("another participant's, and what others send in the name of one, are told from it");
        (await GetAsync($"{study}/traces?data.said={typed}", reader)).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_masked_field_is_asked_for_by_its_token_and_not_by_guessing()
    {
        var (study, reader) = await NewMarkedStudyAsync();
        var token = (string)(await GetAsync($"{study}/traces", reader)).Items[0]!["data"]!["said"]!;
        (await GetAsync($"{study}/traces?data.said={token}", reader)).Items.Count.ShouldBe(2);
        (await GetAsync($"{study}/traces?data.said=", reader)).Items.Count.ShouldBe(1);
        (await GetAsync($"{study}/traces?data.said=I%20am%20player-1", reader)).Items.ShouldBeEmpty();
        (await GetAsync($"{study}/traces?data.said=I%20am%20player-1&identities=true")).Items.Count.ShouldBe(2);

        var plain = await NewStudyAsync([
            new
            {
                name = "code",
                type = "integer",
                export = "leave-out",
            },
        ]);
        (await GetAsync($"{plain}/traces?data.code=1")).Pointers().ShouldBe(["?data.code"]);
        (await GetAsync($"{plain}/traces?data.code=1&identities=true")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_mark_holds_for_what_is_stored_and_only_who_sees_identities_may_lift_it()
    {
        var study = await NewStudyAsync([new { name = "said", type = "string" }]);
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, Trace(change: t => t["data"] = new JsonObject { ["said"] = "typed" }), player);
        async Task<Answer> MarkAsync(string export, Person by) =>
            await SendAsync(
                HttpMethod.Patch,
                study,
                new
                {
                    fields = new[]
                    {
                        new
                        {
                            name = "said",
                            type = "string",
                            export,
                        },
                    },
                },
                by
            );

        (await GetAsync($"{study}/traces")).Text.ShouldContain("typed");
        (await MarkAsync("mask", Traces.Administrator)).Must(HttpStatusCode.OK);
        var token = (string)(await GetAsync($"{study}/traces")).Items[0]!["data"]!["said"]!;
        (await MarkAsync("leave-out", Traces.Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync($"{study}/traces")).Items[0]!["data"]!.ToJsonString().ShouldBe("{}");

        (await MarkAsync("mask", Traces.Administrator)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await MarkAsync("keep", Traces.Administrator)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await MarkAsync("mask", Researcher)).Must(HttpStatusCode.OK);
        ((string)(await GetAsync($"{study}/traces")).Items[0]!["data"]!["said"]!).ShouldBe(token, "the key stays");
        (await MarkAsync("keep", Researcher)).Must(HttpStatusCode.OK);
        (await GetAsync($"{study}/traces")).Text.ShouldContain("typed");
    }

    [Fact]
    public async Task A_number_cannot_be_masked()
    {
        var refused = await PostAsync(
            "/api/v1/studies",
            new
            {
                slug = Traces.NewSlug(),
                title = "A study",
                fields = new object[]
                {
                    new
                    {
                        name = "score",
                        type = "number",
                        export = "mask",
                    },
                    new
                    {
                        name = "said",
                        type = "string",
                        description = new string('x', 501),
                        unit = "a\nb",
                    },
                },
            }
        );
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["/fields/0/export", "/fields/1/description", "/fields/1/unit"]);
    }

    [Fact]
    public async Task A_player_sees_his_own_texts()
    {
        var (study, _) = await NewMarkedStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, Trace(change: t => t["data"] = new JsonObject { ["said"] = "mine" }), player);
        (await GetAsync("/api/v1/me/data", player)).Must(HttpStatusCode.OK).Text.ShouldContain("mine");
    }

    private async Task<(string Study, Person Reader)> NewMarkedStudyAsync()
    {
        var study = await NewStudyAsync(Fields);
        (
            await SendAsync(HttpMethod.Put, $"{study}/rights/{Traces.Stranger.Id}", new { rights = new[] { "read" } })
        ).Must(HttpStatusCode.OK);
        var player = (await NewPlayersAsync(study))[0].Person;
        foreach (
            var data in new[]
            {
                """{ "secret" : {"x": "hidden"} , "said" : "I am player-1" , "score" : 1 }""",
                """{"said":"I am player\u002d1","score":1,"secret":"hidden"}""",
                """{"score":1,"secret":["hidden"],"said":"other"}""",
                """{"said":""}""",
                """{"said":null}""",
                """{"secret":"hidden"}""",
            }
        )
        {
            var trace = Trace().ToJsonString().Replace("""{"room":"loops"}""", data, StringComparison.Ordinal);
            (await SendTracesAsync(study, trace, player)).Must(HttpStatusCode.Created);
        }

        return (study, Traces.Stranger);
    }

    /// <summary>Every road by which traces are read, without asking for identities.</summary>
    private async Task<List<(string Where, string Text)>> ReadAllAsync(string study, Person reader)
    {
        var read = new List<(string, string)>();
        foreach (var path in new[] { "traces", "traces/export", "traces/export?format=ndjson" })
        {
            read.Add((path, (await GetAsync($"{study}/{path}", reader)).Must(HttpStatusCode.OK).Text));
        }

        var codebook = (await GetAsync($"{study}/codebook", reader)).Must(HttpStatusCode.OK);
        read.Add(("codebook", codebook.Text));
        var first = (await GetAsync($"{study}/traces", reader)).Items[0]!;
        read.Add(("one", (await GetAsync((string)first["links"]!["self"]!, reader)).Text));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Address, $"{study}/traces/live"));
        request.Headers.Authorization = new("Bearer", reader.Credential.Value);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "0");
        using var response = await Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var live = "";
        for (var events = 0; events < 3; )
        {
            var line = await lines.ReadLineAsync();
            live += line;
            events += line!.StartsWith("data:", StringComparison.Ordinal) ? 1 : 0;
        }

        read.Add(("live", live));
        return read;
    }
}

public sealed class MarkedFieldsOnSqlite(SqliteTraces traces) : MarkedFieldTests(traces), IClassFixture<SqliteTraces>;

public sealed class MarkedFieldsOnPostgres(PostgresTraces traces)
    : MarkedFieldTests(traces),
        IClassFixture<PostgresTraces>;
