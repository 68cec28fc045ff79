using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>A player's rights to what is kept of him.</summary>
public abstract class PersonalDataTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static readonly string Id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";

    private async Task<(string Study, Player Player)> PlayedAsync()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, Trace(change: t => t["id"] = Id), player.Person);
        await SendTracesAsync(study, """{"name":"bad"}""", player.Person);
        var loggedIn = await TestUsers.LogInAsync(Server, player.Person.Username, player.Person.Password);
        return (study, player with { Person = loggedIn });
    }

    [Fact]
    public async Task A_player_reads_all_that_is_kept_of_him()
    {
        var (study, player) = await PlayedAsync();
        var slug = study.Split('/')[^1];
        var data = (await GetAsync("/api/v1/me/data", player.Person)).Must(HttpStatusCode.OK);
        var mine = data.Json["traces"]!["studies"]![slug]!;
        ((long)mine["number"]!).ShouldBe(1);
        ((string)mine["pseudonym"]!).ShouldBe(player.Pseudonym);
        ((string)mine["traces"]![Id]!["data"]!["room"]!).ShouldBe("loops");
        ((string)mine["quarantined"]![0]!["text"]!).ShouldBe("""{"name":"bad"}""");
    }

    [Fact]
    public async Task A_player_sees_who_looked_at_who_is_who_and_who_gave_himself_the_right_to()
    {
        var (study, player) = await PlayedAsync();
        var slug = study.Split('/')[^1];
        (await GetAsync($"{study}/traces")).Must(HttpStatusCode.OK);
        async Task<JsonArray> OpeningsAsync() =>
            (await GetAsync("/api/v1/me/data", player.Person)).Must(HttpStatusCode.OK).Json["traces"]!["studies"]![
                slug
            ]!["identityOpenings"]!.AsArray();
        (await OpeningsAsync()).ShouldBeEmpty("who reads pseudonyms sees nobody");

        (await GetAsync($"{study}/traces?identities=true")).Must(HttpStatusCode.OK);
        var admin = Traces.Administrator;
        var rights = new { rights = new[] { "manage", "identities" } };
        (await SendAsync(HttpMethod.Put, $"{study}/rights/{admin.Id}", rights, admin)).Must(HttpStatusCode.OK);

        var openings = await OpeningsAsync();
        openings.Select(o => (string)o!["action"]!).ShouldBe(["identities.read", "identities.given"]);
        ((string)openings[0]!["by"]!).ShouldBe(Researcher.Username);
        ((string)openings[0]!["details"]!["how"]!).ShouldBe("query");
        ((string)openings[1]!["by"]!).ShouldBe(admin.Username);
        ((bool)openings[1]!["details"]!["toSelf"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Where_it_takes_two_nobody_gives_himself_the_right_to_identities()
    {
        await using var server = await Traces.StartAsync(("Traces:SecondPersonForIdentities", "true"));
        var admin = Credential.Basic("admin", TestUsers.AdministratorPassword);
        var owner = Credential.Basic("owner-1", "a wake that stays");
        var person = """{"username":"owner-1","password":"a wake that stays","role":"researcher"}""";
        await SendAsync(HttpMethod.Post, "/api/v1/users", person, admin, HttpStatusCode.Created);
        await SendAsync(
            HttpMethod.Post,
            "/api/v1/studies",
            """{"slug":"game","title":"A game"}""",
            owner,
            HttpStatusCode.Created
        );
        var id = (string)(await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, admin)).Json["id"]!;
        var address = $"/api/v1/studies/game/rights/{id}";
        const string both = """{"rights":["manage","identities"]}""";

        await SendAsync(HttpMethod.Put, address, """{"rights":["manage"]}""", admin, HttpStatusCode.OK);
        await SendAsync(HttpMethod.Put, address, both, admin, HttpStatusCode.Forbidden);
        await SendAsync(HttpMethod.Put, address, both, owner, HttpStatusCode.OK);
        // What somebody else has given is not given anew.
        await SendAsync(HttpMethod.Put, address, both, admin, HttpStatusCode.OK);

        async Task SendAsync(HttpMethod method, string path, string body, Credential by, HttpStatusCode expected) =>
            (await server.SendAsync(method, path, TestUsers.Content(body), by)).Must(expected);
    }

    [Fact]
    public async Task A_player_corrects_his_own_traces_within_the_rules()
    {
        var (study, player) = await PlayedAsync();
        var slug = study.Split('/')[^1];
        object Patch(string id, object data) =>
            new
            {
                traces = new
                {
                    studies = new Dictionary<string, object>
                    {
                        [slug] = new { traces = new Dictionary<string, object> { [id] = new { data } } },
                    },
                },
            };

        var corrected = await SendAsync(
            HttpMethod.Patch,
            "/api/v1/me/data",
            Patch(Id, new { room = "arrays" }),
            player.Person
        );
        ((int)corrected.Status).ShouldBeInRange(200, 204, corrected.Text);
        ((string)(await GetAsync($"{study}/traces/{Id}")).Json["data"]!["room"]!).ShouldBe("arrays");

        var bad = await SendAsync(HttpMethod.Patch, "/api/v1/me/data", Patch(Id, new { room = 7 }), player.Person);
        bad.Status.ShouldBe(HttpStatusCode.BadRequest);
        bad.Pointers().ShouldHaveSingleItem().ShouldEndWith($"/traces/{Id}/data/room");
        var other = await SendAsync(
            HttpMethod.Patch,
            "/api/v1/me/data",
            Patch("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59", new { room = "x" }),
            player.Person
        );
        other.Status.ShouldBe(HttpStatusCode.BadRequest);

        // The audit says that it happened, and not who it was: next to the trace that would be the tie, for as long as the trail.
        var audit = await Traces.Database.ReadAsync(
            r => r.ReadAuditAsync(new AuditFilter("trace.corrected", Subject: Id), 10, default),
            default
        );
        audit.ShouldNotBeEmpty();
        audit.ShouldAllBe(row => row.Actor == null && row.Details!.Contains("\"fields\":[\"room\"]"));
    }

    [Fact]
    public async Task Anonymised_traces_stay_and_nobody_can_tell_whose_they_were()
    {
        var (study, player) = await PlayedAsync();
        (await EraseAsync(player, "anonymise")).ShouldBeInRange(200, 204);

        await Specifications.Eventually.HoldsAsync(async () => await TiesAsync(study) == 0);
        var left = (await GetAsync($"{study}/traces?identities=true")).Items.ShouldHaveSingleItem()!;
        ((string)left["participant"]!).ShouldBe(player.Pseudonym);
        left["username"].ShouldBeNull();
        (await GetAsync($"{study}/quarantine")).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Destroyed_traces_are_gone()
    {
        var (study, player) = await PlayedAsync();
        (await EraseAsync(player, "destroy")).ShouldBeInRange(200, 204);

        await Specifications.Eventually.HoldsAsync(async () =>
            await TiesAsync(study) == 0
            && (await GetAsync($"{study}/traces")).Items.Count == 0
            && (await GetAsync($"{study}/quarantine")).Items.Count == 0
            && (await GetAsync($"{study}/participants")).Items.Count == 0
        );
    }

    [Fact]
    public async Task What_somebody_sent_for_others_is_theirs_and_stays_when_he_is_erased()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        var sender = await TestUsers.LogInAsync(Server, players[0].Person.Username, players[0].Person.Password);
        (
            await SendAsync(
                HttpMethod.Patch,
                $"/api/v1/users/{sender.Id}",
                new { role = "researcher" },
                Traces.Administrator
            )
        ).Must(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Put, $"{study}/rights/{sender.Id}", new { rights = new[] { "write" } })).Must(
            HttpStatusCode.OK
        );
        var lines = new[] { Trace(1, t => t["name"] = 7), Trace(2, t => t["name"] = 7) }.Select(t => t.ToJsonString());
        var sent = await SendTracesAsync(
            study,
            string.Join('\n', [.. lines, "no JSON"]),
            sender,
            "application/x-ndjson"
        );
        sent.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, sent.Text);
        (await GetAsync($"{study}/quarantine")).Items.Count.ShouldBe(3);

        var mine = (await GetAsync("/api/v1/me/data", sender)).Must(HttpStatusCode.OK).Json;
        var shown = mine["traces"]!["studies"]![study.Split('/')[^1]]!["quarantined"]!.AsArray();
        shown.Count.ShouldBe(2, "his own, and what is nobody else's");
        var tried = await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy&dryRun=true", null, sender);
        tried.Must(HttpStatusCode.OK).Text.ShouldContain("\"quarantined\":2");
        (await EraseAsync(players[0] with { Person = sender }, "destroy")).ShouldBeInRange(200, 204);

        await Specifications.Eventually.HoldsAsync(async () =>
            (await GetAsync($"{study}/participants")).Items.Count == 1
        );
        var left = (await GetAsync($"{study}/quarantine")).Items.ShouldHaveSingleItem()!;
        ((long)left["participant"]!).ShouldBe(2);
    }

    private async Task<int> EraseAsync(Player player, string form) =>
        (int)(await SendAsync(HttpMethod.Delete, $"/api/v1/me?form={form}", null, player.Person)).Status;

    private Task<long> TiesAsync(string study) =>
        Traces.Database.ReadAsync(
            r =>
                r.ScalarAsync<long>(
                    "SELECT count(*) FROM identity i JOIN study s ON s.key = i.study WHERE s.slug = @slug",
                    new { slug = study.Split('/')[^1] },
                    default
                ),
            default
        );
}

public sealed class PersonalDataOnSqlite(SqliteTraces traces) : PersonalDataTests(traces), IClassFixture<SqliteTraces>;

public sealed class PersonalDataOnPostgres(PostgresTraces traces)
    : PersonalDataTests(traces),
        IClassFixture<PostgresTraces>;
