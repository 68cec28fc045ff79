using System.Text;
using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Records are created, read, replaced, changed and deleted.</summary>
public abstract class WritingRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Everything = """
        {
          "fields": [
            {"name": "line", "type": "string", "required": true, "maxLength": 20, "pattern": "[a-z ]+"},
            {"name": "long", "type": "text"},
            {"name": "whole", "type": "integer", "minimum": -5, "maximum": 10},
            {"name": "real", "type": "number"},
            {"name": "money", "type": "decimal", "scale": 2},
            {"name": "truth", "type": "boolean", "default": true},
            {"name": "day", "type": "date", "minimum": "2000-01-01"},
            {"name": "time", "type": "timestamp"},
            {"name": "span", "type": "duration"},
            {"name": "mail", "type": "email"},
            {"name": "page", "type": "url"},
            {"name": "word", "type": "enum", "values": ["one", "two"]},
            {"name": "any", "type": "json"},
            {"name": "words", "type": "string", "many": true},
            {"name": "code", "type": "string", "unique": true}
          ],
          "rules": {"read": "true", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}
        }
        """;

    private static JsonObject Full(string code) =>
        new()
        {
            ["line"] = "a line",
            ["long"] = "Much\ntext 🚣",
            ["whole"] = 7,
            ["real"] = 2.5,
            ["money"] = "12.50",
            ["truth"] = false,
            ["day"] = "2026-11-20",
            ["time"] = "2026-11-20T10:30:00.25+01:00",
            ["span"] = "PT1H30M",
            ["mail"] = "student-1@example.org",
            ["page"] = "https://example.org/a?b=c",
            ["word"] = "two",
            ["any"] = new JsonObject { ["b"] = new JsonArray(1, "x", null), ["a"] = new JsonObject() },
            ["words"] = new JsonArray("new", "old"),
            ["code"] = code,
        };

    [Fact]
    public async Task Every_type_comes_back_as_it_was_sent_in_JSON_and_in_XML()
    {
        var records = await DeclareAsync(Everything);
        var sent = Full("a");
        var made = await CreateAsync(records, sent);
        sent["time"] = "2026-11-20T09:30:00.25Z";
        foreach (var (name, value) in sent)
        {
            JsonNode.DeepEquals(made[name], value).ShouldBeTrue($"{name}: {made[name]} instead of {value}");
        }

        ((Guid)made["owner"]!).ShouldBe(Student.Id);
        var xml = await SendAsync(HttpMethod.Get, Self(made), null, null, ("Accept", "application/xml"));
        xml.ContentType.ShouldBe("application/xml; charset=utf-8");
        var text = xml
            .Text.Replace(">a</code>", ">b</code>", StringComparison.Ordinal)
            .Replace((string)made["id"]!, Guid.CreateVersion7().ToString(), StringComparison.Ordinal);
        var again = await Server.SendAsync(
            HttpMethod.Post,
            records,
            new StringContent(text, Encoding.UTF8, "application/xml"),
            Student.Token
        );
        again.Must(HttpStatusCode.Created);
        foreach (var (name, value) in sent.Where(member => member.Key != "code"))
        {
            JsonNode.DeepEquals(again.Json[name], value).ShouldBeTrue($"{name}: {again.Json[name]} instead of {value}");
        }
    }

    [Fact]
    public async Task Plain_XML_is_read_by_what_the_fields_hold()
    {
        var records = await DeclareAsync(Everything);
        const string Xml =
            "<book><line>a line</line><whole>3</whole><real>1e1</real><truth>false</truth><money>1</money></book>";
        var made = await Server.SendAsync(
            HttpMethod.Post,
            records,
            new StringContent(Xml, Encoding.UTF8, "application/xml"),
            Student.Token
        );
        made.Must(HttpStatusCode.Created);
        ((long)made.Json["whole"]!).ShouldBe(3);
        ((double)made.Json["real"]!).ShouldBe(10);
        ((bool)made.Json["truth"]!).ShouldBeFalse();
        ((string)made.Json["money"]!).ShouldBe("1.00");
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_with_its_place()
    {
        var records = await DeclareAsync(Everything);
        var bad = new JsonObject
        {
            ["line"] = "Not a-z!",
            ["whole"] = 11,
            ["real"] = "x",
            ["money"] = "1.234",
            ["truth"] = 1,
            ["day"] = "1999-12-31",
            ["time"] = "yesterday",
            ["span"] = "P1Y",
            ["mail"] = "student-1",
            ["page"] = "javascript:alert(1)",
            ["word"] = "three",
            ["words"] = new JsonArray("x", 1),
            ["nothing"] = 1,
        };
        var answer = await PostAsync(records, bad);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer
            .Pointers()
            .ShouldBe([
                "/line",
                "/whole",
                "/real",
                "/money",
                "/truth",
                "/day",
                "/time",
                "/span",
                "/mail",
                "/page",
                "/word",
                "/words/1",
                "/nothing",
            ]);
        (await PostAsync(records, new { whole = 1 })).Pointers().ShouldBe(["/line"]);
        (await PostAsync(records, new[] { 1 })).Pointers().ShouldBe([""]);
    }

    [Fact]
    public async Task A_record_is_replaced_changed_deleted_and_restored()
    {
        var records = await DeclareAsync(Everything);
        var made = await CreateAsync(records, Full("x"));
        var read = await GetAsync(Self(made));
        JsonNode.DeepEquals(read.Json, made).ShouldBeTrue();

        var patched = await PatchAsync(
            Self(made),
            new JsonObject
            {
                ["whole"] = null,
                ["any"] = new JsonObject { ["a"] = 1 },
            }
        );
        patched.Must(HttpStatusCode.OK);
        patched.Json["whole"].ShouldBeNull();
        ((long)patched.Json["any"]!["a"]!).ShouldBe(1);
        patched.Json["any"]!["b"].ShouldNotBeNull();

        var old = read.Header("ETag")!;
        (await SendAsync(HttpMethod.Put, Self(made), new { line = "late" }, null, ("If-Match", old))).Status.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        var now = patched.Header("ETag")!;
        var replaced = await SendAsync(HttpMethod.Put, Self(made), new { line = "in time" }, null, ("If-Match", now));
        replaced.Must(HttpStatusCode.OK);
        replaced.Json["real"].ShouldBeNull();
        replaced.Json["words"]!.AsArray().ShouldBeEmpty();

        (await DeleteAsync(Self(made), Other)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync(Self(made))).Must(HttpStatusCode.NoContent);
        (await GetAsync(Self(made))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(Self(made))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(records)).Items.ShouldBeEmpty();
        (await PostAsync(Self(made) + "/restore")).Must(HttpStatusCode.OK);
        Each(await GetAsync(records), "line").ShouldBe(["in time"]);
    }

    [Fact]
    public async Task A_unique_value_is_had_once()
    {
        var records = await DeclareAsync(Everything);
        var first = await CreateAsync(records, new { line = "a", code = "same" });
        var second = await CreateAsync(records, new { line = "b", code = "other" });
        (await PostAsync(records, new { line = "c", code = "same" })).Pointers().ShouldBe(["/code"]);
        (await PatchAsync(Self(second), new { code = "same" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await DeleteAsync(Self(first))).Must(HttpStatusCode.NoContent);
        (await PatchAsync(Self(second), new { code = "same" })).Must(HttpStatusCode.OK);
        (await PostAsync(Self(first) + "/restore")).Pointers().ShouldBe(["/code"]);

        var codes = Enumerable.Range(0, 8).Select(_ => PostAsync(records, new { line = "d", code = "raced" }));
        var answers = await Task.WhenAll(codes);
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(7);
    }

    [Fact]
    public async Task A_repeated_creation_makes_one_record()
    {
        var records = await DeclareAsync(Everything);
        var key = ("Idempotency-Key", "once");
        var first = await SendAsync(HttpMethod.Post, records, new { line = "once" }, null, key);
        var again = await SendAsync(HttpMethod.Post, records, new { line = "once" }, null, key);
        again.Must(HttpStatusCode.Created).Text.ShouldBe(first.Must(HttpStatusCode.Created).Text);
        (await GetAsync(records)).Items.Count.ShouldBe(1);

        var id = Guid.CreateVersion7();
        (await PostAsync(records, new { id, line = "mine" })).Must(HttpStatusCode.Created);
        (await PostAsync(records, new { id, line = "mine" })).Pointers().ShouldBe(["/id"]);
        (await PostAsync(records, new { id = "7", line = "mine" })).Pointers().ShouldBe(["/id"]);
    }

    [Fact]
    public async Task A_batch_is_done_whole_or_not_at_all()
    {
        var (first, second) = (await DeclareAsync(Everything), await DeclareAsync(Everything));
        string Of(string records) => records.Split('/')[4];
        var made = await CreateAsync(first, new { line = "here" });
        var record = (Guid)made["id"]!;
        object[] good =
        [
            new
            {
                @do = "create",
                collection = Of(second),
                body = new { line = "new", code = "b" },
            },
            new
            {
                @do = "change",
                collection = Of(first),
                record,
                body = new { whole = 3 },
            },
            new
            {
                @do = "replace",
                collection = Of(first),
                record,
                body = new { line = "there" },
            },
            new
            {
                @do = "delete",
                collection = Of(first),
                record,
            },
        ];
        object[] bad =
        [
            .. good,
            new
            {
                @do = "create",
                collection = Of(second),
                body = new { line = "NOT", code = "b" },
            },
        ];
        var refused = await PostAsync("/api/v1/batch", new { operations = bad });
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["/operations/4/body/line"]);
        (await GetAsync(second)).Items.ShouldBeEmpty();
        Each(await GetAsync(first), "line").ShouldBe(["here"]);

        var done = (await PostAsync("/api/v1/batch", new { operations = good })).Must(HttpStatusCode.Created).Json;
        done["records"]!.AsArray().Select(r => (string?)r?["line"]).ShouldBe(["new", "here", "there", null]);
        ((long)done["records"]![1]!["whole"]!).ShouldBe(3);
        (await GetAsync(first)).Items.ShouldBeEmpty();
        Each(await GetAsync(second), "line").ShouldBe(["new"]);

        var others = new object[]
        {
            new
            {
                @do = "delete",
                collection = Of(first),
                record,
            },
        };
        (await PostAsync("/api/v1/batch", new { operations = others })).Status.ShouldBe(HttpStatusCode.NotFound);
        var taken = new object[]
        {
            new
            {
                @do = "create",
                collection = Of(second),
                body = new { line = "x", code = "b" },
            },
        };
        (await PostAsync("/api/v1/batch", new { operations = taken })).Pointers().ShouldBe(["/operations/0/body/code"]);
        (await PostAsync("/api/v1/batch", new { operations = Array.Empty<object>() }))
            .Pointers()
            .ShouldBe(["/operations"]);
        var nothing = new object[] { new { @do = "create", collection = Of(second) } };
        (await PostAsync("/api/v1/batch", new { operations = nothing })).Pointers().ShouldBe(["/operations/0"]);
    }

    [Fact]
    public async Task A_copy_follows_by_what_changed()
    {
        var name = NewName();
        (await PostAsync("/api/v1/collections", new { template = "todo", name }, Administrator)).Must(
            HttpStatusCode.Created
        );
        var records = $"/api/v1/collections/{name}/records";
        var one = await CreateAsync(records, new { title = "one" });
        var two = await CreateAsync(records, new { title = "two" });
        await CreateAsync(records, new { title = "not mine" }, Other);
        (await DeleteAsync(Self(await CreateAsync(records, new { title = "gone before" })))).Must(
            HttpStatusCode.NoContent
        );

        async Task<(string[] Seen, string Cursor, bool More)> FollowAsync(string query, Person? person = null)
        {
            var json = (await GetAsync(records + "/changes" + query, person)).Must(HttpStatusCode.OK).Json;
            var items = json["items"]!
                .AsArray()
                .Select(i => (bool)i!["deleted"]! ? $"-{i["id"]}" : (string)i["record"]!["title"]!);
            return ([.. items], (string)json["cursor"]!, (bool)json["more"]!);
        }

        var (seen, cursor, more) = await FollowAsync("?limit=1");
        seen.ShouldBe(["one"]);
        more.ShouldBeTrue();
        (seen, cursor, more) = await FollowAsync("?since=" + cursor);
        seen.ShouldContain("two");
        more.ShouldBeFalse();
        (await FollowAsync("?since=" + cursor)).Seen.ShouldBeEmpty();

        (await PatchAsync(Self(one), new { title = "one again" })).Must(HttpStatusCode.OK);
        (await DeleteAsync(Self(two))).Must(HttpStatusCode.NoContent);
        await CreateAsync(records, new { title = "not mine either" }, Other);
        (seen, cursor, _) = await FollowAsync("?since=" + cursor);
        seen.ShouldBe(["one again", $"-{two["id"]}"]);
        (await FollowAsync("?since=" + cursor)).Seen.ShouldBeEmpty();
        (await FollowAsync("", Other)).Seen.ShouldBe(["not mine", "not mine either"]);

        (await GetAsync(records + "/changes?since=x")).Pointers().ShouldBe(["?since"]);
        (await GetAsync(records + "/changes?limit=0")).Pointers().ShouldBe(["?limit"]);
        (await PatchAsync($"/api/v1/collections/{name}", new { description = "other" }, Administrator)).Must(
            HttpStatusCode.OK
        );
        (await GetAsync(records + "/changes?since=" + cursor)).Status.ShouldBe(HttpStatusCode.Gone);
    }
}

public sealed class WritingRecordsOnSqlite(SqliteCollections collections)
    : WritingRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class WritingRecordsOnPostgres(PostgresCollections collections)
    : WritingRecords(collections),
        IClassFixture<PostgresCollections>;
