using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Quarantine;

/// <summary>A corrected trace in place of a rejected one.</summary>
public abstract class MendingRejectedTraces(TracesUnderTest traces) : QuarantineSpecification(traces)
{
    [Fact]
    public async Task A_mended_trace_is_stored_as_from_its_sender_and_received_when_it_came()
    {
        var (study, _) = await RejectedAsync(TooLong());
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;

        var mended = (await MendAsync(kept, Trace())).Must(HttpStatusCode.OK);

        ((bool)mended.Json["duplicate"]!).ShouldBeFalse();
        var stored = (await GetAsync((string)mended.Json["links"]!["trace"]!)).Must(HttpStatusCode.OK).Json;
        ((DateTimeOffset)stored["receivedAt"]!).ShouldBe((DateTimeOffset)kept["firstReceivedAt"]!);
        ((string)(await StoredAsync(study)).ShouldHaveSingleItem()!["id"]!).ShouldBe((string)mended.Json["trace"]!);
        (await QuarantineAsync(study)).ShouldBeEmpty();
        var (action, details) = (await AuditAsync(study)).ShouldHaveSingleItem();
        action.ShouldBe("quarantine.mended");
        ((string)details["quarantined"]!).ShouldBe((string)kept["id"]!);
        (await MendAsync(kept, Trace())).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_mended_badly_changes_nothing()
    {
        var (study, _) = await RejectedAsync(TooLong());
        var before = await GetAsync($"{study}/quarantine");
        var kept = before.Items.ShouldHaveSingleItem()!;

        var still = await MendAsync(kept, Trace(change: t => t["data"]!["level"] = 9));
        still.Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["/data/level"]);
        (await MendAsync(kept, "{oops}")).Must(HttpStatusCode.BadRequest);
        (await MendAsync(kept, "[]")).Must(HttpStatusCode.BadRequest);
        (await MendAsync(kept, new JsonArray(Trace()))).Must(HttpStatusCode.BadRequest);
        (await MendAsync(kept, "")).Must(HttpStatusCode.BadRequest);

        (await GetAsync($"{study}/quarantine")).Text.ShouldBe(before.Text);
        (await StoredAsync(study)).ShouldBeEmpty();
        (await AuditAsync(study)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_stored_already_is_a_duplicate_or_a_conflict()
    {
        const string id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";
        var (study, player) = await RejectedAsync(TooLong());
        await SendTracesAsync(study, Trace(change: t => t["id"] = id), player);
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;

        var other = await MendAsync(kept, Trace(change: t => (t["id"], t["name"]) = (id, "left")));
        other.Must(HttpStatusCode.Conflict).Pointers().ShouldBe(["/id"]);
        (await QuarantineAsync(study)).ShouldHaveSingleItem()!.ToJsonString().ShouldBe(kept.ToJsonString());

        var same = await MendAsync(kept, Trace(change: t => t["id"] = id));
        ((bool)same.Must(HttpStatusCode.OK).Json["duplicate"]!).ShouldBeTrue();
        (await QuarantineAsync(study)).ShouldBeEmpty();
        (await StoredAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Only_who_may_send_for_others_mends_a_trace_into_anothers()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);
        await SendTracesAsync(study, Trace(2), players[0].Person);
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;
        var manager = await TestUsers.RegisterAsync(Server, $"{study.Split('/')[^1]}-manager", "researcher");
        (await SendAsync(HttpMethod.Put, $"{study}/rights/{manager.Id}", new { rights = new[] { "manage" } })).Must(
            HttpStatusCode.OK
        );

        (await MendAsync(kept, Trace(2), manager))
            .Must(HttpStatusCode.BadRequest)
            .Pointers()
            .ShouldBe(["/participant"]);
        (await PostAsync((string)kept["links"]!["put-back"]!, null)).Must(HttpStatusCode.Conflict);
        (await MendAsync(kept, Trace(2))).Must(HttpStatusCode.OK);

        var stored = (await StoredAsync(study)).ShouldHaveSingleItem()!;
        ((string)stored["participant"]!).ShouldBe(players[1].Pseudonym);
    }

    [Fact]
    public async Task A_trace_is_mended_in_XML_too()
    {
        var (study, _) = await RejectedAsync(TooLong());
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;
        const string xml =
            "<trace><timestamp>2026-11-20T09:30:00Z</timestamp><name>answered</name><data><room>loops</room></data></trace>";
        (await MendAsync(kept, xml, mediaType: "application/xml")).Must(HttpStatusCode.OK);
        (await StoredAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_has_seen_an_older_state_changes_nothing()
    {
        var (study, player) = await RejectedAsync(TooLong());
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;
        var self = (string)kept["links"]!["self"]!;
        var seen = ("If-Match", (await GetAsync(self)).Header("ETag")!);
        await SendTracesAsync(study, TooLong(), player);

        (await MendAsync(kept, Trace(), headers: seen)).Must(HttpStatusCode.PreconditionFailed);
        (await PostAsync(self + "/put-back", null, null, seen)).Must(HttpStatusCode.PreconditionFailed);
        (await SendAsync(HttpMethod.Delete, self, null, null, seen)).Must(HttpStatusCode.PreconditionFailed);

        var now = ("If-Match", (await GetAsync(self)).Header("ETag")!);
        (await MendAsync(kept, Trace(), headers: now)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Mended_twice_at_once_a_trace_is_stored_once()
    {
        var (study, _) = await RejectedAsync(TooLong());
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => MendAsync(kept, Trace())));

        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.NotFound).ShouldBe(5);
        (await StoredAsync(study)).Count.ShouldBe(1);
    }

    private Task<Answer> MendAsync(
        JsonNode kept,
        object trace,
        Person? person = null,
        string mediaType = "application/json",
        params (string Name, string Value)[] headers
    ) =>
        Server.SendAsync(
            HttpMethod.Put,
            (string)kept["links"]!["self"]!,
            TestUsers.Content(trace is JsonNode node ? node.ToJsonString() : trace, mediaType),
            (person ?? Researcher).Credential,
            headers
        );
}

public sealed class MendingRejectedTracesOnSqlite(SqliteTraces traces)
    : MendingRejectedTraces(traces),
        IClassFixture<SqliteTraces>;

public sealed class MendingRejectedTracesOnPostgres(PostgresTraces traces)
    : MendingRejectedTraces(traces),
        IClassFixture<PostgresTraces>;
