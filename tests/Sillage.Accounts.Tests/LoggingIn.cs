using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>Registration, login, lockout, logout.</summary>
public abstract class LoggingIn(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    [Fact]
    public async Task A_person_registers_and_logs_in_whatever_the_case_of_the_name()
    {
        var name = NewName();
        var registered = await PostAsync(
            "/api/v1/auth/register",
            new
            {
                username = name,
                password = Password,
                email = "someone@example.org",
                displayName = "Élodie",
            }
        );

        registered.Status.ShouldBe(HttpStatusCode.Created);
        registered.Message.Headers.Location!.ToString().ShouldBe($"/api/v1/users/{registered.Json["id"]}");
        ((string)registered.Json["role"]!).ShouldBe("member");
        ((string)registered.Json["displayName"]!).ShouldBe("Élodie");
        registered.Text.ShouldNotContain(Password);
        var read = await GetAsync($"/api/v1/users/{registered.Json["id"]}", Credential.Basic(name, Password));
        read.Text.ShouldBe(registered.Text);
        read.Header("ETag").ShouldBe(registered.Header("ETag"));

        var login = await PostAsync(
            "/api/v1/auth/login",
            new { username = name.ToUpperInvariant(), password = Password }
        );
        login.Status.ShouldBe(HttpStatusCode.OK);
        ((string)login.Json["token_type"]!).ShouldBe("Bearer");
        ((int)login.Json["expires_in"]!).ShouldBe(900);
        login.Header("Cache-Control")!.ShouldContain("no-store");
    }

    [Fact]
    public async Task A_name_is_taken_whatever_its_case()
    {
        var name = NewName();
        await Server.RegisterAsync(name);

        var again = await PostAsync(
            "/api/v1/auth/register",
            new { username = name.ToUpperInvariant(), password = Password }
        );

        again.Status.ShouldBe(HttpStatusCode.Conflict);
        again.Pointers().ShouldBe(["/username"]);
    }

    [Fact]
    public async Task Of_two_who_register_one_name_at_once_one_gets_it()
    {
        var name = NewName();
        var both = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => PostAsync("/api/v1/auth/register", new { username = name, password = Password }))
        );

        both.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        both.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(3);
    }

    [Theory]
    [InlineData("", "/username")]
    [InlineData(" player", "/username")]
    [InlineData("-player", "/username")]
    [InlineData("pl ayer", "/username")]
    [InlineData("player'; DROP TABLE account; --", "/username")]
    [InlineData("player\u0001", "/username")]
    [InlineData("player\u0000", "/username")]
    [InlineData("élodie", "/username")]
    [InlineData("аdmin", "/username")]
    public async Task A_user_name_that_is_not_one_gets_400(string username, string pointer)
    {
        var answer = await PostAsync("/api/v1/auth/register", new { username, password = Password });

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("aaaaaaaaaaaaaaa", "one character")]
    [InlineData("longest", "too long")]
    public async Task A_weak_password_gets_400_and_is_not_repeated(string password, string why)
    {
        _ = why;
        var given = password == "longest" ? new string('x', 300) + "yz!" : password;
        var answer = await PostAsync("/api/v1/auth/register", new { username = NewName(), password = given });

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldBe(["/password"]);
        answer.Text.ShouldNotContain(given);
    }

    [Theory]
    [InlineData("{\"email\":\"no address\"}", "/email")]
    [InlineData("{\"email\":\"a@b@c\"}", "/email")]
    [InlineData("{\"displayName\":\"two\\nlines\"}", "/displayName")]
    [InlineData("{\"displayName\":\"\\u0000\"}", "/displayName")]
    [InlineData("{\"displayName\":\"\\ud800\"}", "/displayName")]
    [InlineData("{\"displayName\":\"\"}", "/displayName")]
    [InlineData("{\"role\":\"administrator\"}", "/role")]
    [InlineData("{\"username\":7}", "/username")]
    public async Task A_bad_field_at_registration_gets_400_with_its_pointer(string fields, string pointer)
    {
        var name = fields.Contains("username", StringComparison.Ordinal) ? "" : $"\"username\":\"{NewName()}\",";
        var answer = await PostAsync("/api/v1/auth/register", $"{{{name}\"password\":\"{Password}\",{fields[1..]}");

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task Registration_is_closed_unless_a_setting_opens_it()
    {
        await using var closed = await Accounts.StartAsync(("Accounts:Registration", null));

        var answer = await closed.SendAsync(
            HttpMethod.Post,
            "/api/v1/auth/register",
            new { username = "player-1", password = Password }
        );

        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_unknown_name_a_wrong_password_and_a_shut_account_get_the_same_answer()
    {
        var person = await NewPersonAsync();
        var shut = await NewPersonAsync();
        await PatchAsync($"/api/v1/users/{shut.Id}", new { disabled = true }, (await AdministratorAsync()).Token);

        var answers = new[]
        {
            await PostAsync("/api/v1/auth/login", new { username = "nobody", password = Password }),
            await PostAsync("/api/v1/auth/login", new { username = person.Username, password = "not the one" }),
            await PostAsync("/api/v1/auth/login", new { username = shut.Username, password = shut.Password }),
            await PostAsync("/api/v1/auth/login", new { username = "' OR 1=1 --", password = "' OR 1=1 --" }),
        };

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Unauthorized);
        answers.Select(a => (string)a.Json["detail"]!).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Too_many_wrong_passwords_lock_the_password_for_a_time_and_leave_open_sessions_alone()
    {
        // Well away from the machine's own time: every part has to go by the same clock.
        Clock.Advance(TimeSpan.FromHours(1));
        var person = await NewPersonAsync();
        await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(i =>
                    PostAsync("/api/v1/auth/login", new { username = person.Username, password = $"wrong {i}" })
                )
        );
        var right = new { username = person.Username, password = person.Password };

        (await PostAsync("/api/v1/auth/login", right)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.OK);
        var seen = await GetAsync($"/api/v1/users/{person.Id}", (await AdministratorAsync()).Token);
        seen.Json["lockedUntil"].ShouldNotBeNull();

        Clock.Advance(TimeSpan.FromMinutes(6));
        (await PostAsync("/api/v1/auth/login", right)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_administrator_unlocks_a_password()
    {
        var person = await NewPersonAsync();
        for (var i = 0; i < 10; i++)
        {
            await PostAsync("/api/v1/auth/login", new { username = person.Username, password = $"wrong {i}" });
        }

        var administrator = (await AdministratorAsync()).Token;
        var path = $"/api/v1/users/{person.Id}";
        (await PatchAsync(path, """{"lockedUntil":"2099-01-01T00:00:00Z"}""", administrator)).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await PatchAsync(path, """{"lockedUntil":null}""", administrator)).Status.ShouldBe(HttpStatusCode.OK);

        await Server.LogInAsync(person.Username, person.Password);
    }

    // The hash pads with zeros what it is given.
    [Fact]
    public async Task A_zero_after_the_password_makes_it_another()
    {
        var person = await TestUsers.RegisterAsync(Server, "zero");
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", Credential.Basic(person.Username, person.Password + "\0"))).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task A_password_that_was_right_is_remembered_until_it_is_changed()
    {
        var person = await NewPersonAsync();
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.OK);

        var change = new { currentPassword = person.Password, newPassword = "four dry sculls" };
        (await PutAsync("/api/v1/me/password", change, person.Token)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var now = Credential.Basic(person.Username, change.newPassword);
        (await GetAsync("/api/v1/me", now)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_first_requests_of_one_person_at_once_are_all_let_in()
    {
        var person = await NewPersonAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => GetAsync("/api/v1/me", person.Basic)));

        replies.ShouldAllBe(reply => reply.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_logout_holds_across_a_restart_and_other_sessions_stay()
    {
        var postgres = await Accounts.PostgresAsync();
        await using var server = await Accounts.StartOnAsync(postgres);
        var here = await server.RegisterAsync("player-1");
        var there = await server.LogInAsync("player-1", here.Password);
        (await server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, here.Token)).Status.ShouldBe(
            HttpStatusCode.NoContent
        );

        await server.RestartAsync();

        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, here.Token)).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, there.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (
            await server.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refresh_token = here.RefreshToken })
        ).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Logging_out_everywhere_ends_every_session()
    {
        var one = await NewPersonAsync();
        var two = await Server.LogInAsync(one.Username, one.Password);
        (await GetAsync("/api/v1/me", two.Token)).Status.ShouldBe(HttpStatusCode.OK);

        (await PostAsync("/api/v1/auth/logout?everywhere=true", null, one.Basic)).Status.ShouldBe(
            HttpStatusCode.NoContent
        );

        foreach (var person in new[] { one, two })
        {
            (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_password_has_no_session_to_log_out_of()
    {
        var person = await NewPersonAsync();

        (await PostAsync("/api/v1/auth/logout", null, person.Basic)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync("/api/v1/auth/logout")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Neither_passwords_nor_tokens_are_logged()
    {
        var person = await Server.RegisterAsync(NewName(), password: "a password like no other");
        await GetAsync("/api/v1/me", person.Basic);
        await GetAsync("/api/v1/me", person.Token);
        await PostAsync("/api/v1/auth/refresh", new { refresh_token = person.RefreshToken });

        Server.Log.Text.ShouldNotContain("a password like no other");
        Server.Log.Text.ShouldNotContain(person.AccessToken);
        Server.Log.Text.ShouldNotContain(person.RefreshToken);
    }
}

public sealed class LoggingIn_on_sqlite(SqliteAccounts accounts) : LoggingIn(accounts), IClassFixture<SqliteAccounts>;

public sealed class LoggingIn_on_postgres(PostgresAccounts accounts)
    : LoggingIn(accounts),
        IClassFixture<PostgresAccounts>;
