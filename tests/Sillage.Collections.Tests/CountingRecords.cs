using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Finds records by words, counts them and sums them up, by the same rules as they are listed by.</summary>
public abstract class CountingRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Books = """
        {
          "fields": [
            {"name": "title", "type": "string", "search": true},
            {"name": "author", "type": "string", "index": true, "search": true},
            {"name": "tags", "type": "string", "many": true, "search": true},
            {"name": "price", "type": "number"},
            {"name": "copies", "type": "integer"},
            {"name": "money", "type": "decimal"},
            {"name": "day", "type": "date"},
            {"name": "secret", "type": "string", "hidden": true},
            {"name": "open", "type": "boolean"}
          ],
          "rules": {"read": "open or owner = @me.id", "create": "@me.id != null", "update": "true", "delete": "true"}
        }
        """;

    private static object Book(string title, string? author, double? price, long? copies, string? money, bool open) =>
        new
        {
            title,
            author,
            price,
            copies,
            money,
            open,
            tags = new[] { "a shelf", "Été" },
        };

    private async Task<string> BooksAsync()
    {
        var records = await DeclareAsync(Books);
        await CreateAsync(records, Book("Les Misérables", "Victor Hugo", 9.5, long.MaxValue, "1.50", true));
        await CreateAsync(records, Book("Notre-Dame de Paris", "Victor Hugo", 0.25, long.MaxValue, "-2.00", true));
        await CreateAsync(records, Book("Paris in winter", null, null, -1, null, true));
        await CreateAsync(records, Book("A closed book of Paris", "Nobody", 100, 1, "7.00", false), Administrator);
        return records;
    }

    private async Task<JsonArray> TotalsAsync(string query, Person? person = null) =>
        (await GetAsync(query, person)).Must(HttpStatusCode.OK).Json["items"]!.AsArray();

    [Theory]
    [InlineData("paris", "Notre-Dame de Paris|Paris in winter")]
    [InlineData("PARIS -winter", "Notre-Dame de Paris")]
    [InlineData("miserables", "Les Misérables")]
    [InlineData("mis* hugo", "Les Misérables")]
    [InlineData("\"dame de\"", "Notre-Dame de Paris")]
    [InlineData("\"paris victor\"", "")]
    [InlineData("ete", "Les Misérables|Notre-Dame de Paris|Paris in winter")]
    [InlineData("\"shelf ete\"", "")]
    [InlineData("closed", "")]
    [InlineData("' OR \"1", "")]
    public async Task Words_are_found_in_what_one_may_read(string words, string titles)
    {
        var records = await BooksAsync();
        var found = await GetAsync($"{records}?q={Uri.EscapeDataString(words)}");
        string.Join("|", Each(found, "title")).ShouldBe(titles);
    }

    [Fact]
    public async Task What_is_found_follows_its_record_and_its_declaration()
    {
        var records = await BooksAsync();
        var first = (await GetAsync(records + "?q=hugo&sort=price&limit=1")).Must(HttpStatusCode.OK);
        Each(first, "price").ShouldBe(["0.25"]);
        Each(await GetAsync((string)first.Json["next"]!), "price").ShouldBe(["9.5"]);
        var page = (await GetAsync(records + "?q=hugo&sort=-created&limit=1")).Must(HttpStatusCode.OK);
        Each(page, "title").ShouldBe(["Notre-Dame de Paris"]);
        Each(await GetAsync((string)page.Json["next"]!), "title").ShouldBe(["Les Misérables"]);
        Each(await GetAsync(records + Query("price < 1", "&q=hugo")), "price").ShouldBe(["0.25"]);

        var self = Self(page.Items[0]!);
        (await PatchAsync(self, new { title = "The hunchback" }, Administrator)).Must(HttpStatusCode.OK);
        Each(await GetAsync(records + "?q=hunchback"), "title").ShouldBe(["The hunchback"]);
        (await GetAsync(records + "?q=dame")).Items.ShouldBeEmpty();
        (await DeleteAsync(self, Administrator)).Must(HttpStatusCode.NoContent);
        (await GetAsync(records + "?q=hunchback")).Items.ShouldBeEmpty();
        (await PostAsync(self + "/restore", null, Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync(records + "?q=hunchback")).Items.Count.ShouldBe(1);

        var collection = records[..^"/records".Length];
        var fields = JsonNode.Parse(Books)!["fields"]!.DeepClone().AsArray();
        fields[0]!.AsObject().Remove("search");
        (await PatchAsync(collection, new { fields }, Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync(records + "?q=hunchback")).Items.ShouldBeEmpty();
        (await GetAsync(records + "?q=hugo")).Items.Count.ShouldBe(2);
        (await DeleteAsync(collection + "?confirm=true", Administrator)).Must(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Groups_are_counted_and_summed_up_without_what_one_may_not_read()
    {
        var records = await BooksAsync();
        var all = await TotalsAsync(records + "/totals?sum=price,copies,money");
        all.ToJsonString()
            .ShouldBe("""[{"by":{},"count":3,"sum":{"price":9.75,"copies":18446744073709551613,"money":"-0.50"}}]""");
        var by = await TotalsAsync(records + "/totals?by=author&sum=money");
        by.ToJsonString()
            .ShouldBe(
                """[{"by":{"author":"Victor Hugo"},"count":2,"sum":{"money":"-0.50"}},{"by":{"author":null},"count":1,"sum":{"money":null}}]"""
            );
        (await TotalsAsync(records + "/totals?by=author,owner", Administrator))
            .Select(group => (string?)group!["by"]!["owner"])
            .ShouldBe([Student.Id.ToString(), Student.Id.ToString(), Administrator.Id.ToString()]);
        (await TotalsAsync(records + "/totals" + Query("price > 1")))
            .ToJsonString()
            .ShouldBe("""[{"by":{},"count":1,"sum":{}}]""");
        (await TotalsAsync(records + "/totals?q=paris")).ToJsonString().ShouldBe("""[{"by":{},"count":2,"sum":{}}]""");
        (await TotalsAsync(records + "/totals" + Query("price > 1000", "&sum=price")))
            .ToJsonString()
            .ShouldBe("""[{"by":{},"count":0,"sum":{"price":null}}]""");
        // Nothing to judge: by the index alone.
        (await TotalsAsync(records + "/totals", Administrator))
            .ToJsonString()
            .ShouldBe("""[{"by":{},"count":4,"sum":{}}]""");
        var first = (await GetAsync(records + "/totals?by=author&limit=1", Administrator)).Must(HttpStatusCode.OK).Json;
        ((bool)first["more"]!).ShouldBeTrue();
        first["items"]!.ToJsonString().ShouldBe("""[{"by":{"author":"Victor Hugo"},"count":2,"sum":{}}]""");
    }

    [Theory]
    [InlineData("/totals?by=secret", "?by")]
    [InlineData("/totals?by=nothing", "?by")]
    [InlineData("/totals?by=tags", "?by")]
    [InlineData("/totals?sum=secret", "?sum")]
    [InlineData("/totals?sum=title", "?sum")]
    [InlineData("/totals?by=title,author,day,open", "?by")]
    [InlineData("/totals?limit=0", "?limit")]
    [InlineData("/totals?filter=secret%20=%20'x'", "?filter")]
    [InlineData("?q=%20-x", "?q")]
    public async Task What_cannot_be_asked_is_told_with_its_place(string query, string pointer)
    {
        var records = await BooksAsync();
        var refused = await GetAsync(records + query);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe([pointer]);
    }

    [Theory]
    [InlineData("""{"name": "a", "type": "string", "search": true, "hidden": true}""")]
    [InlineData("""{"name": "a", "type": "string", "search": true, "see": "@me.role = 'member'"}""")]
    [InlineData("""{"name": "a", "type": "integer", "search": true}""")]
    public async Task Only_what_everybody_sees_is_searched(string field)
    {
        var body = JsonNode.Parse($$"""{"name": "x", "fields": [{{field}}]}""")!;
        (await PostAsync("/api/v1/collections", body, Administrator)).Pointers().ShouldBe(["/fields/0/search"]);
    }

    [Fact]
    public async Task A_large_collection_is_counted_by_an_index_or_not_at_all()
    {
        await using var server = await Collections.StartAsync(("Collections:LargeFrom", "100"));
        var admin = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        var declared = JsonNode.Parse(Books)!;
        declared["name"] = "many";
        (await server.SendAsync(HttpMethod.Post, "/api/v1/collections", declared, admin.Token)).Must(
            HttpStatusCode.Created
        );
        const string Records = "/api/v1/collections/many/records";
        Task<Answer> AskAsync(string query) => server.SendAsync(HttpMethod.Get, Records + query, null, admin.Token);
        for (var i = 0; i < 101; i++)
        {
            var thing = Book("the same", $"n{i % 50}", i, i, null, true);
            (await server.SendAsync(HttpMethod.Post, Records, thing, admin.Token)).Must(HttpStatusCode.Created);
        }

        ((long)(await AskAsync("/totals")).Must(HttpStatusCode.OK).Items[0]!["count"]!).ShouldBe(101);
        (await AskAsync("/totals?by=author")).Must(HttpStatusCode.OK).Items.Count.ShouldBe(50);
        (await AskAsync("/totals?by=title")).Pointers().ShouldBe(["?filter"]);
        (await AskAsync("/totals?sum=price")).Pointers().ShouldBe(["?filter"]);
        var few = await AskAsync("/totals" + Query("author = \"n1\"", "&sum=price&by=title"));
        few.Must(HttpStatusCode.OK).Json["items"]!
            .ToJsonString()
            .ShouldBe("""[{"by":{"title":"the same"},"count":2,"sum":{"price":52}}]""");
        (await AskAsync("?q=same")).Must(HttpStatusCode.OK).Items.Count.ShouldBe(50);
        (await AskAsync("?q=same&sort=price")).Pointers().ShouldBe(["?q"]);
        (await AskAsync("?q=n7&sort=price")).Must(HttpStatusCode.OK).Items.Count.ShouldBe(2);
    }
}

public sealed class CountingRecordsOnSqlite(SqliteCollections collections)
    : CountingRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class CountingRecordsOnPostgres(PostgresCollections collections)
    : CountingRecords(collections),
        IClassFixture<PostgresCollections>;
