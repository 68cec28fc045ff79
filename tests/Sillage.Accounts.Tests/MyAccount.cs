using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>What people do with their own account: profile, password, sessions, personal data, erasure.</summary>
public abstract class MyAccount(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    [Fact]
    public async Task People_see_and_change_their_profile()
    {
        var person = await NewPersonAsync();

        var changed = await PatchAsync(
            "/api/v1/me",
            """{"displayName":"Robert'); DROP TABLE account;--","email":"r@example.org"}""",
            person.Token
        );
        changed.Status.ShouldBe(HttpStatusCode.OK);
        var cleared = await PatchAsync("/api/v1/me", """{"email":null}""", person.Token);

        cleared.Json["email"].ShouldBeNull();
        var me = await GetAsync("/api/v1/me", person.Token);
        ((string)me.Json["displayName"]!).ShouldBe("Robert'); DROP TABLE account;--");
        ((string)me.Json["links"]!["self"]!).ShouldBe("/api/v1/me");
        foreach (var (_, link) in me.Json["links"]!.AsObject())
        {
            (await GetAsync((string)link!, person.Token)).Status.ShouldNotBe(HttpStatusCode.NotFound);
        }
    }

    [Theory]
    [InlineData("""{"role":"administrator"}""", "/role")]
    [InlineData("""{"username":"other"}""", "/username")]
    [InlineData("""{"displayName":"a\u0007b"}""", "/displayName")]
    [InlineData("""{"displayName":"\u0000"}""", "/displayName")]
    [InlineData("""{"email":"nowhere"}""", "/email")]
    [InlineData("""{"email":5}""", "/email")]
    [InlineData("[]", "")]
    public async Task A_bad_change_gets_400_with_its_pointer(string patch, string pointer)
    {
        var person = await NewPersonAsync();

        var answer = await PatchAsync("/api/v1/me", patch, person.Token);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task A_change_of_an_old_version_gets_412()
    {
        var person = await NewPersonAsync();
        var tag = (await GetAsync("/api/v1/me", person.Token)).Header("ETag")!;
        Task<Answer> ChangeAsync(string name) =>
            Server.SendAsync(
                HttpMethod.Patch,
                "/api/v1/me",
                new { displayName = name },
                person.Token,
                ("If-Match", tag)
            );

        (await ChangeAsync("first")).Status.ShouldBe(HttpStatusCode.OK);
        (await ChangeAsync("second")).Status.ShouldBe(HttpStatusCode.PreconditionFailed);

        var same = await Server.SendAsync(
            HttpMethod.Get,
            "/api/v1/me",
            null,
            person.Token,
            ("If-None-Match", (await GetAsync("/api/v1/me", person.Token)).Header("ETag")!)
        );
        same.Status.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_change_of_password_ends_the_other_sessions_only()
    {
        var here = await NewPersonAsync();
        var there = await Server.LogInAsync(here.Username, here.Password);
        var change = new { currentPassword = here.Password, newPassword = "four dry sculls" };

        (await PutAsync("/api/v1/me/password", change, here.Token)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await GetAsync("/api/v1/me", here.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", there.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await Server.LogInAsync(here.Username, change.newPassword);
    }

    [Theory]
    [InlineData("not the one", "four dry sculls", "/currentPassword")]
    [InlineData("three wet oars", "short", "/newPassword")]
    public async Task A_bad_change_of_password_gets_400(string current, string next, string pointer)
    {
        var person = await NewPersonAsync();

        var answer = await PutAsync(
            "/api/v1/me/password",
            new { currentPassword = current, newPassword = next },
            person.Token
        );

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldBe([pointer]);
        await Server.LogInAsync(person.Username, person.Password);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one()
    {
        var here = await NewPersonAsync();
        await Server.SendAsync(
            HttpMethod.Post,
            "/api/v1/auth/login",
            new { username = here.Username, password = here.Password },
            null,
            ("User-Agent", "boathouse-tablet/2.1")
        );

        var listed = await GetAsync("/api/v1/me/sessions?limit=1", here.Token);
        var other = listed.Json["items"]![0]!;
        ((string)other["userAgent"]!).ShouldBe("boathouse-tablet/2.1");
        ((bool)other["current"]!).ShouldBeFalse();
        var rest = await GetAsync((string)listed.Json["next"]!, here.Token);
        ((bool)rest.Json["items"]![0]!["current"]!).ShouldBeTrue();
        rest.Json["next"].ShouldBeNull();

        var self = (string)other["links"]!["self"]!;
        (await DeleteAsync(self, here.Token)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await DeleteAsync(self, here.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nobody_ends_a_session_of_somebody_else()
    {
        var one = await NewPersonAsync();
        var other = await NewPersonAsync();
        var session = (await GetAsync("/api/v1/me/sessions", one.Token)).Json["items"]![0]!["id"];

        (await DeleteAsync($"/api/v1/me/sessions/{session}", other.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync("/api/v1/me", one.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task People_read_everything_that_is_kept_about_them_and_no_secret()
    {
        var person = await NewPersonAsync();
        await PatchAsync("/api/v1/me", new { displayName = "Élodie", email = "e@example.org" }, person.Token);
        var key = await PostAsync("/api/v1/api-keys", new { permissions = new[] { "games.play" } }, person.Token);

        var data = await GetAsync("/api/v1/me/data?download=true", person.Token);

        data.Status.ShouldBe(HttpStatusCode.OK);
        data.Message.Content.Headers.ContentDisposition!.ToString().ShouldContain("personal-data.json");
        var section = data.Json["accounts"]!;
        ((string)section["account"]!["username"]!).ShouldBe(person.Username);
        ((string)section["profile"]!["displayName"]!).ShouldBe("Élodie");
        section["sessions"]!.AsArray().Count.ShouldBe(1);
        section["apiKeys"]!.AsArray().Count.ShouldBe(1);
        section["audit"]!.AsArray().Select(a => (string)a!["action"]!).ShouldContain("account.registered");
        data.Text.ShouldNotContain((string)key.Json["key"]!);
        data.Text.ShouldNotContain("hash", Case.Insensitive);
    }

    [Fact]
    public async Task People_correct_their_data_by_section()
    {
        var person = await NewPersonAsync();

        var corrected = await PatchAsync(
            "/api/v1/me/data",
            new { accounts = new { profile = new { displayName = "Corrected" } } },
            person.Token
        );

        corrected.Status.ShouldBe(HttpStatusCode.NoContent);
        ((string)(await GetAsync("/api/v1/me", person.Token)).Json["displayName"]!).ShouldBe("Corrected");
    }

    [Theory]
    [InlineData("""{"nowhere":{}}""", "/nowhere")]
    [InlineData("""{"accounts":[]}""", "/accounts")]
    [InlineData("""{"accounts":{"account":{"role":"administrator"}}}""", "/accounts/account")]
    [InlineData("""{"accounts":{"profile":{"role":"administrator"}}}""", "/accounts/profile/role")]
    [InlineData("""{"accounts":{"profile":{"displayName":"\u0000"}}}""", "/accounts/profile/displayName")]
    public async Task A_bad_correction_gets_400_with_its_pointer(string patch, string pointer)
    {
        var person = await NewPersonAsync();

        var answer = await PatchAsync("/api/v1/me/data", patch, person.Token);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Text);
        answer.Pointers().ShouldContain(pointer);
    }

    [Theory]
    [InlineData("anonymise")]
    [InlineData("destroy")]
    public async Task People_erase_themselves_after_seeing_what_goes(string form)
    {
        var person = await NewPersonAsync();
        await PostAsync("/api/v1/api-keys", new { permissions = new[] { "games.play" } }, person.Token);

        var dry = await DeleteAsync($"/api/v1/me?form={form}&dryRun=true", person.Token);
        dry.Status.ShouldBe(HttpStatusCode.OK);
        dry.Json["sections"]!["accounts"]!
            .ToJsonString()
            .ShouldBe("""{"accounts":1,"sessions":1,"apiKeys":1,"secondFactors":0}""");
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.OK);

        var done = await DeleteAsync($"/api/v1/me?form={form}", person.Token);
        done.Status.ShouldBe(HttpStatusCode.OK);
        ((bool)done.Json["dryRun"]!).ShouldBeFalse();
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var administrator = (await AdministratorAsync()).Token;
        (await GetAsync($"/api/v1/users/{person.Id}", administrator)).Status.ShouldBe(HttpStatusCode.NotFound);
        await Server.RegisterAsync(person.Username);
    }

    [Fact]
    public async Task An_erasure_in_a_module_that_is_switched_off_waits_for_a_start_with_it()
    {
        await using var server = await Accounts.StartAsync();
        var list = server.Services.GetRequiredService<IErasureList>();
        var waiting = await list.RecordPartAsync("elsewhere", "1/1", ErasureForm.Destroy, CancellationToken.None);
        await server.RestartAsync();

        // One that can be seen through, by a worker that looks at both.
        var person = await server.RegisterAsync(NewName());
        var erased = await server.SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, person.Token);
        var progress = (string)erased.Json["links"]!["progress"]!;
        await Eventually.HoldsAsync(async () => await StateAsync(progress) == "done");

        (await StateAsync($"/api/v1/erasures/{waiting}")).ShouldBe("removing");

        async Task<string> StateAsync(string path) =>
            (string)(await server.SendAsync(HttpMethod.Get, path)).Json["state"]!;
    }

    [Fact]
    public async Task Erasing_oneself_asks_for_the_form_and_a_recent_login()
    {
        var person = await NewPersonAsync();
        (await DeleteAsync("/api/v1/me", person.Token)).Pointers().ShouldBe(["?form"]);
        (await DeleteAsync("/api/v1/me?form=everything", person.Token)).Status.ShouldBe(HttpStatusCode.BadRequest);

        Clock.Advance(TimeSpan.FromMinutes(11));
        (await DeleteAsync("/api/v1/me?form=destroy", person.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync("/api/v1/me?form=destroy&dryRun=true", person.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await DeleteAsync("/api/v1/me?form=destroy", person.Basic)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_last_administrator_cannot_erase_shut_or_demote_himself()
    {
        await using var server = await Accounts.StartAsync();
        var administrator = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        var self = $"/api/v1/users/{administrator.Id}";
        Task<Answer> SendAsync(HttpMethod method, string path, object? body = null) =>
            server.SendAsync(method, path, body, administrator.Token);

        (await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Delete, $"{self}?form=destroy")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Patch, self, new { role = "member" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Patch, self, new { disabled = true })).Status.ShouldBe(HttpStatusCode.Conflict);

        await server.RegisterAsync("second", "administrator");
        (await SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_two_last_administrators_who_leave_at_once_one_stays()
    {
        await using var server = await Accounts.StartAsync();
        var one = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        var other = await server.RegisterAsync("second", "administrator");

        var answers = await Task.WhenAll(
            new[] { one, other }.Select(p =>
                server.SendAsync(HttpMethod.Delete, "/api/v1/me?form=destroy", null, p.Token)
            )
        );

        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(1);
    }

    [Fact]
    public async Task An_account_is_read_as_XML_too()
    {
        var person = await NewPersonAsync();

        var answer = await Server.SendAsync(
            HttpMethod.Get,
            "/api/v1/me",
            null,
            person.Token,
            ("Accept", "application/xml")
        );

        answer.Message.Content.Headers.ContentType!.MediaType.ShouldBe("application/xml");
        answer.Text.ShouldContain($">{person.Username}</username>");
    }
}

public sealed class MyAccount_on_sqlite(SqliteAccounts accounts) : MyAccount(accounts), IClassFixture<SqliteAccounts>;

public sealed class MyAccount_on_postgres(PostgresAccounts accounts)
    : MyAccount(accounts),
        IClassFixture<PostgresAccounts>;
