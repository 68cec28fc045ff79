using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Records are followed over Socket.IO, in the namespace /collections.</summary>
public abstract class FollowingLive(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Shared = """
        {"fields": [{"name": "title", "type": "string"}, {"name": "shared", "type": "boolean"}, {"name": "price", "type": "integer"},
                    {"name": "secret", "type": "string", "hidden": true}],
         "rules": {"read": "shared or owner = @me.id", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}}
        """;

    private const string Open = """
        {"fields": [{"name": "title", "type": "string"}, {"name": "price", "type": "integer"}, {"name": "staff", "type": "string", "see": "@me.role = 'administrator'"}],
         "rules": {"read": "true", "create": "@me.id != null", "update": "true", "delete": "true"}}
        """;

    private Task<LiveClient> ConnectAsync(Person person) => LiveClient.ConnectAsync(Server, person, "/collections");

    private static string NameOf(string records) => records.Split('/')[4];

    private static async Task<JsonNode> SubscribeAsync(
        LiveClient client,
        string records,
        string? filter = null,
        string? since = null
    )
    {
        var ack = await client.AskAsync(
            "subscribe",
            new
            {
                collection = NameOf(records),
                filter,
                since,
            }
        );
        ack["error"].ShouldBeNull(ack.ToJsonString());
        return ack;
    }

    private static string?[] Titles(IEnumerable<JsonNode> changes) =>
        [.. changes.Select(change => (bool)change["deleted"]! ? "-" : (string?)change["record"]!["title"])];

    [Fact]
    public async Task A_change_is_told_by_the_rules_as_the_record_is_and_was()
    {
        var records = await DeclareAsync(Shared);
        await using var mine = await ConnectAsync(Student);
        await using var others = await ConnectAsync(Other);
        var own = await SubscribeAsync(mine, records);
        await SubscribeAsync(others, records);

        await CreateAsync(records, new { title = "hidden" });
        var shown = await CreateAsync(records, new { title = "shown", shared = true });
        (await PatchAsync(Self(shown), new { shared = false })).Must(HttpStatusCode.OK);
        (await PatchAsync(Self(shown), new { title = "closed" })).Must(HttpStatusCode.OK);
        (await PatchAsync(Self(shown), new { shared = true })).Must(HttpStatusCode.OK);
        await mine.WaitAsync(
            "change",
            change => (string?)change["record"]?["title"] == "closed" && (bool)change["record"]!["shared"]!
        );
        await others.WaitAsync("change", change => (string?)change["record"]?["title"] == "closed");

        // Somebody who follows hears of each state, or of the last of some that came at once.
        Titles(others.Of("change")).ShouldBeSubsetOf(["shown", "-", "closed"]);
        Titles(others.Of("change"))[^1].ShouldBe("closed");
        others.Heard.ShouldAllBe(heard => !heard.Value.ToJsonString().Contains("hidden", StringComparison.Ordinal));
        Titles(mine.Of("change")).ShouldContain("hidden");
        mine.Of("change").ShouldAllBe(change => (string)change["subscription"]! == (string)own["id"]!);
    }

    [Fact]
    public async Task A_client_goes_on_where_it_was_without_a_gap()
    {
        var records = await DeclareAsync(Open);
        string cursor;
        await using (var first = await ConnectAsync(Student))
        {
            await SubscribeAsync(first, records);
            await CreateAsync(records, new { title = "one" });
            cursor = (string)(await first.WaitAsync("change"))[0]["cursor"]!;
        }

        // Others go on to hear meanwhile, and are not told twice.
        await using var other = await ConnectAsync(Other);
        await SubscribeAsync(other, records);
        var two = await CreateAsync(records, new { title = "two" });
        (await DeleteAsync(Self(two))).Must(HttpStatusCode.NoContent);
        await CreateAsync(records, new { title = "three" });
        await other.WaitAsync("change", change => (string?)change["record"]?["title"] == "three");

        await using var again = await ConnectAsync(Student);
        await SubscribeAsync(again, records, since: cursor);
        await CreateAsync(records, new { title = "four" });
        await again.WaitAsync("change", change => (string?)change["record"]?["title"] == "four");
        Titles(again.Of("change")).ShouldBe(["-", "three", "four"]);
        await other.WaitAsync("change", change => (string?)change["record"]?["title"] == "four");
        Titles(other.Of("change")).Count(title => title is "three" or "four").ShouldBe(2);
    }

    [Fact]
    public async Task A_filter_tells_what_meets_it_and_what_does_no_more()
    {
        var records = await DeclareAsync(Open);
        await using var client = await ConnectAsync(Student);
        var cheap = await SubscribeAsync(client, records, "price < 10");
        var all = await SubscribeAsync(client, records);
        var one = await CreateAsync(records, new { title = "one", price = 5 });
        JsonNode[] Of(JsonNode subscription) =>
            [.. client.Of("change").Where(change => (string)change["subscription"]! == (string)subscription["id"]!)];
        await Eventually.HoldsAsync(() => Of(cheap).Length == 1 && Of(all).Length == 1, "both heard");
        (await PatchAsync(Self(one), new { price = 50 })).Must(HttpStatusCode.OK);
        await Eventually.HoldsAsync(() => Of(cheap).Length == 2 && Of(all).Length == 2, "both heard again");
        Titles(Of(cheap)).ShouldBe(["one", "-"]);
        Titles(Of(all)).ShouldBe(["one", "one"]);

        (await client.AskAsync("unsubscribe", new { id = (string)all["id"]! }))["error"].ShouldBeNull();
        (await PatchAsync(Self(one), new { price = 1 })).Must(HttpStatusCode.OK);
        await Eventually.HoldsAsync(() => Of(cheap).Length == 3, "the other goes on");
        Of(all).Length.ShouldBe(2);
        (await client.RefusedAsync("unsubscribe", new { id = (string)all["id"]! })).ShouldBe("not_found");
        (await client.RefusedAsync("unsubscribe", new { id = "user:1" })).ShouldBe("not_found");

        // The same by HTTP.
        var changes = await GetAsync($"{records}/changes{Query("price > 10")}");
        changes.Must(HttpStatusCode.OK).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_may_not_be_followed_is_refused()
    {
        var (records, closed) = (
            await DeclareAsync(Shared),
            await DeclareAsync("""{"fields": [{"name": "a", "type": "string"}]}""")
        );
        await using var client = await ConnectAsync(Student);
        foreach (
            var (asked, code) in new (object, string)[]
            {
                (new { collection = NameOf(closed) }, "forbidden"),
                (new { collection = "nothing" }, "not_found"),
                (new { collection = NameOf(records), filter = "secret = 'x'" }, "invalid"),
                (new { collection = NameOf(records), filter = "price <" }, "invalid"),
                (new { collection = NameOf(records), since = "x" }, "invalid"),
                (
                    new
                    {
                        collection = NameOf(records),
                        since = "eyJwb3NpdGlvbiI6MSwicmV2aXNpb24iOjk5LCJhdCI6IjIwMjYtMTEtMjBUMDA6MDA6MDBaIn0",
                    },
                    "gone"
                ),
                (new { filter = "true" }, "not_found"),
                (new { collection = NameOf(records), more = 1 }, "invalid"),
            }
        )
        {
            (await client.RefusedAsync("subscribe", asked)).ShouldBe(code, asked.ToString());
        }
    }

    [Fact]
    public async Task Who_sees_something_else_from_now_on_hears_no_more()
    {
        var records = await DeclareAsync(Open);
        var person = await NewPersonAsync();
        await using var client = await ConnectAsync(person);
        var followed = await SubscribeAsync(client, records);
        await using var admin = await ConnectAsync(Administrator);
        await SubscribeAsync(admin, records);
        await CreateAsync(records, new { title = "one", staff = "s" }, Administrator);
        var seen = (await client.WaitAsync("change"))[0];
        seen["record"]!.AsObject().ContainsKey("staff").ShouldBeFalse();
        ((string)(await admin.WaitAsync("change"))[0]["record"]!["staff"]!).ShouldBe("s");

        // Another declaration: nobody hears by the old one.
        var collection = records[..^"/records".Length];
        (
            await PatchAsync(
                collection,
                new { rules = new { read = "@me.role = 'member'", create = "true" } },
                Administrator
            )
        ).Must(HttpStatusCode.OK);
        await CreateAsync(records, new { title = "two" }, Administrator);
        var end = (await client.WaitAsync("ended"))[0];
        ((string)end["code"]!, (string)end["subscription"]!).ShouldBe(("gone", (string)followed["id"]!));
        Titles(client.Of("change")).ShouldBe(["one"]);

        // Another role.
        await SubscribeAsync(client, records);
        (await PatchAsync($"/api/v1/users/{person.Id}", new { role = "researcher" }, Administrator)).Must(
            HttpStatusCode.OK
        );
        ((string)(await client.WaitAsync("ended", 2))[1]["code"]!).ShouldBe("forbidden");
        await CreateAsync(records, new { title = "three" }, Administrator);
        Titles(client.Of("change")).ShouldBe(["one"]);
    }
}

public sealed class FollowingLiveOnSqlite(SqliteCollections collections)
    : FollowingLive(collections),
        IClassFixture<SqliteCollections>;

public sealed class FollowingLiveOnPostgres(PostgresCollections collections)
    : FollowingLive(collections),
        IClassFixture<PostgresCollections>;
