using System.Text.Json.Nodes;

namespace Sillage.Collections.Tests;

/// <summary>Records are put by a unique key, come and go as files, and say what became of them.</summary>
public abstract class MovingRecords(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Books = """
        {
          "fields": [
            {"name": "title", "type": "string", "required": true},
            {"name": "isbn", "type": "string", "unique": true},
            {"name": "price", "type": "number"},
            {"name": "money", "type": "decimal"},
            {"name": "copies", "type": "integer", "unique": true},
            {"name": "open", "type": "boolean"},
            {"name": "day", "type": "date"},
            {"name": "time", "type": "timestamp"},
            {"name": "span", "type": "duration"},
            {"name": "tags", "type": "string", "many": true},
            {"name": "extra", "type": "json"},
            {"name": "note", "type": "text"},
            {"name": "secret", "type": "string", "hidden": true, "unique": true}
          ],
          "history": true,
          "rules": {"read": "open != false or owner = @me.id", "create": "@me.id != null", "update": "owner = @me.id", "delete": "owner = @me.id"}
        }
        """;

    private Task<Answer> PutByAsync(string records, string by, object body, Person? person = null) =>
        PutAsync($"{records}?by={by}", body, person);

    private Task<Answer> ImportAsync(string records, string text, string type, string query = "", string? key = null) =>
        Server.SendAsync(
            HttpMethod.Post,
            $"{records}/import{query}",
            TestUsers.Content(text, type),
            Student.Token,
            key is null ? [] : [("Idempotency-Key", key)]
        );

    private async Task<string> ExportAsync(string records, string query = "", Person? person = null) =>
        (await GetAsync($"{records}/export{query}", person)).Must(HttpStatusCode.OK).Text;

    [Fact]
    public async Task What_has_the_key_is_changed_and_what_nobody_has_is_created()
    {
        var records = await DeclareAsync(Books);
        var made = (
            await PutByAsync(
                records,
                "isbn",
                new
                {
                    title = "Candide",
                    isbn = "1",
                    price = 9,
                }
            )
        ).Must(HttpStatusCode.Created);
        made.Header("Location").ShouldBe(Self(made.Json));
        var changed = (await PutByAsync(records, "isbn", new { isbn = "1", price = 8 })).Must(HttpStatusCode.OK).Json;
        ((string)changed["title"]!).ShouldBe("Candide");
        ((double)changed["price"]!).ShouldBe(8);
        (await PutByAsync(records, "isbn", new { isbn = "1", price = 8 })).Must(HttpStatusCode.OK);
        (await GetAsync(Self(changed) + "/history")).Items.Count.ShouldBe(2);

        var id = Guid.CreateVersion7();
        (await PutByAsync(records, "id", new { id, title = "Zadig" })).Must(HttpStatusCode.Created);
        (await PutByAsync(records, "id", new { id, price = 1 })).Must(HttpStatusCode.OK);
        (await PutByAsync(records, "copies", new { title = "Seven", copies = 7 })).Must(HttpStatusCode.Created);
        (await PutByAsync(records, "copies", new { title = "Seven!", copies = 7 })).Must(HttpStatusCode.OK);
        (await GetAsync(records)).Items.Count.ShouldBe(3);

        (await PutByAsync(records, "isbn", new { title = "x" })).Pointers().ShouldBe(["/isbn"]);
        (await PutByAsync(records, "isbn", new { isbn = "2" })).Pointers().ShouldBe(["/title"]);
        foreach (var by in new[] { "title", "secret", "nothing" })
        {
            (await PutByAsync(records, by, new { title = "x", secret = "x" })).Pointers().ShouldBe(["?by"]);
        }
    }

    [Fact]
    public async Task What_one_may_not_read_or_change_is_not_put()
    {
        var records = await DeclareAsync(Books);
        await CreateAsync(
            records,
            new
            {
                title = "closed",
                isbn = "1",
                open = false,
            }
        );
        await CreateAsync(
            records,
            new
            {
                title = "open",
                isbn = "2",
                open = true,
            }
        );
        (await PutByAsync(records, "isbn", new { title = "x", isbn = "1" }, Other)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        (await PutByAsync(records, "isbn", new { title = "x", isbn = "2" }, Other)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        Each(await GetAsync(records), "title").ShouldBe(["closed", "open"]);
    }

    [Fact]
    public async Task Records_are_put_in_a_batch_too()
    {
        var records = await DeclareAsync(Books);
        var collection = records.Split('/')[4];
        object Put(object body, string by = "isbn") =>
            new
            {
                @do = "put",
                collection,
                by,
                body,
            };
        var operations = new[]
        {
            Put(new { title = "one", isbn = "1" }),
            Put(new { isbn = "1", price = 3 }),
            Put(new { title = "two", isbn = "2" }),
        };
        (await PostAsync("/api/v1/batch", new { operations })).Must(HttpStatusCode.Created);
        Each(await GetAsync(records), "price").ShouldBe(["3", null]);
        // Each has a place of its own, so that who follows goes past none.
        (await GetAsync(records + "/changes?limit=1")).Items.Count.ShouldBe(1);
        var refused = await PostAsync(
            "/api/v1/batch",
            new { operations = new[] { Put(new { title = "x" }, "title") } }
        );
        refused.Pointers().ShouldBe(["/operations/0/by"]);
    }

    [Theory]
    [InlineData("csv", "text/csv")]
    [InlineData("ndjson", "application/x-ndjson")]
    public async Task What_is_exported_is_imported_as_it_was(string format, string type)
    {
        var (from, to) = (await DeclareAsync(Books), await DeclareAsync(Books));
        object[] books =
        [
            new
            {
                title = "Les \"Misérables\", 1",
                isbn = "001",
                price = -9.5,
                money = "-2.50",
                copies = long.MaxValue,
                open = true,
                day = "1862-03-30",
                time = "2026-11-20T09:30:00.25Z",
                span = "PT1H30M",
                tags = new[] { "a|b", "c" },
                extra = new { a = new object[] { 1, "x" } },
                note = "two\nlines; =1",
            },
            new
            {
                title = "=SUM(A1)",
                isbn = "true",
                note = "",
            },
            new { title = "12", extra = "text" },
            new
            {
                title = "+1",
                extra = 12.50,
                open = false,
            },
        ];
        foreach (var book in books)
        {
            await CreateAsync(from, book);
        }

        var file = await ExportAsync(from, $"?format={format}");
        var done = (await ImportAsync(to, file, type)).Must(HttpStatusCode.Created).Json;
        ((long)done["created"]!).ShouldBe(4);
        var (sent, taken) = ((await GetAsync(from)).Items, (await GetAsync(to)).Items);
        for (var i = 0; i < books.Length; i++)
        {
            foreach (var member in sent[i]!.AsObject().Where(m => m.Key is not ("links" or "created" or "updated")))
            {
                JsonNode
                    .DeepEquals(taken[i]![member.Key], member.Value)
                    .ShouldBeTrue(
                        $"{member.Key}: {member.Value?.ToJsonString()} {taken[i]![member.Key]?.ToJsonString()}"
                    );
            }
        }

        // The same file again, by the id: nothing is different.
        var again = (await ImportAsync(to, file, type, "?by=id")).Must(HttpStatusCode.Created).Json;
        again.ToJsonString().ShouldBe("""{"created":0,"changed":0,"unchanged":4}""");
    }

    [Fact]
    public async Task An_export_holds_what_one_may_read_of_what_is_asked_for()
    {
        var records = await DeclareAsync(Books);
        await CreateAsync(
            records,
            new
            {
                title = "=open",
                price = 2,
                open = true,
                secret = "s",
            },
            Administrator
        );
        await CreateAsync(records, new { title = "closed", open = false }, Administrator);
        for (var i = 0; i < 3; i++)
        {
            await CreateAsync(records, new { title = $"t{i}", price = i });
        }

        var file = await ExportAsync(records, "?fields=title,price&sort=-price,title");
        file.ReplaceLineEndings("|")
            .Split('|')
            .Select(line => line.Split(',', 2)[^1])
            .ShouldBe(["title,price", "\"'=open\",2", "t2,2", "t1,1", "t0,0", ""]);
        (
            await ExportAsync(
                records,
                "?fields=title&formulas=keep" + "&filter=" + Uri.EscapeDataString("price = 2 and open")
            )
        ).ShouldContain(",=open\r\n");
        (await ExportAsync(records)).ShouldNotContain("secret");
        (await ExportAsync(records, "", Administrator)).ShouldContain("closed");
        (await GetAsync(records + "/export?fields=secret")).Pointers().ShouldBe(["?fields"]);
        (await GetAsync(records + "/export?format=xlsx")).Pointers().ShouldBe(["?format"]);
        (await Server.SendAsync(HttpMethod.Get, records + "/export")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_long_export_goes_over_many_pages()
    {
        var records = await DeclareAsync(Books);
        var rows = string.Concat(Enumerable.Range(0, 1201).Select(i => $"{i:d4};{i}\r\n"));
        (await ImportAsync(records, "title;copies\r\n" + rows, "text/csv; charset=utf-8")).Must(HttpStatusCode.Created);
        var lines = (await ExportAsync(records, "?fields=title")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Skip(1).Select(line => line.Split(',')[1]).ShouldBe(Enumerable.Range(0, 1201).Select(i => $"{i:d4}"));
        // Whoever follows by small pages sees each of them.
        var seen = 0;
        for (var (more, since) = (true, ""); more; )
        {
            var page = (await GetAsync($"{records}/changes?limit=500{since}")).Must(HttpStatusCode.OK);
            seen += page.Items.Count;
            (more, since) = ((bool)page.Json["more"]!, $"&since={(string)page.Json["cursor"]!}");
        }

        seen.ShouldBe(1201);
    }

    [Fact]
    public async Task A_file_that_is_not_right_leaves_nothing_and_says_where()
    {
        var records = await DeclareAsync(Books);
        var refused = await ImportAsync(
            records,
            "title,price,tags\r\nfine,1,a|b\r\n,x,\r\n\r\nlast,true,\r\n",
            "text/csv"
        );
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(["/rows/1/price", "/rows/1/title", "/rows/2/price"]);
        refused.Text.ShouldContain("Line 3: A number is expected.");
        refused.Text.ShouldContain("Line 5: ");
        var taken = await ImportAsync(records, "title,isbn\na,1\nb,1\n", "text/csv");
        taken.Pointers().ShouldBe(["/rows/1/isbn"]);
        (await GetAsync(records)).Items.ShouldBeEmpty();

        foreach (
            var (text, type, says) in new[]
            {
                ("title,nothing\na,b\n", "text/csv", "Column 2, 'nothing'"),
                ("title,secret\na,b\n", "text/csv", "Column 2, 'secret'"),
                ("title,title\na,b\n", "text/csv", "Two columns"),
                ("title\na,b\n", "text/csv", "has 2 cells"),
                ("title\n\"a\n", "text/csv", "Line 2"),
                ("", "text/csv", "no line with the names"),
                ("title\na\u0000\n", "text/csv", "Line"),
                ("[]", "application/x-ndjson", "An object is expected."),
                ("{\"title\": \"a\"\n}", "application/x-ndjson", "Line 1"),
                ("{\"title\": \"a\\u0000\"}", "application/x-ndjson", "Line 1"),
                ("{\"title\": \"a\", \"id\": \"1\"}", "application/x-ndjson", "Line 1: A UUID"),
            }
        )
        {
            var bad = await ImportAsync(records, text, type);
            bad.Status.ShouldBe(HttpStatusCode.BadRequest, text);
            bad.Text.ShouldContain(says);
        }

        var many = "title,price\n" + string.Concat(Enumerable.Repeat("a,x\n", 300));
        (await ImportAsync(records, many, "text/csv")).Pointers().Length.ShouldBe(100);
        var tooMany = "title\n" + string.Concat(Enumerable.Repeat("a\n", 10_001));
        (await ImportAsync(records, tooMany, "text/csv")).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ImportAsync(records, "title\na\n", "text/plain")).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await ImportAsync(records, "title\na\n", "text/csv", "?by=title")).Pointers().ShouldBe(["?by"]);
        (await GetAsync(records)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_may_create_nothing_imports_nothing()
    {
        var closed = await DeclareAsync(
            """{"fields": [{"name": "title", "type": "string"}], "rules": {"read": "true"}}"""
        );
        (await ImportAsync(closed, "title\na\n", "text/csv")).Status.ShouldBe(HttpStatusCode.Forbidden);
        var own = await DeclareAsync(
            """{"fields": [{"name": "title", "type": "string"}], "rules": {"read": "true", "create": "title != 'b'"}}"""
        );
        (await ImportAsync(own, "title\na\nb\n", "text/csv")).Pointers().ShouldBe(["/rows/1"]);
        (await GetAsync(own)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_import_is_by_a_key_and_once()
    {
        var records = await DeclareAsync(Books);
        await CreateAsync(
            records,
            new
            {
                title = "one",
                isbn = "1",
                note = "stays",
            }
        );
        var done = await ImportAsync(records, "isbn\ttitle\n1\tONE\n2\ttwo\n", "text/tab-separated-values", "?by=isbn");
        done.Must(HttpStatusCode.Created).Json.ToJsonString().ShouldBe("""{"created":1,"changed":1,"unchanged":0}""");
        Each(await GetAsync(records), "title").ShouldBe(["ONE", "two"]);
        Each(await GetAsync(records), "note").ShouldBe(["stays", null]);
        for (var i = 0; i < 2; i++)
        {
            (await ImportAsync(records, "title\nthree\n", "text/csv", key: "import-1")).Must(HttpStatusCode.Created);
        }

        (await GetAsync(records)).Items.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_became_of_a_record_is_told_to_who_might_have_seen_it()
    {
        var records = await DeclareAsync(Books);
        var made = await CreateAsync(records, new { title = "draft", open = false });
        (await PatchAsync(Self(made), new { title = "done", open = true })).Must(HttpStatusCode.OK);
        (await PatchAsync(Self(made), new { secret = "x" }, Administrator)).Must(HttpStatusCode.OK);
        (await DeleteAsync(Self(made))).Must(HttpStatusCode.NoContent);
        (await PostAsync(Self(made) + "/restore")).Must(HttpStatusCode.OK);

        var own = (await GetAsync(Self(made) + "/history")).Must(HttpStatusCode.OK).Items;
        own.Select(v => (string)v!["action"]!).ShouldBe(["restored", "deleted", "changed", "changed", "created"]);
        own.Select(v => (string?)v!["actor"])
            .ShouldBe([
                Student.Id.ToString(),
                Student.Id.ToString(),
                Administrator.Id.ToString(),
                Student.Id.ToString(),
                Student.Id.ToString(),
            ]);
        own[3]!["fields"]!.ToJsonString().ShouldBe("""["title","open"]""");
        own[2]!["fields"]!.ToJsonString().ShouldBe("[]");
        ((string)own[4]!["record"]!["title"]!).ShouldBe("draft");

        // Of a record that was closed, who may read it now does not learn what it was.
        var others = (await GetAsync(Self(made) + "/history", Other)).Must(HttpStatusCode.OK);
        others.Items.Select(v => (string)v!["record"]!["title"]!).Distinct().ShouldBe(["done"]);
        others.Text.ShouldNotContain("secret");
        var page = (await GetAsync(Self(made) + "/history?limit=3")).Must(HttpStatusCode.OK);
        page.Items.Count.ShouldBe(3);
        (await GetAsync((string)page.Json["next"]!))
            .Items.Select(v => (string)v!["action"]!)
            .ShouldBe(["changed", "created"]);

        var closed = await CreateAsync(records, new { title = "closed", open = false });
        (await GetAsync(Self(closed) + "/history", Other)).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}

public sealed class MovingRecordsOnSqlite(SqliteCollections collections)
    : MovingRecords(collections),
        IClassFixture<SqliteCollections>;

public sealed class MovingRecordsOnPostgres(PostgresCollections collections)
    : MovingRecords(collections),
        IClassFixture<PostgresCollections>;
