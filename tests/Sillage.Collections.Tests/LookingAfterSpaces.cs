namespace Sillage.Collections.Tests;

/// <summary>A teacher applies declarations, reads who asked what in a space, and resets it.</summary>
public abstract class LookingAfterSpaces(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const string Apply = "/api/v1/collections/apply";

    private Task<Person> NewTeacherAsync() => Server.RegisterAsync(Collections.NewName(), "researcher");

    private static object Declaration(string space, string name, params object[] fields) =>
        new
        {
            name,
            space,
            fields,
            rules = new { read = "true", create = "true" },
        };

    private static readonly object Title = new
    {
        name = "title",
        type = "string",
        search = true,
        index = true,
        unique = true,
    };

    private async Task<string[]> KindsAsync(object body, Person person, string query = "") =>
        [
            .. (await PostAsync(Apply + query, body, person))
                .Must(HttpStatusCode.OK)
                .Items.SelectMany(item =>
                    item!["differences"]!.AsArray().Select(d => $"{(string)item["collection"]!} {(string)d!["kind"]!}")
                ),
        ];

    [Fact]
    public async Task What_is_applied_twice_is_different_once()
    {
        var (teacher, space) = (await NewTeacherAsync(), NewName());
        var two = new
        {
            name = "of",
            type = "relation",
            to = "books",
        };
        var body = new { collections = new[] { Declaration(space, "books", Title), Declaration(space, "loans", two) } };
        (await KindsAsync(body, teacher, "?dryRun=true")).ShouldBe([
            $"{space}.books collection-added",
            $"{space}.loans collection-added",
        ]);
        (await GetAsync($"/api/v1/collections/{space}.books", teacher)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await KindsAsync(body, teacher)).Length.ShouldBe(2);
        (await KindsAsync(body, teacher)).ShouldBeEmpty();

        var records = $"/api/v1/collections/{space}.books/records";
        await CreateAsync(records, new { title = "Candide" });
        var less = new { collections = new[] { Declaration(space, "books", new { name = "year", type = "integer" }) } };
        var refused = await PostAsync(Apply, less, teacher);
        (refused.Status, refused.Pointers()[0]).ShouldBe((HttpStatusCode.Conflict, "?confirm"));
        (await KindsAsync(less, teacher, "?dryRun=true")).Length.ShouldBe(2);
        var applied = (await PostAsync(Apply + "?confirm=true", less, teacher)).Must(HttpStatusCode.OK);
        ((long)applied.Items[0]!["lost"]!).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_wrong_leaves_nothing_and_is_told_with_its_place()
    {
        var (teacher, space) = (await NewTeacherAsync(), NewName());
        var bad = new
        {
            name = "of",
            type = "relation",
            to = "nothing",
        };
        var body = new { collections = new[] { Declaration(space, "books", Title), Declaration(space, "loans", bad) } };
        (await PostAsync(Apply, body, teacher)).Pointers().ShouldBe(["/collections/1/fields/0/to"]);
        (await GetAsync($"/api/v1/collections/{space}.books", teacher)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(Apply, new { collections = Array.Empty<object>() }, teacher))
            .Pointers()
            .ShouldBe(["/collections"]);
        (await PostAsync(Apply, body, Student)).Status.ShouldBe(HttpStatusCode.Forbidden);

        var fine = new { collections = new[] { Declaration(space, "books", Title) } };
        (await KindsAsync(fine, teacher)).Length.ShouldBe(1);
        (await PostAsync(Apply, fine, await NewTeacherAsync())).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await KindsAsync(fine, Administrator)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_looks_after_a_space_reads_who_asked_what_and_resets_it()
    {
        var (teacher, space) = (await NewTeacherAsync(), NewName());
        var body = new { collections = new[] { Declaration(space, "books", Title) } };
        (await KindsAsync(body, teacher)).Length.ShouldBe(1);
        var records = $"/api/v1/collections/{space}.books/records";
        await CreateAsync(records, new { title = "Candide" });
        (await PostAsync(records, new { title = 1 }, Other)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Server.SendAsync(HttpMethod.Get, records + "?limit=7")).Must(HttpStatusCode.OK);
        var requests = $"/api/v1/spaces/{space}/requests";
        await Eventually.HoldsAsync(async () => (await GetAsync(requests, teacher)).Items.Count == 3);
        var log = (await GetAsync(requests, teacher)).Must(HttpStatusCode.OK);
        log.Items.Select(r => $"{r!["method"]} {r["path"]} {r["status"]} {r["account"]}")
            .Order()
            .ShouldBe(
                new[]
                {
                    $"GET {records}?limit=7 200 ",
                    $"POST {records} 201 {Student.Id}",
                    $"POST {records} 400 {Other.Id}",
                }.Order()
            );
        log.Text.ShouldNotContain("Candide");
        (await GetAsync($"{requests}?account={Other.Id}", teacher)).Items.Count.ShouldBe(1);

        var listed = (await GetAsync("/api/v1/spaces", teacher)).Must(HttpStatusCode.OK).Items.ShouldHaveSingleItem()!;
        ((string)listed["name"]!, (long)listed["collections"]!, (long)listed["records"]!).ShouldBe((space, 1, 1));
        (await GetAsync(requests, await NewTeacherAsync())).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync("/api/v1/spaces")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync(requests, Administrator)).Must(HttpStatusCode.OK);

        var cursor = (string)(await GetAsync(records + "/changes")).Must(HttpStatusCode.OK).Json["cursor"]!;
        var reset = $"/api/v1/spaces/{space}/reset";
        (await PostAsync(reset, null, teacher)).Pointers().ShouldBe(["?confirm"]);
        (await PostAsync(reset + "?confirm=true", null, await NewTeacherAsync())).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
        var done = (await PostAsync(reset + "?confirm=true", null, teacher)).Must(HttpStatusCode.OK).Json;
        done.ToJsonString().ShouldBe("""{"collections":1,"records":1}""");
        (await GetAsync(records + "?q=candide")).Must(HttpStatusCode.OK).Items.ShouldBeEmpty();
        ((long)(await GetAsync(records + "/totals", teacher)).Items[0]!["count"]!).ShouldBe(0);
        (await GetAsync($"{records}/changes?since={cursor}")).Status.ShouldBe(HttpStatusCode.Gone);
        // What was unique is free again.
        await CreateAsync(records, new { title = "Candide" });

        // Who declares in another's space does not look after it, and neither does he alone who has but a part of it.
        var other = await NewTeacherAsync();
        (await KindsAsync(new { collections = new[] { Declaration(space, "more", Title) } }, other)).Length.ShouldBe(1);
        (await GetAsync(requests, other)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(requests, teacher)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_somebody_asked_goes_with_them()
    {
        var (teacher, space) = (await NewTeacherAsync(), NewName());
        await KindsAsync(new { collections = new[] { Declaration(space, "books", Title) } }, teacher);
        var person = await NewPersonAsync();
        var records = $"/api/v1/collections/{space}.books/records";
        (await GetAsync(records, person)).Must(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () =>
            (await GetAsync("/api/v1/me/data", person)).Must(HttpStatusCode.OK).Json["collections"]!["requests"]!
                .AsArray()
                .Count == 1
        );
        (await DeleteAsync("/api/v1/me?form=destroy", person)).Must(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () =>
            (await GetAsync($"/api/v1/spaces/{space}/requests", teacher)).Items.Count == 0
        );
    }
}

public sealed class LookingAfterSpacesOnSqlite(SqliteCollections collections)
    : LookingAfterSpaces(collections),
        IClassFixture<SqliteCollections>;

public sealed class LookingAfterSpacesOnPostgres(PostgresCollections collections)
    : LookingAfterSpaces(collections),
        IClassFixture<PostgresCollections>;
