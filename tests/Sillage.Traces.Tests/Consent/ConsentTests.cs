using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Traces.Tests.Consent;

/// <summary>Consent: asked, given, checked at intake, withdrawn.</summary>
public abstract class ConsentTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private const string Count = """
        SELECT (SELECT count(*) FROM trace WHERE study = s.key) * 10000
          + (SELECT count(*) FROM quarantine WHERE study = s.key) * 100
          + (SELECT count(*) FROM consent WHERE study = s.key)
        FROM study s WHERE slug = @slug
        """;

    [Fact]
    public async Task What_is_asked_is_told_and_another_text_needs_a_higher_version()
    {
        var study = await NewAskingStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var asked = (await GetAsync($"{study}/consent", player)).Must(HttpStatusCode.OK).Json;
        ((string)asked["text"]!).ShouldBe("May we?");
        ((long)asked["version"]!).ShouldBe(1);
        ((bool)asked["renew"]!).ShouldBeTrue();
        ((string)asked["yours"]!["state"]!).ShouldBe("missing");
        (await GetAsync($"{study}/consent")).Json["yours"].ShouldBeNull("no participant has none to give");
        ((long)(await GetAsync(study, player)).Json["consent"]!["version"]!).ShouldBe(1);

        (await AskAsync(study, new { text = "May we really?" })).Pointers().ShouldBe(["/consent/version"]);
        (await AskAsync(study, new { text = "May we really?", version = 0 })).Pointers().ShouldBe(["/consent/version"]);
        (await AskAsync(study, new { url = "javascript:alert(1)", version = 2 })).Pointers().ShouldBe(["/consent/url"]);
        (await AskAsync(study, new { text = " ", version = 2 })).Pointers().ShouldBe(["/consent/text"]);
        (await AskAsync(study, null)).Pointers().ShouldBe(["/consent"]);
        (await AskAsync(study, new { text = "May we really?", version = 3 })).Must(HttpStatusCode.OK);
        (await AskAsync(study, new { version = 2 })).Pointers().ShouldBe(["/consent/version"]);
        ((string)(await GetAsync($"{study}/consent", player)).Json["text"]!).ShouldBe("May we really?");

        (await GetAsync($"{await NewStudyAsync()}/consent")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nothing_is_taken_and_nothing_is_kept_of_who_did_not_agree()
    {
        var study = await NewAskingStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var good = Trace().ToJsonString();
        var lines = $"{good}\n{{\"name\":\"bad\"}}\nno json\n[1]\n";
        var refused = await SendTracesAsync(study, lines, player, "application/x-ndjson");
        ((int)refused.Status).ShouldBe(422, refused.Text);
        var rejected = refused.Json["rejected"]!.AsArray();
        rejected.Count.ShouldBe(4);
        foreach (var trace in rejected)
        {
            var error = trace!["errors"]!.AsArray()[^1]!;
            ((string)error["pointer"]!).ShouldBe("/participant");
            ((string)error["detail"]!).ShouldContain("nothing of this trace is kept");
            ((string)error["detail"]!).ShouldContain($"{study}/consent");
        }

        (await CountAsync(study)).ShouldBe((0, 0, 0));

        (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK);
        (await SendTracesAsync(study, lines, player, "application/x-ndjson")).Must(HttpStatusCode.Created);
        (await CountAsync(study)).ShouldBe((1, 3, 1));
    }

    [Fact]
    public async Task The_rest_of_a_batch_is_stored()
    {
        var study = await NewAskingStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        (await GiveAsync(study, 1, players[1].Person)).Must(HttpStatusCode.OK);
        var batch = new JsonArray(
            Trace(1),
            Trace(2),
            Trace(2, t => t["name"] = ""),
            Trace(1, t => t["name"] = ""),
            Trace(99)
        );
        var reply = (await SendTracesAsync(study, batch)).Must(HttpStatusCode.Created).Json;
        ((int)reply["accepted"]!).ShouldBe(1);
        reply["rejected"]!.AsArray().Select(r => (int)r!["index"]!).ShouldBe([0, 2, 3, 4]);

        // Kept are the bad one of who agreed, and the one of nobody; not those of who did not agree.
        (await CountAsync(study)).ShouldBe((1, 2, 1));
        (await GetAsync($"{study}/quarantine")).Text.ShouldNotContain("\\\"participant\\\":1,");
    }

    [Fact]
    public async Task One_agrees_to_what_is_asked_now_and_once()
    {
        var study = await NewAskingStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        (await GiveAsync(study, 2, player)).Status.ShouldBe(HttpStatusCode.Conflict);
        var first = (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK).Json;
        ((string)first["state"]!).ShouldBe("given");
        ((string)first["by"]!).ShouldBe("participant");
        var again = (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK).Json;
        ((string)again["at"]!).ShouldBe((string)first["at"]!);
        (await CountAsync(study)).ShouldBe((0, 0, 1));

        (await GiveAsync(study, 1, Researcher)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GiveAsync(study, 1, Traces.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Whether_a_new_version_needs_renewed_consent_is_said_with_it()
    {
        var study = await NewAskingStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK);

        (
            await AskAsync(
                study,
                new
                {
                    text = "With a comma, may we?",
                    version = 2,
                    renew = false,
                }
            )
        ).Must(HttpStatusCode.OK);
        (await SendTracesAsync(study, Trace(), player)).Must(HttpStatusCode.Created);
        (await StateAsync(study, player)).ShouldBe("given");

        (
            await AskAsync(
                study,
                new
                {
                    text = "And sell it, may we?",
                    version = 3,
                    renew = true,
                }
            )
        ).Must(HttpStatusCode.OK);
        ((int)(await SendTracesAsync(study, Trace(), player)).Status).ShouldBe(422);
        (await StateAsync(study, player)).ShouldBe("outdated");

        // A comma more does not bring back what version 3 ended.
        (
            await AskAsync(
                study,
                new
                {
                    text = "And sell it; may we?",
                    version = 4,
                    renew = false,
                }
            )
        ).Must(HttpStatusCode.OK);
        (await StateAsync(study, player)).ShouldBe("outdated");
        (await GiveAsync(study, 4, player)).Must(HttpStatusCode.OK);
        (await SendTracesAsync(study, Trace(), player)).Must(HttpStatusCode.Created);

        (await AskAsync(study, new { required = false })).Must(HttpStatusCode.OK);
        var other = (await NewPlayersAsync(study))[0].Person;
        (await SendTracesAsync(study, Trace(), other)).Must(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Withdrawing_asks_what_becomes_of_what_is_there()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        var asked = await SendAsync(HttpMethod.Delete, $"{study}/consent", null, player);
        asked.Status.ShouldBe(HttpStatusCode.BadRequest);
        asked.Pointers().ShouldBe(["?then", "?then", "?then"]);
        asked.Text.ShouldContain("destroy: 2 traces, and 1 in quarantine,");
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=sell", null, player)).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );

        var tried = await SendAsync(HttpMethod.Delete, $"{study}/consent?then=destroy&dryRun=true", null, player);
        tried.Must(HttpStatusCode.OK);
        ((long)tried.Json["traces"]!).ShouldBe(2);
        ((bool)tried.Json["dryRun"]!).ShouldBeTrue();
        (await StateAsync(study, player)).ShouldBe("given");
    }

    [Fact]
    public async Task Withdrawn_and_kept_intake_stops_and_may_begin_again()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=keep", null, player)).Must(HttpStatusCode.OK);
        ((int)(await SendTracesAsync(study, Trace(), player)).Status).ShouldBe(422);
        (await StateAsync(study, player)).ShouldBe("withdrawn");
        (await CountAsync(study)).ShouldBe((2, 1, 2));

        // What lies in quarantine is not put back either.
        var kept = (await GetAsync($"{study}/quarantine")).Items[0]!;
        var mended = await SendAsync(HttpMethod.Put, (string)kept["links"]!["self"]!, Trace(1));
        mended.Status.ShouldNotBe(HttpStatusCode.InternalServerError);
        (await CountAsync(study)).ShouldBe((2, 1, 2));

        (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK);
        (await SendTracesAsync(study, Trace(), player)).Must(HttpStatusCode.Created);
        (await CountAsync(study)).ShouldBe((3, 1, 3));
    }

    [Fact]
    public async Task Withdrawn_it_stays_where_the_study_needs_no_consent_or_needs_it_no_longer()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        var other = (await NewPlayersAsync(study))[0].Person;
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=keep", null, player)).Must(HttpStatusCode.OK);
        (await AskAsync(study, new { required = false })).Must(HttpStatusCode.OK);
        ((int)(await SendTracesAsync(study, Trace(), player)).Status).ShouldBe(422);
        (await SendTracesAsync(study, Trace(), other)).Must(HttpStatusCode.Created);

        // Who was never asked to agree may still say no, and yes again.
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=keep", null, other)).Must(HttpStatusCode.OK);
        ((int)(await SendTracesAsync(study, Trace(), other)).Status).ShouldBe(422);
        (await GiveAsync(study, 1, other)).Must(HttpStatusCode.OK);
        (await SendTracesAsync(study, Trace(), other)).Must(HttpStatusCode.Created);
        (await CountAsync(study)).ShouldBe((4, 1, 4));
    }

    [Fact]
    public async Task Withdrawn_and_anonymised_the_traces_stay_and_nobody_is_behind_them()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        var reply = await SendAsync(HttpMethod.Delete, $"{study}/consent?then=anonymise", null, player);
        ((bool)reply.Must(HttpStatusCode.OK).Json["takesPart"]!).ShouldBeFalse();
        (await GetAsync($"{study}/consent", player)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendTracesAsync(study, Trace(), player)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(2);
        ((int)(await SendTracesAsync(study, Trace(1))).Status).ShouldBe(422, "nobody else sends for him");
        (await TiesAsync(study)).ShouldBe(0);

        // The audit says that it happened, and not to whom: the record's row of the same moment says which number.
        var audit = await Traces.Database.ReadAsync(
            r => r.ReadAuditAsync(new AuditFilter("consent.withdrawn", Subject: study.Split('/')[^1]), 10, default),
            default
        );
        audit.ShouldHaveSingleItem().Actor.ShouldBeNull();
        audit[0].Details!.ShouldContain("\"traces\":2");
        audit[0].Details!.ShouldNotContain("number");
        await IsSeenThroughAsync(reply);
    }

    [Fact]
    public async Task Withdrawn_and_destroyed_nothing_is_left()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        var other = (await NewPlayersAsync(study))[0].Person;
        (await GiveAsync(study, 1, other)).Must(HttpStatusCode.OK);
        (await SendTracesAsync(study, Trace(), other)).Must(HttpStatusCode.Created);
        var reply = await SendAsync(HttpMethod.Delete, $"{study}/consent?then=destroy", null, player);
        (await SendTracesAsync(study, Trace(), player)).Status.ShouldBe(HttpStatusCode.NotFound);
        await IsSeenThroughAsync(reply);
        (await CountAsync(study)).ShouldBe((1, 0, 1));
        (await TiesAsync(study)).ShouldBe(1);
        (await SendTracesAsync(study, Trace(), other)).Must(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Of_one_who_withdrew_and_is_destroyed_later_no_list_keeps_the_pseudonym()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        var pseudonym = (string)(await GetAsync($"{study}/participants")).Items[0]!["pseudonym"]!;
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=keep", null, player)).Must(HttpStatusCode.OK);
        (await ListedAsync()).ShouldBe(1);

        var reply = await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, player);

        await IsSeenThroughAsync(reply);
        (await ListedAsync()).ShouldBe(0);

        Task<long> ListedAsync() =>
            ((IEnumerable<IDatabase>)Server.Services.GetService(typeof(IEnumerable<IDatabase>))!)
                .Single(database => database.Name == "withdrawals")
                .ReadAsync(
                    r =>
                        r.ScalarAsync<long>(
                            "SELECT count(*) FROM withdrawal WHERE pseudonym = @pseudonym",
                            new { pseudonym },
                            default
                        ),
                    default
                );
    }

    [Fact]
    public async Task A_researcher_enters_what_was_given_on_paper_and_sees_who_is_missing()
    {
        var study = await NewAskingStudyAsync();
        var players = await NewPlayersAsync(study, 3);
        var paper = $"{study}/participants/2/consent";
        ((string)(await GetAsync(paper)).Json["state"]!).ShouldBe("missing");
        (await SendAsync(HttpMethod.Put, paper, new { version = 9 })).Status.ShouldBe(HttpStatusCode.Conflict);
        var given = (await SendAsync(HttpMethod.Put, paper, new { version = 1 })).Must(HttpStatusCode.OK).Json;
        ((string)given["by"]!).ShouldBe("researcher");
        ((string)given["pseudonym"]!).ShouldBe(players[1].Pseudonym);
        (await SendTracesAsync(study, Trace(), players[1].Person)).Must(HttpStatusCode.Created);
        (await GiveAsync(study, 1, players[2].Person)).Must(HttpStatusCode.OK);

        var first = (await GetAsync($"{study}/consents?limit=2")).Must(HttpStatusCode.OK);
        first.Items.Select(i => (string)i!["state"]!).ShouldBe(["missing", "given"]);
        var rest = (await GetAsync((string)first.Json["next"]!)).Must(HttpStatusCode.OK);
        ((string)rest.Items.ShouldHaveSingleItem()!["by"]!).ShouldBe("participant");
        rest.Json["next"].ShouldBeNull();
        var csv = (await GetAsync($"{study}/consents?format=csv")).Must(HttpStatusCode.OK).Text.Split("\r\n");
        csv[0].ShouldBe("number,pseudonym,state,version,at,by");
        csv[1].ShouldBe($"1,{players[0].Pseudonym},missing,,,");
        csv[2].ShouldMatch($"^2,{players[1].Pseudonym},given,1,.*Z,researcher$");

        (await SendAsync(HttpMethod.Delete, $"{paper}?then=keep")).Must(HttpStatusCode.OK);
        ((int)(await SendTracesAsync(study, Trace(), players[1].Person)).Status).ShouldBe(422);
        var audit = await Traces.Database.ReadAsync(
            r => r.ReadAuditAsync(new AuditFilter(Actor: Researcher.Id, Subject: study.Split('/')[^1]), 10, default),
            default
        );
        audit.Select(a => a.Action).Take(2).ShouldBe(["consent.withdrawn", "consent.recorded"]);

        foreach (var path in new[] { paper, $"{study}/consents" })
        {
            (await GetAsync(path, players[1].Person)).Status.ShouldBe(HttpStatusCode.Forbidden);
            (await GetAsync(path, Traces.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        }

        (await GetAsync($"{study}/participants/99/consent")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_TSADK_routes_take_nothing_either_and_say_so_in_their_form()
    {
        var texts = new[] { "roomName", "actionNature", "actionType", "userAnswer", "userError" };
        var study = await NewAskingStudyAsync([.. texts.Select(name => new { name, type = "string" })]);
        var player = (await NewPlayersAsync(study))[0].Person;
        var log = new
        {
            userID = 1,
            timestamp = "2023-04-18T10:17.109Z",
            sequence = 1,
            roomName = "loops",
            actionNature = "answer",
            actionType = "submit",
            userAnswer = "for",
            userError = "",
        };
        var logs = $"/{study.Split('/')[^1]}/api/v1/logs";
        foreach (var sender in new[] { player, Researcher })
        {
            var refused = await PostAsync(logs, log, sender);
            refused.Status.ShouldBe(HttpStatusCode.BadRequest);
            refused.Json.AsObject().Single().Key.ShouldBe("error");
            refused.Text.ShouldContain("nothing of this trace is kept");
        }

        (await CountAsync(study)).ShouldBe((0, 0, 0));
        (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK);
        (await PostAsync(logs, log, player)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_player_finds_what_he_agreed_to_in_his_data()
    {
        var (study, player) = await NewConsentingPlayerAsync();
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=keep", null, player)).Must(HttpStatusCode.OK);
        var data = (await GetAsync("/api/v1/me/data", player)).Must(HttpStatusCode.OK).Json;
        var mine = data["traces"]!["studies"]![study.Split('/')[^1]]!;
        mine["consents"]!.AsArray().Select(c => (bool)c!["given"]!).ShouldBe([true, false]);
        ((string)mine["consents"]![1]!["then"]!).ShouldBe("keep");
        ((string)mine["consentTexts"]![0]!["text"]!).ShouldBe("May we?");
    }

    /// <summary>It is on the list of erasures, without the account, and followed to its end.</summary>
    private async Task IsSeenThroughAsync(Answer reply)
    {
        var progress = (string)reply.Must(HttpStatusCode.OK).Json["links"]!["progress"]!;
        await Specifications.Eventually.HoldsAsync(async () =>
            (string)(await Server.SendAsync(HttpMethod.Get, progress)).Json["state"]! == "done"
        );
    }

    [Fact]
    public async Task A_deleted_study_takes_its_texts_and_consents_with_it()
    {
        const string Left = """
            SELECT (SELECT count(*) FROM consent c WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.key = c.study))
              + (SELECT count(*) FROM consent_text t WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.key = t.study))
              + (SELECT count(*) FROM study WHERE slug LIKE '~%')
            """;
        var (study, _) = await NewConsentingPlayerAsync();
        (await SendAsync(HttpMethod.Delete, $"{study}?confirm={study.Split('/')[^1]}")).Must(HttpStatusCode.NoContent);
        await Specifications.Eventually.HoldsAsync(async () =>
            await Traces.Database.ReadAsync(r => r.ScalarAsync<long>(Left, null, default), default) == 0
        );
    }

    protected Task<Answer> GiveAsync(string study, long version, Person person) =>
        SendAsync(HttpMethod.Put, $"{study}/consent", new { version }, person);

    protected async Task<string> NewAskingStudyAsync(object[]? fields = null)
    {
        var study = await NewStudyAsync(fields);
        (
            await AskAsync(
                study,
                new
                {
                    required = true,
                    version = 1,
                    text = "May we?",
                }
            )
        ).Must(HttpStatusCode.OK);
        return study;
    }

    /// <summary>A player who agreed, with two traces and one in quarantine.</summary>
    private async Task<(string Study, Person Player)> NewConsentingPlayerAsync()
    {
        var study = await NewAskingStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK);
        (
            await SendTracesAsync(study, new JsonArray(Trace(), Trace(), Trace(change: t => t["name"] = "")), player)
        ).Must(HttpStatusCode.Created);
        return (study, player);
    }

    private Task<Answer> AskAsync(string study, object? consent) => SendAsync(HttpMethod.Patch, study, new { consent });

    private async Task<string> StateAsync(string study, Person player) =>
        (string)(await GetAsync($"{study}/consent", player)).Must(HttpStatusCode.OK).Json["yours"]!["state"]!;

    private async Task<(long Traces, long Quarantined, long Consents)> CountAsync(string study)
    {
        var slug = study.Split('/')[^1];
        var count = await Traces.Database.ReadAsync(r => r.ScalarAsync<long>(Count, new { slug }, default), default);
        return (count / 10_000, count / 100 % 100, count % 100);
    }

    private async Task<long> TiesAsync(string study)
    {
        const string Ties = "SELECT count(*) FROM identity WHERE study = (SELECT key FROM study WHERE slug = @slug)";
        var slug = study.Split('/')[^1];
        return await Traces.Database.ReadAsync(r => r.ScalarAsync<long>(Ties, new { slug }, default), default);
    }
}

public sealed class ConsentOnSqlite(SqliteTraces traces) : ConsentTests(traces), IClassFixture<SqliteTraces>;

public sealed class ConsentOnPostgres(PostgresTraces traces) : ConsentTests(traces), IClassFixture<PostgresTraces>
{
    [Fact]
    public async Task A_withdrawal_in_one_process_stops_intake_in_another_at_once()
    {
        await using var other = await TracesUnderTest.StartOnAsync(Server.Services.Postgres());
        var study = await NewAskingStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        (await GiveAsync(study, 1, player)).Must(HttpStatusCode.OK);
        (await SendThereAsync()).ShouldBe(HttpStatusCode.Created);

        // The other process has the study in memory as it was; it may not store by that.
        (await SendAsync(HttpMethod.Delete, $"{study}/consent?then=keep", null, player)).Must(HttpStatusCode.OK);
        (await SendThereAsync()).ShouldBe(HttpStatusCode.UnprocessableEntity);

        async Task<HttpStatusCode> SendThereAsync() =>
            (await other.SendAsync(HttpMethod.Post, $"{study}/traces", Trace(), player.Credential)).Status;
    }
}
