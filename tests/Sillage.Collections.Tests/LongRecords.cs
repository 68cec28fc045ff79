using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Records of nearly a megabyte: what is asked for in a line is no long reply, no long unit of work, and leaves no pile on the disk.</summary>
public abstract class LongRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const int Count = 10;

    // A page goes beyond its room by one record at most.
    private const int MostReply = (4 * 1024 * 1024) + 1_000_000;

    private static readonly string Fields = string.Join(
        ", ",
        Enumerable.Range(0, 9).Select(i => $$"""{"name": "a{{i}}", "type": "text"}""")
    );

    private static JsonObject Long()
    {
        var record = new JsonObject { ["n"] = 1 };
        foreach (var i in Enumerable.Range(0, 9))
        {
            record["a" + i] = new string('x', 100_000);
        }

        return record;
    }

    private async Task<(string Records, List<JsonNode> Made)> FillAsync(string more = "", string? name = null)
    {
        var records = await DeclareAsync(
            $$"""
            {"fields": [{"name": "n", "type": "integer"}, {{Fields}}{{more}}],
             "rules": {"read": "true", "create": "true", "update": "true", "delete": "true"} }
            """,
            name
        );
        var made = new List<JsonNode>();
        for (var i = 0; i < Count; i++)
        {
            made.Add(await CreateAsync(records, Long()));
        }

        return (records, made);
    }

    private static int Length(Answer answer) => answer.Must(HttpStatusCode.OK).Bytes.Length;

    [Fact]
    public async Task A_page_ends_where_it_has_no_more_room_and_the_next_one_goes_on()
    {
        var (records, _) = await FillAsync();
        var (found, pages) = (new List<string>(), 0);
        for (var at = records + "?limit=1000&sort=-created"; at is not null; pages++)
        {
            var page = await GetAsync(at);
            Length(page).ShouldBeLessThan(MostReply);
            found.AddRange(Each(page, "id")!);
            at = (string?)page.Json["next"];
        }

        found.Distinct().Count().ShouldBe(Count);
        found.Count.ShouldBe(Count);
        pages.ShouldBe(2);

        var since = "";
        found.Clear();
        for (var more = true; more; )
        {
            var changes = await GetAsync($"{records}/changes?limit=1000{since}");
            Length(changes).ShouldBeLessThan(MostReply);
            found.AddRange(changes.Items.Select(change => (string)change!["id"]!));
            since = $"&since={changes.Json["cursor"]}";
            more = (bool)changes.Json["more"]!;
        }

        found.Distinct().Count().ShouldBe(Count);
        found.Count.ShouldBe(Count);
    }

    [Fact]
    public async Task What_many_records_lead_to_is_not_told_without_end()
    {
        var name = NewName();
        var (_, made) = await FillAsync(name: name);
        var leading = await DeclareAsync(
            $$"""
            {"fields": [{"name": "to", "type": "relation", "to": "{{name}}"}], "rules": {"read": "true", "create": "true"} }
            """
        );
        for (var i = 0; i < 30; i++)
        {
            await CreateAsync(leading, new { to = (string)made[0]["id"]! });
        }

        Each(await GetAsync(leading + "?limit=3&expand=to"), "to").Length.ShouldBe(3);
        var refused = await GetAsync(leading + "?limit=1000&expand=to");
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["?expand"]);
    }

    [Fact]
    public async Task A_batch_of_small_changes_of_long_records_is_bounded_and_changes_sent_of_a_copy_are_answered_in_parts()
    {
        var (records, made) = await FillAsync();
        var collection = records.Split('/')[^2];
        var change = new
        {
            @do = "change",
            collection,
            record = (string)made[0]["id"]!,
            body = new { n = 2 },
        };
        var refused = await PostAsync("/api/v1/batch", new { operations = Enumerable.Repeat(change, 100) });
        refused.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        ((int)(await GetAsync(Self(made[0]))).Json["n"]!).ShouldBe(1);

        var changes = made.Select(one => new { id = (string)one["id"]!, record = new { n = 3 } }).ToList();
        var answered = 0;
        while (answered < Count)
        {
            var reply = await PostAsync(records + "/sync", new { changes = changes.Skip(answered) });
            Length(reply).ShouldBeLessThan(MostReply);
            var results = reply.Json["results"]!.AsArray();
            results.Count.ShouldBeInRange(1, 6);
            answered += results.Count;
        }
    }

    [Fact]
    public async Task What_long_records_were_is_not_kept_without_end()
    {
        // Of its own: rate limits are off in the one that tests share.
        await using var server = await Collections.StartAsync(("Limits:RateLimits:Enabled", "true"));
        var person = await server.RegisterAsync(Collections.NewName());
        var admin = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        Task<Answer> AskAsync(HttpMethod method, string path, object body) =>
            server.SendAsync(method, path, body, person.Token);

        var declared = JsonNode.Parse(
            $$"""
            {"name": "mine", "fields": [{"name": "n", "type": "integer"}, {{Fields}}],
             "rules": {"read": "owner = @me.id", "create": "true", "update": "true"} }
            """
        );
        (await server.SendAsync(HttpMethod.Post, "/api/v1/collections", (object?)declared, admin.Token)).Must(
            HttpStatusCode.Created
        );
        const string records = "/api/v1/collections/mine/records";
        var made = (await AskAsync(HttpMethod.Post, records, Long())).Must(HttpStatusCode.Created).Json;
        var changed = 0;
        while ((await AskAsync(HttpMethod.Patch, Self(made), new { n = changed })).Status == HttpStatusCode.OK)
        {
            (++changed).ShouldBeLessThan(100);
        }

        // 64 MiB of records of 900 KB.
        changed.ShouldBeInRange(60, 90);
        var refused = await AskAsync(HttpMethod.Patch, Self(made), new { n = -1 });
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        var small = (await AskAsync(HttpMethod.Post, records, new { n = 1 })).Must(HttpStatusCode.Created).Json;
        (await AskAsync(HttpMethod.Patch, Self(small), new { n = 2 })).Must(HttpStatusCode.OK);
    }
}

public sealed class LongRecordsOnSqlite(SqliteCollections collections)
    : LongRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class LongRecordsOnPostgres(PostgresCollections collections)
    : LongRecords(collections),
        IClassFixture<PostgresCollections>;
