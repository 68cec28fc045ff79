using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Collections are declared, changed and deleted.</summary>
public abstract class DeclaringCollections(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Path = "/api/v1/collections";

    [Theory]
    [InlineData("books", "title")]
    [InlineData("items", "name")]
    [InlineData("todo", "title")]
    public async Task A_template_is_declared_by_its_name(string template, string field)
    {
        var name = NewName();
        var made = (await PostAsync(Path, new { template, name }, Administrator)).Must(HttpStatusCode.Created).Json;
        Self(made).ShouldBe($"{Path}/{name}");
        ((string)made["fields"]![0]!["name"]!).ShouldBe(field);
        ((int)made["fields"]![0]!["id"]!).ShouldBe(1);
        (await PostAsync(Path, new { template, name }, Administrator)).Pointers().ShouldBe(["/name"]);

        // The same name in another space is another collection.
        var other = (
            await PostAsync(
                Path,
                new
                {
                    template,
                    name,
                    space = "student-1",
                },
                Administrator
            )
        ).Must(HttpStatusCode.Created);
        Self(other.Json).ShouldBe($"{Path}/student-1.{name}");
        (await GetAsync($"{Path}?space=student-1", Administrator))
            .Items.Select(c => (string)c!["name"]!)
            .ShouldContain(name);

        var seen = (await GetAsync(Self(made))).Must(HttpStatusCode.OK).Json;
        seen["rules"].ShouldBeNull();
        (await PatchAsync(Self(made), new { description = "mine" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(Path, new { template })).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_declaration_is_told_at_once()
    {
        const string Bad = """
            {"name": "Bad name", "fields": [
              {"name": "id", "type": "string"},
              {"name": "and", "type": "string"},
              {"name": "a", "type": "enum"},
              {"name": "a", "type": "integer", "many": true},
              {"name": "b", "type": "text", "index": true},
              {"name": "c", "type": "string", "pattern": "(a)\\1"},
              {"name": "d", "type": "relation"},
              {"name": "e", "type": "json", "unique": true},
              {"name": "f", "type": "string", "see": "owner = @me.id"}
            ]}
            """;
        (await PostAsync(Path, JsonNode.Parse(Bad), Administrator))
            .Pointers()
            .ShouldBe([
                "/name",
                "/fields/0/name",
                "/fields/1/name",
                "/fields/2/values",
                "/fields/3/name",
                "/fields/3/many",
                "/fields/4/index",
                "/fields/5/pattern",
                "/fields/6/to",
                "/fields/7/unique",
                "/fields/8/see",
            ]);
        const string Rules = """
            {"name": "bad", "fields": [{"name": "a", "type": "integer", "default": "x"}, {"name": "b", "type": "relation", "to": "nothing"}],
             "rules": {"read": "a = \"1\"", "create": "nothing = 1", "update": "(", "delete": "true"}}
            """;
        (await PostAsync(Path, JsonNode.Parse(Rules), Administrator))
            .Pointers()
            .ShouldBe(["/fields/0/default", "/fields/1/to", "/rules/read", "/rules/create", "/rules/update"]);
        (await PostAsync(Path, new { template = "films" }, Administrator)).Pointers().ShouldBe(["/template"]);
        (await PostAsync(Path, new { }, Administrator)).Pointers().ShouldBe(["/name", "/fields"]);
    }

    [Fact]
    public async Task A_field_that_is_renamed_keeps_its_values_and_the_same_declaration_twice_changes_nothing()
    {
        var records = await DeclareAsync(
            """{"fields": [{"name": "title", "type": "string", "index": true}, {"name": "n", "type": "string"}], "rules": {"read": "true"}}"""
        );
        var address = records[..^"/records".Length];
        foreach (var n in new[] { "1", "2", "x" })
        {
            await CreateAsync(records, new { title = "t" + n, n }, Administrator);
        }

        var renamed = JsonNode.Parse(
            """{"fields": [{"id": 1, "name": "name", "type": "string", "index": true}, {"id": 2, "name": "n", "type": "string"}]}"""
        );
        var changed = (await PatchAsync(address, renamed, Administrator)).Must(HttpStatusCode.OK).Json;
        changed["differences"]!.AsArray().Select(d => (string)d!["kind"]!).ShouldBe(["field-renamed"]);
        Each(await GetAsync($"{records}?sort=-name"), "name").ShouldBe(["tx", "t2", "t1"]);
        (await GetAsync($"{records}?sort=title")).Pointers().ShouldBe(["?sort"]);
        var again = (await PatchAsync(address, renamed, Administrator)).Must(HttpStatusCode.OK).Json;
        again["differences"]!.AsArray().ShouldBeEmpty();
        ((long)again["collection"]!["revision"]!).ShouldBe(2);

        // Of another type: what can be converted is, what cannot is told and asks for a confirmation.
        var typed = JsonNode.Parse(
            """{"fields": [{"id": 1, "name": "name", "type": "string"}, {"id": 2, "name": "n", "type": "integer", "index": true}]}"""
        );
        var refused = await PatchAsync(address, typed, Administrator);
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Pointers().ShouldBe(["?confirm", "/n"]);
        var tried = (await PatchAsync(address + "?dryRun=true", typed, Administrator)).Must(HttpStatusCode.OK).Json;
        ((long)tried["lost"]!).ShouldBe(1);
        Each(await GetAsync(records), "n").ShouldBe(["1", "2", "x"]);
        (await PatchAsync(address + "?confirm=true", typed, Administrator)).Must(HttpStatusCode.OK);
        Each(await GetAsync(records + Query("n >= 2")), "n").ShouldBe(["2"]);
        Each(await GetAsync(records), "n").ShouldBe(["1", "2", null]);

        // A field that goes takes its values with it, and comes back without them.
        var without = JsonNode.Parse("""{"fields": [{"id": 1, "name": "name", "type": "string"}]}""");
        (await PatchAsync(address, without, Administrator)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await PatchAsync(address + "?confirm=true", without, Administrator)).Must(HttpStatusCode.OK);
        var back = JsonNode.Parse(
            """{"fields": [{"id": 1, "name": "name", "type": "string"}, {"name": "n", "type": "integer"}]}"""
        );
        var added = (await PatchAsync(address, back, Administrator)).Must(HttpStatusCode.OK).Json;
        ((int)added["collection"]!["fields"]![1]!["id"]!).ShouldBe(3);
        Each(await GetAsync(records), "n").ShouldBe([null, null, null]);
    }

    [Fact]
    public async Task A_collection_is_in_the_document_with_its_own_schema()
    {
        var records = await DeclareAsync(
            """
            {"fields": [
               {"name": "title", "type": "string", "required": true, "maxLength": 9, "example": "A"},
               {"name": "price", "type": "number", "minimum": 0.5}, {"name": "tags", "type": "enum", "values": ["a", "b"], "many": true},
               {"name": "secret", "type": "string", "hidden": true}],
             "rules": {"read": "true"}}
            """
        );
        var document = (await Server.SendAsync(HttpMethod.Get, "/openapi.json")).Must(HttpStatusCode.OK).Json;
        var list = document["paths"]![records]!["get"]!;
        ((string)list["x-collection"]!).ShouldBe(records.Split('/')[4]);
        var post = document["paths"]![records]!["post"]!["requestBody"]!["content"]!["application/json"]!;
        ((string)post["example"]!["title"]!).ShouldBe("A");
        var schema = document["components"]!["schemas"]![((string)post["schema"]!["$ref"]!).Split('/')[^1]]!;
        schema["properties"]!.AsObject().Select(p => p.Key).ShouldBe(["title", "price", "tags"]);
        schema["required"]!.AsArray().Select(name => (string)name!).ShouldBe(["title"]);
        ((int)schema["properties"]!["title"]!["maxLength"]!).ShouldBe(9);
        ((double)schema["properties"]!["price"]!["minimum"]!).ShouldBe(0.5);
        ((string)schema["properties"]!["tags"]!["items"]!["enum"]![1]!).ShouldBe("b");
        document["paths"]![records + "/{record}"]!
            .AsObject()
            .Select(o => o.Key)
            .Order()
            .ShouldBe(["delete", "get", "parameters", "patch", "put"]);

        var closed = await DeclareAsync("""{"fields": [{"name": "a", "type": "string"}]}""");
        document = (await Server.SendAsync(HttpMethod.Get, "/openapi.json")).Json;
        document["paths"]![closed].ShouldBeNull();
    }

    [Fact]
    public async Task What_the_records_do_not_allow_is_refused()
    {
        var records = await DeclareAsync(
            """{"fields": [{"name": "a", "type": "string"}], "rules": {"read": "true"}}"""
        );
        var address = records[..^"/records".Length];
        foreach (var a in new[] { "same", "same", null })
        {
            await CreateAsync(records, new { a }, Administrator);
        }

        object With(object field) => new { fields = new[] { field } };
        var unique = With(
            new
            {
                id = 1,
                name = "a",
                type = "string",
                unique = true,
            }
        );
        (await PatchAsync(address + "?confirm=true", unique, Administrator)).Pointers().ShouldBe(["/a"]);
        var required = With(
            new
            {
                id = 1,
                name = "a",
                type = "string",
                required = true,
            }
        );
        (await PatchAsync(address, required, Administrator)).Pointers().ShouldBe(["/a"]);
        var filled = With(
            new
            {
                id = 1,
                name = "a",
                type = "string",
                required = true,
                @default = "none",
            }
        );
        (await PatchAsync(address, filled, Administrator)).Must(HttpStatusCode.OK);
        Each(await GetAsync(records), "a").ShouldBe(["same", "same", "none"]);
        var unknown = With(
            new
            {
                id = 7,
                name = "a",
                type = "string",
            }
        );
        (await PatchAsync(address, unknown, Administrator)).Pointers().ShouldBe(["/fields/0/id"]);
        (await PatchAsync(address, new { name = "other" }, Administrator)).Pointers().ShouldBe(["/name"]);

        (await DeleteAsync(address, Administrator)).Pointers().ShouldBe(["?confirm"]);
        (await DeleteAsync(address + "?confirm=true", Administrator)).Must(HttpStatusCode.NoContent);
        (await GetAsync(records)).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}

public sealed class DeclaringCollectionsOnSqlite(SqliteCollections collections)
    : DeclaringCollections(collections),
        IClassFixture<SqliteCollections>;

public sealed class DeclaringCollectionsOnPostgres(PostgresCollections collections)
    : DeclaringCollections(collections),
        IClassFixture<PostgresCollections>;
