using System.Net;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>What administrators do with the accounts of others.</summary>
public abstract class ManagingUsers(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    [Fact]
    public async Task An_account_is_made_with_a_generated_password_shown_once()
    {
        var administrator = (await AdministratorAsync()).Token;
        var name = NewName();

        var made = await PostAsync("/api/v1/users", new { username = name, role = "researcher" }, administrator);

        made.Status.ShouldBe(HttpStatusCode.Created);
        made.Header("Cache-Control")!.ShouldContain("no-store");
        var read = await GetAsync(made.Message.Headers.Location!.ToString(), administrator);
        read.Json["password"].ShouldBeNull();
        ((string)read.Json["role"]!).ShouldBe("researcher");
        await Server.LogInAsync(name, (string)made.Json["password"]!);
    }

    [Theory]
    [InlineData("""{"username":"x","role":"king"}""", "/role")]
    [InlineData("""{"username":"x","password":"short"}""", "/password")]
    [InlineData("""{"username":"x","password":"password1234"}""", "/password")]
    [InlineData("""{"username":"x","password":"qwertyuiop"}""", "/password")]
    [InlineData("""{"username":"x","password":"Liverpool2024"}""", "/password")]
    [InlineData("""{"role":"member"}""", "/username")]
    [InlineData("""{"username":"a b"}""", "/username")]
    public async Task A_bad_new_account_gets_400(string body, string pointer)
    {
        var answer = await PostAsync("/api/v1/users", body, (await AdministratorAsync()).Token);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task A_taken_name_gets_409()
    {
        var person = await NewPersonAsync();

        var answer = await PostAsync(
            "/api/v1/users",
            new { username = person.Username },
            (await AdministratorAsync()).Token
        );

        answer.Status.ShouldBe(HttpStatusCode.Conflict);
        answer.Pointers().ShouldBe(["/username"]);
    }

    [Fact]
    public async Task A_role_counts_at_once_in_sessions_that_are_open()
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync();
        (await GetAsync("/api/v1/users", person.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);

        await PatchAsync($"/api/v1/users/{person.Id}", new { role = "administrator" }, administrator);
        (await GetAsync("/api/v1/users", person.Token)).Status.ShouldBe(HttpStatusCode.OK);

        await PatchAsync($"/api/v1/users/{person.Id}", new { role = "member" }, administrator);
        (await GetAsync("/api/v1/users", person.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_shut_account_is_refused_at_once_in_all_three_ways_until_it_is_opened()
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync();
        var made = await PostAsync("/api/v1/api-keys", new { permissions = new[] { "self" } }, person.Token);
        var key = Credential.Bearer((string)made.Json["key"]!);
        Credential[] all = [person.Token, person.Basic, key];
        foreach (var credential in all)
        {
            (await GetAsync("/api/v1/me", credential)).Status.ShouldBe(HttpStatusCode.OK);
        }

        await PatchAsync($"/api/v1/users/{person.Id}", new { disabled = true }, administrator);
        foreach (var credential in all)
        {
            (await GetAsync("/api/v1/me", credential)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await PatchAsync($"/api/v1/users/{person.Id}", new { disabled = false }, administrator);
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", key)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reset_password_replaces_the_old_one_and_ends_the_sessions()
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync();

        var reset = await PostAsync($"/api/v1/users/{person.Id}/password", null, administrator);

        reset.Status.ShouldBe(HttpStatusCode.OK);
        reset.Header("Cache-Control")!.ShouldContain("no-store");
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await Server.LogInAsync(person.Username, (string)reset.Json["password"]!);
    }

    [Fact]
    public async Task Accounts_are_listed_in_pages_searched_and_filtered()
    {
        await using var server = await Accounts.StartAsync();
        var administrator = Credential.Basic(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        foreach (var name in (string[])["rower-c", "Rower-A", "rower-b", "cox-a"])
        {
            await server.SendAsync(
                HttpMethod.Post,
                "/api/v1/users",
                new
                {
                    username = name,
                    role = name == "cox-a" ? "researcher" : "member",
                    displayName = name == "cox-a" ? "Rowena 100%" : null,
                    email = name == "rower-c" ? "zoe@example.org" : null,
                },
                administrator
            );
        }

        async Task<string[]> NamesAsync(string query)
        {
            var names = new List<string>();
            for (string? next = $"/api/v1/users{query}"; next is not null; )
            {
                var page = await server.SendAsync(HttpMethod.Get, next, null, administrator);
                page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
                names.AddRange(page.Json["items"]!.AsArray().Select(a => (string)a!["username"]!));
                next = (string?)page.Json["next"];
            }

            return [.. names];
        }

        (await NamesAsync("")).ShouldBe(["admin", "cox-a", "Rower-A", "rower-b", "rower-c"]);
        (await NamesAsync("?limit=2")).ShouldBe(["admin", "cox-a", "Rower-A", "rower-b", "rower-c"]);
        (await NamesAsync("?search=ROWER-&limit=1")).ShouldBe(["Rower-A", "rower-b", "rower-c"]);
        (await NamesAsync("?search=rowe")).ShouldBe(["cox-a", "Rower-A", "rower-b", "rower-c"]);
        (await NamesAsync("?search=zoe")).ShouldBe(["rower-c"]);
        (await NamesAsync("?search=%25")).ShouldBeEmpty();
        (await NamesAsync("?search=_")).ShouldBeEmpty();
        (await NamesAsync("?search=' OR 1=1 --")).ShouldBeEmpty();
        (await NamesAsync("?role=researcher")).ShouldBe(["cox-a"]);
    }

    [Theory]
    [InlineData("?role=king", "?role")]
    [InlineData("?limit=0", "?limit")]
    [InlineData("?limit=1001", "?limit")]
    [InlineData("?cursor=!!", "?cursor")]
    [InlineData("?cursor=e30", "?cursor")]
    [InlineData("?search=%00", "?search")]
    [InlineData("?nothing=1", "?nothing")]
    public async Task A_bad_query_gets_400(string query, string pointer)
    {
        var answer = await GetAsync($"/api/v1/users{query}", (await AdministratorAsync()).Token);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task People_see_themselves_whole_and_of_others_the_public_profile()
    {
        var one = await NewPersonAsync("researcher");
        var other = await NewPersonAsync();

        (await GetAsync($"/api/v1/users/{one.Id}", one.Token)).Status.ShouldBe(HttpStatusCode.OK);
        var seen = (await GetAsync($"/api/v1/users/{other.Id}", one.Token)).Must(HttpStatusCode.OK).Json.AsObject();
        seen.Select(member => member.Key).ShouldBe(["id", "username", "postCount", "followerCount", "links"]);
        (await GetAsync($"/api/v1/users/{Guid.Empty}", one.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync("/api/v1/users/1", one.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync($"/api/v1/users/{other.Id}", (await AdministratorAsync()).Token)).Status.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task A_change_of_an_old_version_gets_412()
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync();

        var answer = await Server.SendAsync(
            HttpMethod.Patch,
            $"/api/v1/users/{person.Id}",
            new { role = "researcher" },
            administrator,
            ("If-Match", "\"an old one\"")
        );

        answer.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task An_administrator_erases_somebody_after_seeing_what_goes()
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync();
        var path = $"/api/v1/users/{person.Id}";

        (await DeleteAsync(path, administrator)).Status.ShouldBe(HttpStatusCode.BadRequest);
        var dry = await DeleteAsync($"{path}?form=destroy&dryRun=true", administrator);
        ((int)dry.Json["sections"]!["accounts"]!["accounts"]!).ShouldBe(1);
        (await GetAsync(path, administrator)).Status.ShouldBe(HttpStatusCode.OK);

        (await DeleteAsync($"{path}?form=destroy", administrator)).Status.ShouldBe(HttpStatusCode.OK);
        (await DeleteAsync($"{path}?form=destroy", administrator)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_was_done_is_in_the_audit_trail_without_names_or_secrets()
    {
        var administrator = await AdministratorAsync();
        var person = await NewPersonAsync();
        var path = $"/api/v1/users/{person.Id}";
        await PatchAsync(path, new { role = "researcher", displayName = "Somebody Known" }, administrator.Token);
        await PostAsync($"{path}/password", null, administrator.Token);
        var trail = await GetAsync($"/api/v1/audit?subject={person.Id}", administrator.Token);
        trail.Json["items"]!
            .AsArray()
            .Select(a => (string)a!["action"]!)
            .ShouldBe(["account.password-reset", "account.changed", "account.registered"]);
        trail.Text.ShouldNotContain(person.Username);
        trail.Text.ShouldNotContain("Somebody Known");
        var first = await GetAsync($"/api/v1/audit?subject={person.Id}&limit=2", administrator.Token);
        var rest = await GetAsync((string)first.Json["next"]!, administrator.Token);
        ((string)rest.Json["items"]![0]!["action"]!).ShouldBe("account.registered");

        // That somebody was erased stays, and by whom; who it was does not.
        await DeleteAsync($"{path}?form=anonymise", administrator.Token);
        await Eventually.HoldsAsync(async () =>
        {
            var left = await GetAsync($"/api/v1/audit?subject={person.Id}", administrator.Token);
            var completed = await GetAsync("/api/v1/audit?action=erasure.completed", administrator.Token);
            return left.Json["items"]!.AsArray().Count == 0 && completed.Json["items"]!.AsArray().Count > 0;
        });
        var erased = await GetAsync(
            $"/api/v1/audit?action=account.erased&actor={administrator.Id}",
            administrator.Token
        );
        // The administrator of these tests erases others meanwhile.
        erased.Json["items"]!
            .AsArray()
            .ShouldContain(a => ((string)a!["details"]!).Contains("anonymise"));
        erased.Text.ShouldNotContain(person.Id.ToString());

        (await GetAsync("/api/v1/audit?action=a%00", administrator.Token)).Pointers().ShouldBe(["?action"]);
        (await GetAsync("/api/v1/audit?actor=somebody", administrator.Token)).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task Creating_twice_with_one_key_makes_one_account_and_gives_the_same_reply()
    {
        var administrator = (await AdministratorAsync()).Token;
        var name = NewName();
        Task<Answer> CreateAsync(string username) =>
            Server.SendAsync(
                HttpMethod.Post,
                "/api/v1/users",
                new { username },
                administrator,
                ("Idempotency-Key", $"make-{name}")
            );

        var first = await CreateAsync(name);
        var second = await CreateAsync(name);

        second.Status.ShouldBe(HttpStatusCode.Created);
        second.Text.ShouldBe(first.Text);
        (await CreateAsync(NewName())).Status.ShouldBe(HttpStatusCode.Conflict);
    }
}

public sealed class ManagingUsers_on_sqlite(SqliteAccounts accounts)
    : ManagingUsers(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class ManagingUsers_on_postgres(PostgresAccounts accounts)
    : ManagingUsers(accounts),
        IClassFixture<PostgresAccounts>;
