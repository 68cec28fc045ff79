using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Changes of a copy are sent, once and again.</summary>
public abstract class SyncingRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Tasks = """
        {"fields": [{"name": "title", "type": "string", "required": true}, {"name": "done", "type": "boolean"}, {"name": "due", "type": "timestamp"},
                    {"name": "tags", "type": "string", "many": true}, {"name": "extra", "type": "json"}, {"name": "code", "type": "string", "unique": true}],
         "rules": {"read": "owner = @me.id or title = 'open'", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}}
        """;

    private async Task<JsonArray> SyncAsync(string records, params object[] changes) =>
        (await PostAsync(records + "/sync", new { changes })).Must(HttpStatusCode.OK).Json["results"]!.AsArray();

    private async Task<string> LastAsync(string records) =>
        (string)(await GetAsync(records + "/changes")).Must(HttpStatusCode.OK).Json["cursor"]!;

    private async Task<int> ChangesSinceAsync(string records, string cursor) =>
        (await GetAsync($"{records}/changes?since={cursor}")).Must(HttpStatusCode.OK).Items.Count;

    private static string Outcome(JsonNode? result) => (string)result!["outcome"]!;

    [Fact]
    public async Task What_nobody_else_touched_is_accepted_and_sent_again_is_found_to_be_done()
    {
        var records = await DeclareAsync(Tasks);
        var (made, gone) = (Guid.CreateVersion7(), await CreateAsync(records, new { title = "gone" }));
        var kept = await CreateAsync(records, new { title = "kept", tags = new[] { "a" } });
        object[] changes =
        [
            new { id = made, record = new { title = "made", due = "2026-11-20T10:30:00+01:00" } },
            new
            {
                id = (string)kept["id"]!,
                @base = kept,
                record = new
                {
                    title = "kept",
                    done = true,
                    tags = new[] { "b" },
                },
            },
            new { id = (string)gone["id"]!, @base = gone },
        ];

        var results = await SyncAsync(records, changes);
        results.Select(Outcome).ShouldBe(["accepted", "accepted", "accepted"]);
        ((string)results[0]!["record"]!["due"]!).ShouldStartWith("2026-11-20T09:30:00");
        ((bool)results[1]!["record"]!["done"]!).ShouldBeTrue();
        results[1]!["record"]!["tags"]!.ToJsonString().ShouldBe("""["b"]""");
        Each(await GetAsync(records), "title").ShouldBe(["kept", "made"], ignoreOrder: true);

        var cursor = await LastAsync(records);
        var again = await SyncAsync(records, changes);
        again.Select(Outcome).ShouldBe(["accepted", "accepted", "accepted"]);
        JsonNode.DeepEquals(again[0]!["record"], results[0]!["record"]).ShouldBeTrue();
        (await ChangesSinceAsync(records, cursor)).ShouldBe(0);
    }

    [Fact]
    public async Task Other_members_are_merged_and_the_same_is_a_conflict_with_both_sides()
    {
        var records = await DeclareAsync(Tasks);
        var was = await CreateAsync(records, new { title = "one", extra = new { a = 1, b = 2 } });
        var id = (string)was["id"]!;
        (await PatchAsync(Self(was), new { title = "theirs" })).Must(HttpStatusCode.OK);

        var merged = (
            await SyncAsync(
                records,
                new
                {
                    id,
                    @base = was,
                    record = new
                    {
                        title = "one",
                        done = true,
                        extra = new { a = 1 },
                    },
                }
            )
        ).Single()!;
        Outcome(merged).ShouldBe("merged");
        ((string)merged["record"]!["title"]!).ShouldBe("theirs");
        // A JSON value is one member: what is left out of it is gone.
        merged["record"]!["extra"]!.ToJsonString().ShouldBe("""{"a":1}""");

        var conflict = (
            await SyncAsync(
                records,
                new
                {
                    id,
                    @base = was,
                    record = new { title = "mine" },
                }
            )
        ).Single()!;
        Outcome(conflict).ShouldBe("conflict");
        conflict["fields"]!.ToJsonString().ShouldBe("""["title"]""");
        ((string)conflict["record"]!["title"]!).ShouldBe("theirs");
        ((string)conflict["yours"]!["title"]!).ShouldBe("mine");
        Each(await GetAsync(records), "title").ShouldBe(["theirs"]);

        // Settled by sending it with what the server had.
        var settled = await SyncAsync(
            records,
            new
            {
                id,
                @base = conflict["record"],
                record = new { title = "mine" },
            }
        );
        Outcome(settled.Single()).ShouldBe("accepted");
        // Both wanted the same.
        var same = new
        {
            id,
            @base = new { title = "one" },
            record = new { title = "mine" },
        };
        Outcome((await SyncAsync(records, same)).Single()).ShouldBe("accepted");
    }

    [Fact]
    public async Task What_one_deleted_and_another_changed_is_a_conflict()
    {
        var records = await DeclareAsync(Tasks);
        var was = await CreateAsync(records, new { title = "one" });
        var id = (string)was["id"]!;
        (await PatchAsync(Self(was), new { done = true })).Must(HttpStatusCode.OK);
        var late = (await SyncAsync(records, new { id, @base = was })).Single()!;
        Outcome(late).ShouldBe("conflict");
        late["fields"]!.ToJsonString().ShouldBe("""["done"]""");

        (await DeleteAsync(Self(was))).Must(HttpStatusCode.NoContent);
        var changed = (
            await SyncAsync(
                records,
                new
                {
                    id,
                    @base = was,
                    record = new { title = "two" },
                }
            )
        ).Single()!;
        Outcome(changed).ShouldBe("conflict");
        changed["record"].ShouldBeNull();
        ((string)changed["yours"]!["title"]!).ShouldBe("two");
    }

    [Fact]
    public async Task What_is_refused_holds_up_nothing_else()
    {
        var records = await DeclareAsync(Tasks);
        await CreateAsync(records, new { title = "taken", code = "x" });
        var others = await CreateAsync(records, new { title = "open" }, Other);
        var hidden = await CreateAsync(records, new { title = "hidden" }, Other);
        var results = await SyncAsync(
            records,
            new { id = Guid.CreateVersion7(), record = new { done = "yes" } },
            new { id = Guid.CreateVersion7(), record = new { title = "double", code = "x" } },
            new
            {
                id = (string)others["id"]!,
                @base = others,
                record = new { title = "mine" },
            },
            new
            {
                id = (string)hidden["id"]!,
                @base = hidden,
                record = new { title = "mine" },
            },
            new { id = (string)hidden["id"]!, record = new { title = "mine" } },
            new { id = Guid.CreateVersion7(), record = new { title = "good" } }
        );
        results.Select(Outcome).ShouldBe(["refused", "refused", "refused", "refused", "refused", "accepted"]);
        results.Select(result => (int?)result!["status"]).ShouldBe([400, 409, 403, 404, 409, null]);
        results[0]!["errors"]!.AsArray().Select(error => (string)error!["pointer"]!).ShouldBe(["/done", "/title"]);
        Each(await GetAsync(records), "title").ShouldBe(["taken", "open", "good"]);
        ((string)(await GetAsync(Self(hidden), Other)).Json["title"]!).ShouldBe("hidden");
        (await PostAsync(records + "/sync", new { changes = Array.Empty<object>() })).Pointers().ShouldBe(["/changes"]);
        (await Server.SendAsync(HttpMethod.Post, records + "/sync", new { })).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }
}

public sealed class SyncingRecordsOnSqlite(SqliteCollections collections)
    : SyncingRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class SyncingRecordsOnPostgres(PostgresCollections collections)
    : SyncingRecords(collections),
        IClassFixture<PostgresCollections>;
