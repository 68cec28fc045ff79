using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Collections.Paths;

namespace Sillage.Collections.Tests;

/// <summary>Collections under an address and in a form of their own.</summary>
public abstract class OwnAddresses(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Fields = """{"fields": [{"name": "title", "type": "string", "required": true}]}""";

    private string NewPath() => "/" + NewName();

    private Task<Answer> AnonymousAsync(HttpMethod method, string path, object? body = null) =>
        Server.SendAsync(method, path, body);

    private async Task<Answer> DeclareAtAsync(string? path, string? form = null, string? template = null)
    {
        var body = template is null
            ? JsonNode.Parse(Fields)!
            : new JsonObject { ["template"] = template, ["open"] = true };
        (body["name"], body["path"], body["form"]) = (NewName(), path, form);
        return await PostAsync("/api/v1/collections", body, Administrator);
    }

    [Fact]
    public async Task Items_answer_as_the_course_has_them_and_need_no_login()
    {
        var path = NewPath();
        (await DeclareAtAsync(path, "fast-api", "items")).Must(HttpStatusCode.Created);

        var item = new JsonObject
        {
            ["name"] = "Foo",
            ["description"] = "A very nice item",
            ["price"] = 35.4,
            ["tax"] = 3.2,
            ["tags"] = new JsonArray("new"),
        };
        var made = (await AnonymousAsync(HttpMethod.Post, path + "/", item)).Must(HttpStatusCode.OK);
        var expected = item.DeepClone();
        expected["id"] = (string)made.Json["id"]!;
        JsonNode.DeepEquals(made.Json, expected).ShouldBeTrue(made.Text);
        made.Header("Location").ShouldBe($"{path}/{made.Json["id"]}");

        // What is not known is passed over, and a number may come as text, as there.
        var lax = new
        {
            name = "Bar",
            price = "62",
            colour = "red",
        };
        var bar = (await AnonymousAsync(HttpMethod.Post, path, lax)).Must(HttpStatusCode.OK).Json;
        ((double)bar["price"]!).ShouldBe(62);
        bar.AsObject().ContainsKey("colour").ShouldBeFalse();

        var list = (await AnonymousAsync(HttpMethod.Get, path + "/")).Must(HttpStatusCode.OK).Json.AsArray();
        list.Select(one => (string)one!["name"]!).ShouldBe(["Foo", "Bar"]);

        var one = path + "/" + made.Json["id"];
        item["price"] = 30;
        ((double)(await AnonymousAsync(HttpMethod.Put, one, item)).Must(HttpStatusCode.OK).Json["price"]!).ShouldBe(30);
        (await AnonymousAsync(HttpMethod.Delete, one)).Status.ShouldBe(HttpStatusCode.NoContent);
        var gone = (await AnonymousAsync(HttpMethod.Get, one)).Must(HttpStatusCode.NotFound);
        gone.Json["detail"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.String);
        (await AnonymousAsync(HttpMethod.Get, path + "/1")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_does_not_validate_is_422_with_each_place()
    {
        var path = NewPath();
        (await DeclareAtAsync(path, "fast-api", "items")).Must(HttpStatusCode.Created);

        var bad = await AnonymousAsync(HttpMethod.Post, path, new { price = "much", tags = new object[] { "a", 5 } });
        bad.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var details = bad.Json["detail"]!.AsArray();
        details
            .Select(detail => detail!["loc"]!.ToJsonString())
            .ShouldBe(["""["body","price"]""", """["body","tags",1]""", """["body","name"]"""], ignoreOrder: true);
        var missing = details.Single(detail => (string)detail!["type"]! == "missing")!;
        ((string)missing["msg"]!).ShouldBe("Field required");

        var unread = await AnonymousAsync(HttpMethod.Post, path, "{");
        unread.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await AnonymousAsync(HttpMethod.Get, path + "?limit=0")).Must(HttpStatusCode.UnprocessableEntity).Json[
            "detail"
        ]![0]!["loc"]!
            .ToJsonString()
            .ShouldBe("""["query","limit"]""");
    }

    [Fact]
    public async Task A_list_can_be_a_bare_array_with_all_else_as_everywhere()
    {
        var path = "/api" + NewPath();
        var declared = (await DeclareAtAsync(path, "array", "books")).Must(HttpStatusCode.Created).Json;
        ((string)declared["path"]!).ShouldBe(path);
        foreach (var title in new[] { "Candide", "Zadig", "Micromégas" })
        {
            var made = await AnonymousAsync(HttpMethod.Post, path, new { title, author = "Voltaire" });
            made.Must(HttpStatusCode.Created).Json["links"].ShouldNotBeNull();
        }

        var first = (await AnonymousAsync(HttpMethod.Get, path + "?limit=2")).Must(HttpStatusCode.OK);
        first.Json.AsArray().Count.ShouldBe(2);
        var next = first.Header("Link")!.Split('<', '>')[1];
        next.ShouldStartWith(path + "?");
        var rest = (await AnonymousAsync(HttpMethod.Get, next)).Must(HttpStatusCode.OK);
        ((string)rest.Json.AsArray().Single()!["title"]!).ShouldBe("Micromégas");
        rest.Header("Link").ShouldBeNull();

        var xml = await Server.SendAsync(HttpMethod.Get, path, (object?)null, null, ("Accept", "application/xml"));
        xml.Must(HttpStatusCode.OK).Text.ShouldContain("<title>Candide</title>");
        (await AnonymousAsync(HttpMethod.Post, path, new { })).Pointers().ShouldBe(["/title", "/author"]);
        (await AnonymousAsync(HttpMethod.Put, path)).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        // The address that every collection has answers as before.
        var records = (string)declared["links"]!["records"]!;
        (await AnonymousAsync(HttpMethod.Get, records)).Items.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("books")]
    [InlineData("/")]
    [InlineData("/b")]
    [InlineData("/Books")]
    [InlineData("/books/")]
    [InlineData("/books/new")]
    [InlineData("/{name}")]
    [InlineData("/api/v1/books")]
    [InlineData("/api/v2")]
    [InlineData("/api")]
    [InlineData("/docs")]
    [InlineData("/auth")]
    [InlineData("/console")]
    [InlineData("/api/auth")]
    [InlineData("/api/users")]
    [InlineData("/api/posts")]
    [InlineData("/api/health")]
    public async Task An_address_of_the_server_is_nobodys_else(string path)
    {
        (await DeclareAtAsync(path)).Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["/path"]);
        (await DeclareAtAsync(null, "array")).Must(HttpStatusCode.BadRequest).Pointers().ShouldBe(["/form"]);
    }

    [Fact]
    public async Task An_address_is_one_collections_until_it_gives_it_up()
    {
        var path = NewPath();
        var mine = (await DeclareAtAsync(path)).Must(HttpStatusCode.Created).Json;
        (await DeclareAtAsync(path)).Must(HttpStatusCode.Conflict).Pointers().ShouldBe(["/path"]);
        var other = (await DeclareAtAsync(NewPath())).Must(HttpStatusCode.Created).Json;
        (await PatchAsync(Self(other), new { path }, Administrator)).Status.ShouldBe(HttpStatusCode.Conflict);

        var moved = NewPath();
        (await PatchAsync(Self(mine), new { path = moved }, Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync(path, Administrator)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(moved, Administrator)).Must(HttpStatusCode.OK);
        (await PatchAsync(Self(other), new { path }, Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync(path, Administrator)).Must(HttpStatusCode.OK);

        (await DeleteAsync(Self(mine), Administrator)).Must(HttpStatusCode.NoContent);
        (await GetAsync(moved, Administrator)).Status.ShouldBe(HttpStatusCode.NotFound);
        // It is closed as its rules say, whatever the address.
        (await AnonymousAsync(HttpMethod.Get, path)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(path)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Many_who_want_one_address_at_once_are_told_that_one_has_it()
    {
        var path = NewPath();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => DeclareAtAsync(path)));
        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(7);
    }

    [Fact]
    public async Task The_documents_have_the_address_with_its_own_form()
    {
        var path = NewPath();
        (await DeclareAtAsync(path, "fast-api", "items")).Must(HttpStatusCode.Created);

        var document = (await AnonymousAsync(HttpMethod.Get, "/openapi.json")).Must(HttpStatusCode.OK).Json;
        var at = document["paths"]![path]!;
        var list = at["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
        ((string)list["type"]!).ShouldBe("array");
        var shown = ((string)list["items"]!["$ref"]!).Split('/')[^1];
        var properties = document["components"]!["schemas"]![shown]!["properties"]!.AsObject();
        properties
            .Select(property => property.Key)
            .ShouldBe(["id", "name", "description", "price", "tax", "tags"], ignoreOrder: true);
        at["post"]!["responses"]!["200"].ShouldNotBeNull();
        document["paths"]![path + "/{record}"]!["delete"].ShouldNotBeNull();
        var operations = document["paths"]!
            .AsObject()
            .SelectMany(one => one.Value!.AsObject())
            .Select(operation => (string?)(operation.Value as JsonObject)?["operationId"])
            .OfType<string>()
            .ToList();
        operations.Distinct().Count().ShouldBe(operations.Count);
    }

    [Fact]
    public async Task A_process_hears_of_what_was_declared_elsewhere()
    {
        var path = NewPath();
        var made = (await DeclareAtAsync(path)).Must(HttpStatusCode.Created).Json;
        var database = Server.Services.GetRequiredService<Storage.IDatabase<CollectionsData>>();
        var elsewhere = new DeclaredPaths(database, Server.Services);
        await elsewhere.RefreshAsync(CancellationToken.None);
        var before = elsewhere.GetChangeToken();
        elsewhere.Endpoints.Count(endpoint => endpoint.DisplayName!.Contains(path)).ShouldBe(7);

        (await PatchAsync(Self(made), new { description = "still there" }, Administrator)).Must(HttpStatusCode.OK);
        await elsewhere.RefreshAsync(CancellationToken.None);
        before.HasChanged.ShouldBeFalse();

        (await DeleteAsync(Self(made), Administrator)).Must(HttpStatusCode.NoContent);
        await elsewhere.RefreshAsync(CancellationToken.None);
        before.HasChanged.ShouldBeTrue();
        elsewhere.Endpoints.ShouldNotContain(endpoint => endpoint.DisplayName!.Contains(path));
    }
}

public sealed class OwnAddressesOnSqlite(SqliteCollections collections)
    : OwnAddresses(collections),
        IClassFixture<SqliteCollections>;

public sealed class OwnAddressesOnPostgres(PostgresCollections collections)
    : OwnAddresses(collections),
        IClassFixture<PostgresCollections>;
