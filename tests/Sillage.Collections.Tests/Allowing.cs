namespace Sillage.Collections.Tests;

/// <summary>Rules let people, and nobody else.</summary>
public abstract class Allowing(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private Task<Answer> AnonymousAsync(HttpMethod method, string path, object? body = null) =>
        Server.SendAsync(method, path, body);

    [Fact]
    public async Task Without_rules_nobody_gets_in_but_who_looks_after_it()
    {
        var records = await DeclareAsync("""{"fields": [{"name": "a", "type": "string"}]}""");
        var made = await CreateAsync(records, new { a = "x" }, Administrator);
        (await GetAsync(records)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync(Self(made))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(records, new { a = "y" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PatchAsync(Self(made), new { a = "y" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await AnonymousAsync(HttpMethod.Get, records)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AnonymousAsync(HttpMethod.Post, records, new { a = "y" })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AnonymousAsync(HttpMethod.Get, Self(made))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(records, Administrator)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Everybody_has_a_list_of_their_own()
    {
        var name = NewName();
        (await PostAsync("/api/v1/collections", new { template = "todo", name }, Administrator)).Must(
            HttpStatusCode.Created
        );
        var records = $"/api/v1/collections/{name}/records";
        var mine = await CreateAsync(records, new { title = "Row" });
        await CreateAsync(records, new { title = "Rest" }, Other);
        ((bool)mine["done"]!).ShouldBeFalse();

        Each(await GetAsync(records), "title").ShouldBe(["Row"]);
        Each(await GetAsync(records + Query("title ~ \"r\""), Other), "title").ShouldBe(["Rest"]);
        Each(await GetAsync(records, Administrator), "title").ShouldBe(["Row", "Rest"]);
        (await GetAsync(Self(mine), Other)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PatchAsync(Self(mine), new { done = true }, Other)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(Self(mine), Other)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PatchAsync(Self(mine), new { done = true })).Must(HttpStatusCode.OK);
        (await AnonymousAsync(HttpMethod.Get, records)).Must(HttpStatusCode.OK).Items.ShouldBeEmpty();
        (await AnonymousAsync(HttpMethod.Post, records, new { title = "x" })).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task A_change_is_judged_on_the_record_before_and_after()
    {
        var records = await DeclareAsync(
            """
            {"fields": [{"name": "state", "type": "enum", "values": ["draft", "done"], "default": "draft"}, {"name": "grade", "type": "integer", "set": "@me.role = \"administrator\""}],
             "rules": {"read": "true", "create": "state = \"draft\"", "update": "state = \"draft\" and owner = @me.id", "delete": "false"}}
            """
        );
        (await PostAsync(records, new { state = "done" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        var made = await CreateAsync(records, new { });
        (await PatchAsync(Self(made), new { state = "done" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        ((string)(await GetAsync(Self(made))).Json["state"]!).ShouldBe("draft");
        (await PatchAsync(Self(made), new { state = "draft" }, Other)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PatchAsync(Self(made), new { grade = 6 })).Pointers().ShouldBe(["/grade"]);
        (await PatchAsync(Self(made), new { grade = 6 }, Administrator)).Must(HttpStatusCode.OK);
        // What one may not set, and sends back as it was, stays.
        (await PutAsync(Self(made), new { state = "draft", grade = 6 })).Must(HttpStatusCode.OK);
        ((long)(await PutAsync(Self(made), new { state = "draft" })).Json["grade"]!).ShouldBe(6);
        (await DeleteAsync(Self(made))).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Rules_are_tried_on_a_person_and_a_record()
    {
        var records = await DeclareAsync(
            """
            {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string", "hidden": true}],
             "rules": {"read": "true", "create": "a > 1 and @me.id != null", "update": "a < 10 and (owner = @me.id or a = 3)"}}
            """
        );
        var address = records[..^"/records".Length] + "/rules/try";
        var made = await CreateAsync(records, new { a = 2 });
        var record = (Guid)made["id"]!;
        async Task<string[]> TryAsync(object trial)
        {
            var tried = (await PostAsync(address, trial, Administrator)).Must(HttpStatusCode.OK).Json;
            return [.. tried["deeds"]!.AsArray().Select(d => $"{d!["deed"]} {d["allowed"]} {d["why"]}")];
        }

        (
            await TryAsync(
                new
                {
                    person = "student-1",
                    record,
                    @new = new { a = 1 },
                }
            )
        ).ShouldBe([
            "create false 'a > 1' does not hold.",
            "read true The rule 'true' holds.",
            "update true The rule 'a < 10 and (owner = @me.id or a = 3)' holds.",
            "delete false There is no rule, so nobody may.",
        ]);
        (await TryAsync(new { record, @new = new { a = 2 } })).ShouldBe([
            "create false '@me.id != null' does not hold.",
            "read true The rule 'true' holds.",
            "update false '(owner = @me.id or a = 3)' does not hold.",
            "delete false There is no rule, so nobody may.",
        ]);
        (await TryAsync(new { person = TestUsers.AdministratorName, record }))[2].ShouldStartWith("delete true");
        (await PostAsync(address, new { person = "nobody-here" }, Administrator)).Pointers().ShouldBe(["/person"]);
        (await PostAsync(address, new { record = Guid.CreateVersion7() }, Administrator))
            .Pointers()
            .ShouldBe(["/record"]);
        (await PostAsync(address, new { record })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync(records)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_open_collection_is_anybodys()
    {
        var name = NewName();
        (
            await PostAsync(
                "/api/v1/collections",
                new
                {
                    template = "items",
                    open = true,
                    name,
                },
                Administrator
            )
        ).Must(HttpStatusCode.Created);
        var records = $"/api/v1/collections/{name}/records";
        var made = (
            await AnonymousAsync(
                HttpMethod.Post,
                records,
                new
                {
                    name = "Foo",
                    price = 35.4,
                    tags = new[] { "new" },
                }
            )
        ).Must(HttpStatusCode.Created).Json;
        made["owner"].ShouldBeNull();
        (await AnonymousAsync(HttpMethod.Put, Self(made), new { name = "Bar", price = 1 })).Must(HttpStatusCode.OK);
        (await AnonymousAsync(HttpMethod.Delete, Self(made))).Must(HttpStatusCode.NoContent);
    }
}

public sealed class AllowingOnSqlite(SqliteCollections collections)
    : Allowing(collections),
        IClassFixture<SqliteCollections>;

public sealed class AllowingOnPostgres(PostgresCollections collections)
    : Allowing(collections),
        IClassFixture<PostgresCollections>;
