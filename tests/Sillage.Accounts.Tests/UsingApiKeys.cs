using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Contracts;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>API keys: made, used, bounded, deleted.</summary>
public abstract class UsingApiKeys(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private Task<Answer> MakeAsync(Person owner, params string[] permissions) =>
        PostAsync("/api/v1/api-keys", new { permissions, name = "game server" }, owner.Token);

    private static Credential KeyOf(Answer answer) => Credential.Bearer((string)answer.Json["key"]!);

    [Fact]
    public async Task A_key_is_shown_once_and_works_in_both_headers()
    {
        var person = await NewPersonAsync();

        var made = await MakeAsync(person, "self", "games.play");

        made.Status.ShouldBe(HttpStatusCode.Created);
        made.Header("Cache-Control")!.ShouldContain("no-store");
        var key = (string)made.Json["key"]!;
        key.ShouldStartWith("sillage_");
        key.Length.ShouldBe(51);
        (await GetAsync("/api/v1/me", KeyOf(made))).Status.ShouldBe(HttpStatusCode.OK);
        (await Server.SendAsync(HttpMethod.Get, "/api/v1/me", null, null, ("X-API-Key", key))).Status.ShouldBe(
            HttpStatusCode.OK
        );
        var read = await GetAsync(made.Message.Headers.Location!.ToString(), person.Token);
        read.Json["key"].ShouldBeNull();
        ((string)read.Json["createdAt"]!).ShouldBe((string)made.Json["createdAt"]!);
        read.Text.ShouldNotContain(key);
        Server.Log.Text.ShouldNotContain(key);
    }

    [Fact]
    public async Task A_key_does_only_what_it_was_made_for()
    {
        var person = await NewPersonAsync();
        var key = KeyOf(await MakeAsync(person, "games.play"));

        (await GetAsync("/api/v1/me", key)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync($"/api/v1/users/{person.Id}", key)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_key_loses_what_its_owner_loses()
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync("administrator");
        var key = KeyOf(await MakeAsync(person, "self", "accounts.read"));
        (await GetAsync("/api/v1/users", key)).Status.ShouldBe(HttpStatusCode.OK);

        await PatchAsync($"/api/v1/users/{person.Id}", new { role = "member" }, administrator);

        (await GetAsync("/api/v1/users", key)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync("/api/v1/me", key)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_cannot_do_what_asks_for_a_person()
    {
        var person = await NewPersonAsync("administrator");
        var key = KeyOf(await MakeAsync(person, "self", "accounts.manage"));

        var change = new { currentPassword = person.Password, newPassword = "four dry sculls" };
        (await PutAsync("/api/v1/me/password", change, key)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync("/api/v1/api-keys", new { permissions = new[] { "self" } }, key)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await DeleteAsync("/api/v1/me?form=destroy", key)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync("/api/v1/signing-keys/rotate", null, key)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_key_makes_nobody_more_than_they_are_and_lets_its_finder_not_stay()
    {
        var owner = await NewPersonAsync("administrator");
        var other = await NewPersonAsync("administrator");
        var member = await NewPersonAsync();
        var key = KeyOf(await MakeAsync(owner, "self", "accounts.read", "accounts.manage"));

        var refused = new[]
        {
            await PostAsync("/api/v1/users", new { username = NewName(), role = "administrator" }, key),
            await PostAsync("/api/v1/users", new { username = NewName(), role = "researcher" }, key),
            await PatchAsync($"/api/v1/users/{member.Id}", new { role = "administrator" }, key),
            await PatchAsync($"/api/v1/users/{other.Id}", new { role = "member" }, key),
            await PatchAsync($"/api/v1/users/{other.Id}", new { disabled = true }, key),
            await PatchAsync($"/api/v1/users/{owner.Id}", new { displayName = "x" }, key),
            await PostAsync($"/api/v1/users/{owner.Id}/password", null, key),
            await PostAsync($"/api/v1/users/{other.Id}/password", null, key),
            await DeleteAsync($"/api/v1/users/{other.Id}?form=destroy", key),
            await DeleteAsync($"/api/v1/users/{owner.Id}?form=destroy", key),
        };

        refused.ShouldAllBe(answer => answer.Status == HttpStatusCode.Forbidden);
        refused.ShouldAllBe(answer => answer.Text.Contains("log in"));
        // What a script that keeps accounts is for.
        (await PostAsync("/api/v1/users", new { username = NewName() }, key)).Status.ShouldBe(HttpStatusCode.Created);
        (await PostAsync($"/api/v1/users/{member.Id}/password", null, key)).Status.ShouldBe(HttpStatusCode.OK);
        (await PatchAsync($"/api/v1/users/{member.Id}", new { disabled = true }, key)).Status.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task A_key_needs_a_recent_login_and_no_token_that_was_made_to_be_kept()
    {
        var person = await NewPersonAsync();
        var tokens = Server.Services.GetRequiredService<ILongTokens>();
        var longToken = Credential.Bearer((await tokens.OpenAsync(person.Id, "a script", default))!);
        Task<Answer> TryAsync(Credential credential) =>
            PostAsync("/api/v1/api-keys", new { permissions = new[] { "self" } }, credential);

        (await TryAsync(longToken)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await TryAsync(person.Token)).Status.ShouldBe(HttpStatusCode.Created);
        Clock.Advance(TimeSpan.FromMinutes(11));
        (await TryAsync(person.Token)).Text.ShouldContain("recent login");
        (await TryAsync(person.Basic)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.Unauthorized)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task A_new_password_ends_the_keys_unless_they_are_to_stay(bool keep, HttpStatusCode after)
    {
        var administrator = (await AdministratorAsync()).Token;
        var person = await NewPersonAsync();
        var key = KeyOf(await MakeAsync(person, "self"));
        (await GetAsync("/api/v1/me", key)).Status.ShouldBe(HttpStatusCode.OK);
        var change = new
        {
            currentPassword = person.Password,
            newPassword = "four dry sculls",
            keepApiKeys = keep,
        };
        (await PutAsync("/api/v1/me/password", change, person.Token)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await GetAsync("/api/v1/me", key)).Status.ShouldBe(after);

        var another = await NewPersonAsync();
        var anotherKey = KeyOf(await MakeAsync(another, "self"));
        var reset = $"/api/v1/users/{another.Id}/password" + (keep ? "?keepApiKeys=true" : "");
        (await PostAsync(reset, null, administrator)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", anotherKey)).Status.ShouldBe(after);
    }

    [Fact]
    public async Task A_key_ends_when_it_expires_or_is_deleted()
    {
        var person = await NewPersonAsync();
        var brief = await PostAsync(
            "/api/v1/api-keys",
            new { permissions = new[] { "self" }, expiresAt = Clock.GetUtcNow().AddHours(1) },
            person.Token
        );
        var lasting = await MakeAsync(person, "self");
        (await GetAsync("/api/v1/me", KeyOf(brief))).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", KeyOf(lasting))).Status.ShouldBe(HttpStatusCode.OK);

        Clock.Advance(TimeSpan.FromHours(2));
        (await GetAsync("/api/v1/me", KeyOf(brief))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", KeyOf(lasting))).Status.ShouldBe(HttpStatusCode.OK);

        var self = (string)lasting.Json["links"]!["self"]!;
        (await DeleteAsync(self, person.Basic)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await GetAsync("/api/v1/me", KeyOf(lasting))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await DeleteAsync(self, person.Basic)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Keys_of_others_are_not_there()
    {
        var one = await NewPersonAsync();
        var other = await NewPersonAsync();
        var made = await MakeAsync(one, "self");
        var self = (string)made.Json["links"]!["self"]!;

        (await GetAsync(self, other.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(self, other.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync("/api/v1/api-keys", other.Token)).Json["items"]!.AsArray().ShouldBeEmpty();
        (await GetAsync("/api/v1/api-keys", one.Token)).Json["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_last_use_is_written_down()
    {
        var person = await NewPersonAsync();
        var made = await MakeAsync(person, "self");
        await GetAsync("/api/v1/me", KeyOf(made));

        await Server.Services.GetRequiredService<ApiKeyUses>().WriteAsync(default);

        var read = await GetAsync((string)made.Json["links"]!["self"]!, person.Token);
        read.Json["lastUsedAt"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"permissions":[]}""", "/permissions")]
    [InlineData("""{"permissions":["everything"]}""", "/permissions/0")]
    [InlineData("""{"permissions":["self","accounts.manage"]}""", "/permissions/1")]
    [InlineData("""{"permissions":[null]}""", "/permissions/0")]
    [InlineData("""{"permissions":["self"],"name":"a\u0000"}""", "/name")]
    [InlineData("""{"permissions":["self"],"name":"a\u001b[31m"}""", "/name")]
    [InlineData("""{"permissions":["self"],"expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt")]
    [InlineData("""{"permissions":["self"],"expiresAt":"tomorrow"}""", "/expiresAt")]
    [InlineData("""{}""", "/permissions")]
    public async Task A_bad_key_gets_400(string body, string pointer)
    {
        var person = await NewPersonAsync();

        var answer = await PostAsync("/api/v1/api-keys", body, person.Token);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Theory]
    [InlineData("sillage_")]
    [InlineData("sillage_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sillage_' OR 1=1 --")]
    public async Task An_invented_key_gets_401(string key) =>
        (await Server.SendAsync(HttpMethod.Get, "/api/v1/me", null, null, ("X-API-Key", key))).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
}

public sealed class UsingApiKeys_on_sqlite(SqliteAccounts accounts)
    : UsingApiKeys(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class UsingApiKeys_on_postgres(PostgresAccounts accounts)
    : UsingApiKeys(accounts),
        IClassFixture<PostgresAccounts>;
