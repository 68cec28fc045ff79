using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Quarantine;

/// <summary>Rejected traces tried again as they came, or thrown away: one by one, and by reason.</summary>
public abstract class PuttingBackRejectedTraces(TracesUnderTest traces) : QuarantineSpecification(traces)
{
    [Fact]
    public async Task When_fields_change_what_now_fits_is_put_back_at_once()
    {
        var (study, player) = await RejectedAsync(
            new JsonArray([.. Enumerable.Range(0, 5).Select(i => TooLong($"a room whose name is too long {i}"))]),
            Trace(change: t => (t["name"], t["data"]!["room"]) = (null, "another one that is too long"))
        );
        await SendTracesAsync(study, Trace(change: t => t["session"] = 7), player);
        var before = await QuarantineAsync(study);

        var changed = (await AllowLongRoomsAsync(study)).Must(HttpStatusCode.OK);
        var putBack = (string)changed.Json["links"]!["put-back"]!;

        var tried = (await PostAsync(putBack + "?dryRun=true", null)).Must(HttpStatusCode.OK);
        tried.Json.ToJsonString().ShouldStartWith("""{"putBack":5,"duplicates":0,"kept":2,"dryRun":true,""");
        (await QuarantineAsync(study)).ToJsonString().ShouldBe(before.ToJsonString());
        (await StoredAsync(study)).ShouldBeEmpty();
        (await AuditAsync(study)).ShouldBeEmpty();

        var done = (await PostAsync(putBack, null)).Must(HttpStatusCode.OK);
        done.Json.ToJsonString().ShouldStartWith("""{"putBack":5,"duplicates":0,"kept":2,"dryRun":false,""");
        (await StoredAsync(study)).Count.ShouldBe(5);
        (await StoredAsync(study))
            .Select(t => (DateTimeOffset)t!["receivedAt"]!)
            .ShouldBe(before.Take(5).Select(k => (DateTimeOffset)k!["firstReceivedAt"]!));
        var left = await QuarantineAsync(study);
        left.Count.ShouldBe(2);
        // Of the two faults it had, the room's is mended.
        left[0]!["errors"]!.AsArray().Select(e => (string)e!["pointer"]!).ShouldBe(["/name"]);
        (await GetAsync($"{study}/quarantine?reason={left[0]!["reason"]}")).Items.Count.ShouldBe(1);
        left[0]!["reason"]!.ToString().ShouldNotBe(before[5]!["reason"]!.ToString());
        ((int)left[0]!["times"]!).ShouldBe(1);
        var (action, details) = (await AuditAsync(study)).ShouldHaveSingleItem();
        action.ShouldBe("quarantine.put-back");
        ((int)details["putBack"]!).ShouldBe(5);
    }

    [Fact]
    public async Task One_reason_is_put_back_and_the_others_are_not_looked_at()
    {
        var (study, _) = await RejectedAsync(TooLong(), Trace(change: t => t["data"]!["mood"] = "\0"));
        await AllowLongRoomsAsync(study);
        var kept = await QuarantineAsync(study);

        var none = await PostAsync($"{study}/quarantine/put-back?reason={kept[1]!["reason"]}", null);
        ((int)none.Json["putBack"]!).ShouldBe(0);
        var one = await PostAsync($"{study}/quarantine/put-back?reason={kept[0]!["reason"]}", null);
        ((int)one.Json["putBack"]!).ShouldBe(1);
        (await QuarantineAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_is_put_back_as_it_came_or_its_reasons_are_renewed()
    {
        var (study, _) = await RejectedAsync(
            TooLong(),
            Trace(change: t => (t["name"], t["data"]!["room"]) = (null, "another one that is too long"))
        );
        var kept = await QuarantineAsync(study);
        string PutBack(int i) => (string)kept[i]!["links"]!["put-back"]!;
        (await PostAsync(PutBack(0), null)).Must(HttpStatusCode.Conflict).Pointers().ShouldBe(["/data/room"]);

        await AllowLongRoomsAsync(study);

        (await PostAsync(PutBack(0), null)).Must(HttpStatusCode.OK);
        (await PostAsync(PutBack(0), null)).Must(HttpStatusCode.NotFound);
        (await PostAsync(PutBack(1), null)).Must(HttpStatusCode.Conflict).Pointers().ShouldBe(["/name"]);
        var left = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;
        left["errors"]!.AsArray().Select(e => (string)e!["pointer"]!).ShouldBe(["/name"]);
        (await StoredAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_conflict_stays_as_long_as_the_other_trace_does()
    {
        const string id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";
        var (study, player) = await RejectedAsync();
        await SendTracesAsync(study, Trace(change: t => t["id"] = id), player);
        await SendTracesAsync(study, Trace(change: t => (t["id"], t["name"]) = (id, "left")), player);

        var done = await PostAsync($"{study}/quarantine/put-back", null);

        done.Json.ToJsonString().ShouldStartWith("""{"putBack":0,"duplicates":0,"kept":1""");
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;
        ((int)kept["times"]!).ShouldBe(1);
        ((string)kept["errors"]![0]!["pointer"]!).ShouldBe("/id");
        (await PostAsync((string)kept["links"]!["put-back"]!, null)).Must(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_was_sent_again_in_the_meantime_is_a_duplicate()
    {
        const string id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";
        var trace = TooLong();
        trace["id"] = id;
        var (study, player) = await RejectedAsync(trace);
        await AllowLongRoomsAsync(study);
        (await SendTracesAsync(study, trace, player)).Must(HttpStatusCode.Created);

        var done = await PostAsync($"{study}/quarantine/put-back", null);

        done.Json.ToJsonString().ShouldStartWith("""{"putBack":0,"duplicates":1,"kept":0""");
        (await QuarantineAsync(study)).ShouldBeEmpty();
        (await StoredAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_array_in_an_array_is_still_no_trace()
    {
        var (study, _) = await RejectedAsync(new JsonArray(new JsonArray(Trace())));
        var done = await PostAsync($"{study}/quarantine/put-back", null);
        ((int)done.Json["kept"]!).ShouldBe(1);
        (await StoredAsync(study)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_back_by_several_at_once_each_trace_is_stored_once()
    {
        var (study, player) = await RejectedAsync();
        var lines = Enumerable.Range(0, 600).Select(i => TooLong($"room number {i:000000000000}").ToJsonString());
        await SendTracesAsync(study, string.Join('\n', lines), player, "application/x-ndjson");
        var kept = await QuarantineAsync(study);
        await AllowLongRoomsAsync(study);

        var all = Enumerable.Range(0, 3).Select(_ => PostAsync($"{study}/quarantine/put-back", null));
        var single = kept.Take(5).Select(k => PostAsync((string)k!["links"]!["put-back"]!, null));
        var answers = await Task.WhenAll([.. all, .. single]);

        answers.Take(3).ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        var counted =
            answers.Take(3).Sum(a => (int)a.Json["putBack"]!)
            + answers.Skip(3).Count(a => a.Status == HttpStatusCode.OK);
        counted.ShouldBe(600);
        answers.Take(3).ShouldAllBe(a => (int)a.Json["kept"]! == 0);
        var stored = await StoredAsync(study);
        stored.Count.ShouldBe(600);
        stored.Select(t => (string)t!["data"]!["room"]!).Distinct().Count().ShouldBe(600);
        (await QuarantineAsync(study)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_was_cut_off_did_a_part_and_the_next_does_the_rest()
    {
        var (study, player) = await RejectedAsync();
        var lines = Enumerable.Range(0, 2000).Select(i => TooLong($"room number {i:000000000000}").ToJsonString());
        foreach (var part in lines.Chunk(1000))
        {
            await SendTracesAsync(study, string.Join('\n', part), player, "application/x-ndjson");
        }

        await AllowLongRoomsAsync(study);

        using (var cut = new CancellationTokenSource())
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post,
                new Uri(Server.Address, $"{study}/quarantine/put-back")
            );
            request.Headers.Authorization = new(Researcher.Credential.Scheme, Researcher.Credential.Value);
            var sending = Server.Client.SendAsync(request, cut.Token);
            // As soon as something is stored, or all of it is.
            await Specifications.Eventually.HoldsAsync(async () =>
                (await GetAsync($"{study}/traces?limit=1")).Items.Count > 0
            );
            await cut.CancelAsync();
            await Task.WhenAny(sending);
        }

        (await PostAsync($"{study}/quarantine/put-back", null)).Must(HttpStatusCode.OK);

        // What the first request was in the middle of is done or undone by the time the second one has been over it.
        await Specifications.Eventually.HoldsAsync(async () => (await QuarantineAsync(study)).Count == 0);
        var stored = (await GetAsync($"{study}/traces/export?format=ndjson")).Text.TrimEnd('\n').Split('\n');
        stored.Select(l => (string)JsonNode.Parse(l)!["data"]!["room"]!).Distinct().Count().ShouldBe(2000);
        stored.Length.ShouldBe(2000);
        (await AuditAsync(study)).Sum(a => (int)a.Details["putBack"]!).ShouldBe(2000);
    }

    [Fact]
    public async Task A_player_who_left_without_his_traces_keeps_his_number()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, TooLong(), player.Person);
        (await SendAsync(HttpMethod.Delete, "/api/v1/me?form=anonymise", null, player.Person)).Must(HttpStatusCode.OK);
        await AllowLongRoomsAsync(study);
        await Specifications.Eventually.HoldsAsync(async () =>
            (await QuarantineAsync(study))[0]! is var kept
            && (long?)kept["participant"] == 1
            && kept["sender"] is null
            && await TiesAsync(study) == 0
        );

        (await PostAsync($"{study}/quarantine/put-back", null)).Must(HttpStatusCode.OK);

        var stored = (await StoredAsync(study)).ShouldHaveSingleItem()!;
        ((string)stored["participant"]!).ShouldBe(player.Pseudonym);
    }

    [Fact]
    public async Task Who_has_all_of_his_destroyed_leaves_nothing_to_put_back()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        await SendTracesAsync(study, TooLong(), player.Person);
        await AllowLongRoomsAsync(study);

        (await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, player.Person)).Must(HttpStatusCode.OK);
        // Whether or not the removal has come this far: what is being erased is not stored again.
        await Specifications.Eventually.HoldsAsync(async () => await TiesAsync(study) == 0);
        (await PostAsync($"{study}/quarantine/put-back", null)).Must(HttpStatusCode.OK);

        await Specifications.Eventually.HoldsAsync(async () => (await QuarantineAsync(study)).Count == 0);
        (await StoredAsync(study)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_put_back_of_who_has_not_agreed()
    {
        var (study, player) = await RejectedAsync(TooLong());
        await AllowLongRoomsAsync(study);
        (
            await SendAsync(HttpMethod.Patch, study, """{"consent":{"required":true,"version":1,"text":"May we?"}}""")
        ).Must(HttpStatusCode.OK);
        var kept = (await QuarantineAsync(study)).ShouldHaveSingleItem()!;

        var refused = await PostAsync((string)kept["links"]!["put-back"]!, null);
        refused.Must(HttpStatusCode.Conflict).Pointers().ShouldBe(["/participant"]);
        var mended = await SendAsync(HttpMethod.Put, (string)kept["links"]!["self"]!, Trace());
        mended.Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["/participant"]);

        (await SendAsync(HttpMethod.Put, $"{study}/consent", new { version = 1 }, player)).Must(HttpStatusCode.OK);
        (await PostAsync((string)kept["links"]!["put-back"]!, null)).Must(HttpStatusCode.OK);
        (await StoredAsync(study)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_is_dismissed()
    {
        var (study, _) = await RejectedAsync(TooLong(), TooLong("another room with a long name"));
        var kept = await QuarantineAsync(study);
        var self = (string)kept[0]!["links"]!["self"]!;

        (await SendAsync(HttpMethod.Delete, self)).Must(HttpStatusCode.NoContent);

        (await SendAsync(HttpMethod.Delete, self)).Must(HttpStatusCode.NotFound);
        (await GetAsync(self)).Must(HttpStatusCode.NotFound);
        ((string)(await QuarantineAsync(study)).ShouldHaveSingleItem()!["id"]!).ShouldBe((string)kept[1]!["id"]!);
        (await AuditAsync(study)).ShouldHaveSingleItem().Action.ShouldBe("quarantine.dismissed");
    }

    [Fact]
    public async Task One_reason_is_dismissed_once_it_was_counted()
    {
        var (study, player) = await RejectedAsync(TooLong(), TooLong("another room with a long name"));
        await SendTracesAsync(study, Trace(change: t => t["name"] = null), player);
        var reasons = (await GetAsync($"{study}/quarantine/reasons")).Items;
        var dismiss = (string)reasons[0]!["links"]!["dismiss"]!;

        var counted = (await PostAsync(dismiss + "&dryRun=true", null)).Must(HttpStatusCode.OK);
        ((int)counted.Json["dismissed"]!).ShouldBe(2);
        (await QuarantineAsync(study)).Count.ShouldBe(3);
        var done = (await PostAsync(dismiss, null)).Must(HttpStatusCode.OK);
        ((int)done.Json["dismissed"]!).ShouldBe(2);
        (await QuarantineAsync(study)).Count.ShouldBe(1);

        var rest = (await PostAsync($"{study}/quarantine/dismiss", null)).Must(HttpStatusCode.OK);
        ((int)rest.Json["dismissed"]!).ShouldBe(1);
        (await QuarantineAsync(study)).ShouldBeEmpty();
        (await AuditAsync(study)).Sum(a => (int)a.Details["dismissed"]!).ShouldBe(3);
    }

    private async Task<int> TiesAsync(string study) =>
        (await GetAsync($"{study}/participants")).Items.Count(i => i!["username"] is not null);
}

public sealed class PuttingBackRejectedTracesOnSqlite(SqliteTraces traces)
    : PuttingBackRejectedTraces(traces),
        IClassFixture<SqliteTraces>;

public sealed class PuttingBackRejectedTracesOnPostgres(PostgresTraces traces)
    : PuttingBackRejectedTraces(traces),
        IClassFixture<PostgresTraces>;
