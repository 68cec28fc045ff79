using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Lists by filter, order, fields and relations, a page at a time.</summary>
public abstract class AskingForRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Things = """
        {
          "fields": [
            {"name": "name", "type": "string", "index": true},
            {"name": "price", "type": "number"},
            {"name": "money", "type": "decimal"},
            {"name": "day", "type": "date", "index": true},
            {"name": "time", "type": "timestamp"},
            {"name": "span", "type": "duration"},
            {"name": "done", "type": "boolean", "index": true},
            {"name": "tags", "type": "string", "many": true},
            {"name": "secret", "type": "string", "hidden": true},
            {"name": "staff", "type": "string", "see": "@me.role = \"administrator\""}
          ],
          "rules": {"read": "true", "create": "@me.id != null"}
        }
        """;

    private async Task<string> ThingsAsync()
    {
        var records = await DeclareAsync(Things);
        foreach (
            var thing in new object[]
            {
                new
                {
                    name = "Été",
                    price = 10,
                    money = "10.00",
                    day = "2026-01-02",
                    done = true,
                    tags = new[] { "new" },
                },
                new
                {
                    name = "apple",
                    price = 2.5,
                    money = "2.50",
                    day = "2026-01-01",
                    time = "2026-01-01T00:00:00Z",
                },
                new
                {
                    name = "Zebra",
                    price = 10.25,
                    span = "PT90M",
                    done = false,
                    tags = new[] { "new", "old" },
                },
                new
                {
                    name = "😀 last",
                    secret = "x",
                    staff = "y",
                },
            }
        )
        {
            await CreateAsync(records, thing, Administrator);
        }

        return records;
    }

    [Fact]
    public async Task A_filter_gives_what_it_says()
    {
        var records = await ThingsAsync();
        foreach (
            var (filter, names) in new[]
            {
                ("price < 10", "apple"),
                ("price >= 10 and (tags has \"old\" or name = 'Été')", "Été Zebra"),
                ("not (price < 10)", "Été Zebra 😀 last"),
                ("price = null", "😀 last"),
                ("price != 10", "apple Zebra 😀 last"),
                ("name ~ \"ZEB\" or name ~ 'APP'", "apple Zebra"),
                ("name !~ \"e\"", "Été 😀 last"),
                ("name in (\"apple\", \"Zebra\")", "apple Zebra"),
                ("money = 2.5 or money = \"10\"", "Été apple"),
                ("day > \"2026-01-01\"", "Été"),
                ("time <= \"2026-01-01T01:00:00+01:00\"", "apple"),
                ("time < @now - 1d and created > @now - 1h", "apple"),
                ("span >= \"PT1H30M\"", "Zebra"),
                ("done", "Été"),
                ("done = false", "Zebra"),
                ("not done", "apple Zebra 😀 last"),
                ("tags = null", "apple 😀 last"),
                ("owner = @me.id", "Été apple Zebra 😀 last"),
                ("@me.role = \"member\"", ""),
                ("true", "Été apple Zebra 😀 last"),
                ("name > \"a\"", "Été apple 😀 last"),
            }
        )
        {
            var found = await GetAsync(records + Query(filter), Administrator);
            string.Join(" ", Each(found, "name")).ShouldBe(names, filter);
        }
    }

    [Theory]
    [InlineData("price <", "At character 8")]
    [InlineData("price < \"x\"", "At character 9")]
    [InlineData("nothing = 1", "At character 1")]
    [InlineData("price = 1 and nothing = 1", "At character 15")]
    [InlineData("secret = \"x\"", "There is no field 'secret' that you may read.")]
    [InlineData("staff ~ \"x\"", "There is no field 'staff' that you may read.")]
    [InlineData("price = 1)", "At character 10")]
    [InlineData("name = 'x", "The text has no end.")]
    [InlineData("name = 1", "A text in quotes")]
    [InlineData("tags = \"x\"", "ask with has")]
    [InlineData("name has \"x\"", "left of has")]
    [InlineData("price ~ \"1\"", "At character")]
    [InlineData("name.more = 1", "no relation")]
    [InlineData("day = \"2026-02-30\"", "A day")]
    [InlineData("1", "A comparison is expected")]
    [InlineData("€", "no meaning")]
    [InlineData("name = \"\\u0000\"", "U+0000")]
    public async Task A_filter_that_is_none_says_where(string filter, string says)
    {
        var records = await ThingsAsync();
        var refused = await GetAsync(records + Query(filter));
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["?filter"]);
        refused.Text.ShouldContain(says);
    }

    [Fact]
    public async Task What_one_may_not_see_is_not_there_in_any_way()
    {
        var records = await ThingsAsync();
        foreach (var query in new[] { "?sort=secret", "?sort=-staff", "?fields=secret", "?expand=secret" })
        {
            (await GetAsync(records + query)).Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        var last = (await GetAsync(records, Other)).Items[3]!.AsObject();
        last.ContainsKey("secret").ShouldBeFalse();
        last.ContainsKey("staff").ShouldBeFalse();
        (await PostAsync(records, new { name = "x", secret = "x" })).Pointers().ShouldBe(["/secret"]);
        var all = (await GetAsync(records + Query("secret = \"x\" and staff = \"y\""), Administrator)).Items;
        ((string)all.ShouldHaveSingleItem()!["secret"]!).ShouldBe("x");
        var fields = (await GetAsync(records[..^"/records".Length])).Json["fields"]!.AsArray();
        fields.Select(f => (string)f!["name"]!).ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("day")]
    [InlineData("-day")]
    [InlineData("done")]
    [InlineData("price")]
    [InlineData("-price")]
    [InlineData("-created")]
    [InlineData("updated")]
    [InlineData("done,-price")]
    [InlineData("-done,name,price")]
    public async Task Pages_go_through_all_records_once_in_their_order(string sort)
    {
        var records = await ThingsAsync();
        var whole = Each(await GetAsync($"{records}?sort={sort}"), "id");
        whole.Length.ShouldBe(4);
        whole.Distinct().Count().ShouldBe(4);
        foreach (var filter in new[] { "", "&filter=" + Uri.EscapeDataString("name != null or price < 3") })
        {
            var (seen, path) = (new List<string?>(), $"{records}?sort={sort}&limit=1{filter}");
            while (path.Length > 0)
            {
                var page = (await GetAsync(path)).Must(HttpStatusCode.OK);
                seen.AddRange(Each(page, "id"));
                path = (string?)page.Json["next"] ?? "";
            }

            seen.ShouldBe(whole);
        }
    }

    [Fact]
    public async Task An_order_has_what_has_no_value_first_and_text_by_its_bytes()
    {
        var records = await ThingsAsync();
        Each(await GetAsync($"{records}?sort=name"), "name").ShouldBe(["Zebra", "apple", "Été", "😀 last"]);
        Each(await GetAsync($"{records}?sort=price"), "name").ShouldBe(["😀 last", "apple", "Été", "Zebra"]);
        Each(await GetAsync($"{records}?sort=-day&fields=day"), "day")
            .ShouldBe(["2026-01-02", "2026-01-01", null, null]);
        var next = (string)(await GetAsync($"{records}?sort=name&limit=1")).Json["next"]!;
        var stolen = next.Replace("sort=name", "sort=price", StringComparison.Ordinal);
        (await GetAsync(stolen)).Pointers().ShouldBe(["?cursor"]);
    }

    [Fact]
    public async Task A_relation_is_followed_as_far_as_one_may_read()
    {
        var (countries, authors, books) = (NewName(), NewName(), NewName());
        var country = await DeclareAsync(
            """{"fields": [{"name": "name", "type": "string"}], "rules": {"read": "true"}}""",
            countries
        );
        var author = await DeclareAsync(
            $$$"""
            {"fields": [{"name": "name", "type": "string"}, {"name": "open", "type": "boolean"}, {"name": "from", "type": "relation", "to": "{{{countries}}}" }],
             "rules": {"read": "open"}}
            """,
            authors
        );
        var book = await DeclareAsync(
            $$$"""
            {"fields": [{"name": "title", "type": "string"}, {"name": "by", "type": "relation", "to": "{{{authors}}}", "many": true},
              {"name": "first", "type": "relation", "to": "{{{authors}}}" }],
             "rules": {"read": "true", "create": "first.open and first.from.name = \"France\""}}
            """,
            books
        );
        var france = (Guid)(await CreateAsync(country, new { name = "France" }, Administrator))["id"]!;
        var hugo = (Guid)
            (
                await CreateAsync(
                    author,
                    new
                    {
                        name = "Hugo",
                        open = true,
                        from = france,
                    },
                    Administrator
                )
            )["id"]!;
        var nemo = (Guid)(await CreateAsync(author, new { name = "Nemo", open = false }, Administrator))["id"]!;
        await CreateAsync(
            book,
            new
            {
                title = "Two",
                by = new[] { hugo, nemo },
                first = hugo,
            },
            Administrator
        );
        await CreateAsync(
            book,
            new
            {
                title = "Closed",
                by = new[] { nemo },
                first = nemo,
            },
            Administrator
        );

        Each(await GetAsync(book + Query("by.from.name = \"France\"")), "title").ShouldBe(["Two"]);
        Each(await GetAsync(book + Query("first.name ~ \"hug\"")), "title").ShouldBe(["Two"]);
        Each(await GetAsync(book + Query($"by has \"{hugo}\" and first = \"{hugo}\"")), "title").ShouldBe(["Two"]);
        Each(await GetAsync(book + Query("first.name = \"Nemo\"")), "title").ShouldBeEmpty();
        Each(await GetAsync(book + Query("first.name = \"Nemo\""), Administrator), "title").ShouldBe(["Closed"]);
        (await GetAsync(book + Query("by.from.name.x = \"France\""))).Pointers().ShouldBe(["?filter"]);

        var two = (await GetAsync(book + "?expand=by.from,first&limit=1")).Items[0]!;
        var by = two["expand"]!["by"]!.AsArray();
        ((string)by.ShouldHaveSingleItem()!["expand"]!["from"]!["name"]!).ShouldBe("France");
        ((string)two["expand"]!["first"]!["name"]!).ShouldBe("Hugo");
        (await GetAsync(book + "?expand=title")).Pointers().ShouldBe(["?expand"]);

        (await PostAsync(book, new { title = "Mine", first = hugo })).Must(HttpStatusCode.Created);
        (await PostAsync(book, new { title = "Mine", first = nemo })).Pointers().ShouldBe(["/first"]);
        (await PostAsync(book, new { title = "Mine" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync($"/api/v1/collections/{authors}?confirm=true", Administrator)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task A_large_collection_is_asked_by_an_index_or_not_at_all()
    {
        await using var server = await Collections.StartAsync(("Collections:LargeFrom", "100"));
        var admin = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        var declared = JsonNode.Parse(Things)!;
        declared["name"] = "things";
        (await server.SendAsync(HttpMethod.Post, "/api/v1/collections", declared, admin.Token)).Must(
            HttpStatusCode.Created
        );
        const string Records = "/api/v1/collections/things/records";
        Task<Answer> AskAsync(string query) => server.SendAsync(HttpMethod.Get, Records + query, null, admin.Token);
        for (var i = 0; i < 101; i++)
        {
            var thing = new { name = $"n{i % 50}", price = i };
            (await server.SendAsync(HttpMethod.Post, Records, thing, admin.Token)).Must(HttpStatusCode.Created);
        }

        var refused = await AskAsync(Query("price > 99"));
        refused.Pointers().ShouldBe(["?filter"]);
        refused.Text.ShouldContain("'index': true on 'price'");
        (await AskAsync("?sort=price")).Pointers().ShouldBe(["?sort"]);
        Each(await AskAsync(Query("price > 99 and name = \"n0\"", "&sort=price")), "price").ShouldBe(["100"]);
        Each(await AskAsync(Query("name = \"n1\"", "&sort=-price")), "price").ShouldBe(["51", "1"]);
        (await AskAsync("?sort=-name")).Items.Count.ShouldBe(50);
        // Of one id there is one record; an owner may have as many as there are.
        var id = Each(await AskAsync(Query("name = \"n1\"", "&sort=price")), "id")[0];
        (await AskAsync(Query($"id = \"{id}\" and price = 1"))).Items.Count.ShouldBe(1);
        (await AskAsync(Query("owner = @me.id and price = 1"))).Pointers().ShouldBe(["?filter"]);
    }
}

public sealed class AskingForRecordsOnSqlite(SqliteCollections collections)
    : AskingForRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class AskingForRecordsOnPostgres(PostgresCollections collections)
    : AskingForRecords(collections),
        IClassFixture<PostgresCollections>;
