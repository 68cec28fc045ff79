namespace Sillage.Collections.Tests;

/// <summary>A person reads and erases what collections know of them.</summary>
public abstract class PersonalDataOfCollections(CollectionsUnderTest collections)
    : CollectionsSpecification(collections)
{
    private const string Everywhere = """
        SELECT (SELECT COUNT(*) FROM record WHERE owner = @Account) + (SELECT COUNT(*) FROM collection WHERE owner = @Account)
          + (SELECT COUNT(*) FROM record_history WHERE actor = @Account)
        """;

    [Theory]
    [InlineData("anonymise")]
    [InlineData("destroy")]
    public async Task What_is_left_of_somebody_erased_names_nobody(string form)
    {
        var person = await NewPersonAsync();
        var open = await DeclareAsync(
            """
            {"fields": [{"name": "a", "type": "string", "index": true, "unique": true}], "history": true,
             "rules": {"read": "true", "create": "@me.id != null", "update": "@me.id != null"}}
            """
        );
        var closed = await DeclareAsync(
            """
            {"fields": [{"name": "a", "type": "string", "index": true}],
             "rules": {"read": "owner = @me.id", "create": "@me.id != null", "delete": "owner = @me.id"}}
            """
        );
        var shared = await CreateAsync(open, new { a = "theirs" }, person);
        var other = await CreateAsync(open, new { a = "others" }, Other);
        (await PatchAsync(Self(other), new { a = "changed" }, person)).Must(HttpStatusCode.OK);
        await CreateAsync(closed, new { a = "mine" }, person);
        var deleted = await CreateAsync(closed, new { a = "gone" }, person);
        (await DeleteAsync(Self(deleted), person)).Must(HttpStatusCode.NoContent);

        var data = (await GetAsync("/api/v1/me/data", person)).Must(HttpStatusCode.OK).Json["collections"]!;
        data["records"]!.AsArray().Select(r => (string)r!["record"]!["a"]!).ShouldBe(["theirs", "mine", "gone"]);
        data["changes"]!.AsArray().Select(c => (string)c!["action"]!).ShouldBe(["created", "changed"]);
        var patch = new { collections = new { records = new { } } };
        (await PatchAsync("/api/v1/me/data", patch, person)).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await DeleteAsync($"/api/v1/me?form={form}", person)).Must(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await CountLeftAsync(person) == 0);

        var left = (await GetAsync(open + "?sort=a", Other)).Items;
        left.Select(r => (string)r!["a"]!).ShouldBe(form == "anonymise" ? ["changed", "theirs"] : ["changed"]);
        (await GetAsync(Self(shared), Other)).Status.ShouldBe(
            form == "anonymise" ? HttpStatusCode.OK : HttpStatusCode.NotFound
        );
        (await GetAsync(closed, Administrator)).Items.ShouldBeEmpty();
        var texts = await Collections.Database.ReadAsync(
            r => r.ScalarAsync<long>("SELECT COUNT(*) FROM value_text WHERE value IN ('mine', 'gone')"),
            default
        );
        texts.ShouldBe(0);
    }

    private Task<long> CountLeftAsync(Person person) =>
        Collections.Database.ReadAsync(r => r.ScalarAsync<long>(Everywhere, new { Account = person.Id }), default);
}

public sealed class PersonalDataOfCollectionsOnSqlite(SqliteCollections collections)
    : PersonalDataOfCollections(collections),
        IClassFixture<SqliteCollections>;

public sealed class PersonalDataOfCollectionsOnPostgres(PostgresCollections collections)
    : PersonalDataOfCollections(collections),
        IClassFixture<PostgresCollections>;
