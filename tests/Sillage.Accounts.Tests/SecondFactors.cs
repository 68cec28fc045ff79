using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OtpNet;
using Shouldly;
using Sillage.Accounts.Contracts;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>The second factor (RFC 6238): set up, asked for, counted, lost, required.</summary>
public abstract class SecondFactors(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private const string Factor = "/api/v1/me/second-factor";

    private ILongTokens LongTokens => Server.Services.GetRequiredService<ILongTokens>();

    /// <summary>A code that no step of time has shown before.</summary>
    private string NextCode(string secret)
    {
        Clock.Advance(TimeSpan.FromSeconds(30));
        return CodeAt(secret, TimeSpan.Zero);
    }

    private string CodeAt(string secret, TimeSpan offset) =>
        new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp((Clock.GetUtcNow() + offset).UtcDateTime);

    private Task<Answer> LogInAsync(Person person, string? code = null) =>
        PostAsync(
            "/api/v1/auth/login",
            new
            {
                username = person.Username,
                password = person.Password,
                code,
            }
        );

    private async Task<string> EnrolAsync(Person person) =>
        (string)(await PostAsync(Factor, null, person.Token)).Must(HttpStatusCode.OK).Json["secret"]!;

    /// <summary>Somebody with a second factor, and its recovery codes.</summary>
    private async Task<(Person Person, string Secret, string[] Codes)> NewPersonWithFactorAsync(string role = "member")
    {
        var person = await NewPersonAsync(role);
        var secret = await EnrolAsync(person);
        var confirmed = await PostAsync(Factor + "/confirmation", new { code = NextCode(secret) }, person.Token);
        confirmed.Must(HttpStatusCode.OK);
        return (person, secret, [.. confirmed.Json["codes"]!.AsArray().Select(code => (string)code!)]);
    }

    private static void ShouldWantACode(Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        ((string)answer.Json["title"]!).ShouldBe("Second factor needed");
        answer.Pointers().ShouldBe(["/code"]);
    }

    private async Task<string[]> AuditOfAsync(Person person)
    {
        var administrator = (await AdministratorAsync()).Token;
        var trail = await GetAsync($"/api/v1/audit?subject={person.Id}", administrator);
        return [.. trail.Items.Select(row => (string)row!["action"]!)];
    }

    [Fact]
    public async Task A_login_needs_a_code_once_one_has_confirmed_the_app()
    {
        var person = await NewPersonAsync();
        ((bool)(await GetAsync(Factor, person.Token)).Json["enabled"]!).ShouldBeFalse();
        var begun = await PostAsync(Factor, null, person.Token);
        begun.Header("Cache-Control")!.ShouldContain("no-store");
        var secret = (string)begun.Json["secret"]!;
        ((string)begun.Json["uri"]!).ShouldStartWith("otpauth://totp/");
        ((string)begun.Json["uri"]!).ShouldContain($"secret={secret}");
        (await LogInAsync(person)).Status.ShouldBe(HttpStatusCode.OK, "begun is not confirmed");
        var wrong = await PostAsync(Factor + "/confirmation", new { code = "000000" }, person.Token);
        wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
        wrong.Pointers().ShouldBe(["/code"]);

        var confirmed = await PostAsync(Factor + "/confirmation", new { code = NextCode(secret) }, person.Token);

        confirmed.Status.ShouldBe(HttpStatusCode.OK);
        confirmed.Header("Cache-Control")!.ShouldContain("no-store");
        ShouldWantACode(await LogInAsync(person));
        (await LogInAsync(person, NextCode(secret))).Status.ShouldBe(HttpStatusCode.OK);
        var state = (await GetAsync(Factor, person.Token)).Json;
        ((bool)state["enabled"]!).ShouldBeTrue();
        ((int)state["recoveryCodes"]!).ShouldBe(10);
        (await AuditOfAsync(person)).ShouldContain("second-factor.added");
        Server.Log.Text.ShouldNotContain(secret);
    }

    [Fact]
    public async Task A_code_counts_once_and_none_from_before_it()
    {
        var (person, secret, _) = await NewPersonWithFactorAsync();
        var code = NextCode(secret);
        var before = CodeAt(secret, TimeSpan.FromSeconds(-30));

        (await LogInAsync(person, code)).Status.ShouldBe(HttpStatusCode.OK);

        ShouldWantACode(await LogInAsync(person, code));
        ShouldWantACode(await LogInAsync(person, before));
        (await LogInAsync(person, NextCode(secret))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_many_with_the_same_code_at_once_one_gets_in()
    {
        var (person, secret, codes) = await NewPersonWithFactorAsync();
        foreach (var code in new[] { NextCode(secret), codes[0] })
        {
            var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => LogInAsync(person, code)));
            all.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_code_of_the_neighbouring_steps_counts_and_no_other()
    {
        var (person, secret, _) = await NewPersonWithFactorAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));

        ShouldWantACode(await LogInAsync(person, CodeAt(secret, TimeSpan.FromSeconds(-90))));
        ShouldWantACode(await LogInAsync(person, CodeAt(secret, TimeSpan.FromSeconds(90))));
        (await LogInAsync(person, CodeAt(secret, TimeSpan.FromSeconds(-20)))).Status.ShouldBe(HttpStatusCode.OK);
        (await LogInAsync(person, CodeAt(secret, TimeSpan.FromSeconds(20)))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Recovery_codes_count_once_each_however_they_are_written()
    {
        var (person, secret, codes) = await NewPersonWithFactorAsync();
        codes.Distinct().Count().ShouldBe(10);

        (await LogInAsync(person, codes[0])).Status.ShouldBe(HttpStatusCode.OK);
        (await LogInAsync(person, codes[1].ToLowerInvariant().Replace('-', ' '))).Status.ShouldBe(HttpStatusCode.OK);

        ShouldWantACode(await LogInAsync(person, codes[0]));
        ShouldWantACode(await LogInAsync(person, codes[1]));
        ((int)(await GetAsync(Factor, person.Token)).Json["recoveryCodes"]!).ShouldBe(8);
        (await AuditOfAsync(person)).Count(action => action == "recovery-code.used").ShouldBe(2);
        var both = new { password = person.Password, code = NextCode(secret) };
        var renewed = await PostAsync(Factor + "/recovery-codes", both, person.Token);
        renewed.Header("Cache-Control")!.ShouldContain("no-store");
        ShouldWantACode(await LogInAsync(person, codes[2]));
        (await LogInAsync(person, (string)renewed.Json["codes"]![0]!)).Status.ShouldBe(HttpStatusCode.OK);
        (await AuditOfAsync(person)).ShouldContain("recovery-codes.made");
        Server.Log.Text.ShouldNotContain(codes[0]);
    }

    [Fact]
    public async Task A_code_of_somebody_else_is_none()
    {
        var (one, _, _) = await NewPersonWithFactorAsync();
        var (_, secret, codes) = await NewPersonWithFactorAsync();

        ShouldWantACode(await LogInAsync(one, NextCode(secret)));
        ShouldWantACode(await LogInAsync(one, codes[0]));
    }

    [Fact]
    public async Task User_name_and_password_on_a_request_count_no_more_and_API_keys_do()
    {
        var person = await NewPersonAsync();
        var key = await PostAsync("/api/v1/api-keys", new { permissions = new[] { "self" } }, person.Token);
        var longToken = (await LongTokens.OpenAsync(person.Id, "a script", default))!;
        var elsewhere = await Server.LogInAsync(person.Username, person.Password);
        foreach (var good in new[] { person.Basic, Credential.Bearer(longToken), elsewhere.Token })
        {
            (await GetAsync("/api/v1/me", good)).Status.ShouldBe(HttpStatusCode.OK);
        }

        var secret = await EnrolAsync(person);
        await PostAsync(Factor + "/confirmation", new { code = NextCode(secret) }, person.Token);

        var refused = await GetAsync("/api/v1/me", person.Basic);
        refused.Status.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Text.ShouldContain("API key");
        (await GetAsync("/api/v1/me", Credential.Bearer(longToken))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LongTokens.OpenAsync(person.Id, "a script", default)).ShouldBeNull();
        (await GetAsync("/api/v1/me", elsewhere.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", Credential.Bearer((string)key.Json["key"]!))).Status.ShouldBe(HttpStatusCode.OK);
        var wrong = await GetAsync("/api/v1/me", Credential.Basic(person.Username, "not the one"));
        wrong.Text.ShouldNotContain("API key", Case.Sensitive, "it would tell who has a factor");
    }

    [Fact]
    public async Task Wrong_codes_lock_as_wrong_passwords_do_whatever_comes_in_between()
    {
        var (person, secret, codes) = await NewPersonWithFactorAsync();
        for (var i = 0; i < 10; i++)
        {
            ShouldWantACode(await LogInAsync(person, $"{i:D6}"));
            // None of these takes a failure back.
            await LogInAsync(person);
            await GetAsync("/api/v1/me", person.Basic);
        }

        var locked = await LogInAsync(person, NextCode(secret));
        locked.Status.ShouldBe(HttpStatusCode.Unauthorized);
        locked.Text.ShouldNotContain("/code");
        (await LogInAsync(person, codes[0])).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AuditOfAsync(person)).ShouldContain("account.locked");
        Clock.Advance(TimeSpan.FromMinutes(6));
        (await LogInAsync(person, NextCode(secret))).Status.ShouldBe(HttpStatusCode.OK);
        ShouldWantACode(await LogInAsync(person, "123456"));
    }

    [Fact]
    public async Task A_change_of_password_takes_no_failure_of_a_code_back()
    {
        var (person, secret, _) = await NewPersonWithFactorAsync();
        for (var i = 0; i < 10; i++)
        {
            ShouldWantACode(await LogInAsync(person, $"{i:D6}"));
            var same = new { currentPassword = person.Password, newPassword = person.Password };
            await PutAsync("/api/v1/me/password", same, person.Token);
        }

        (await LogInAsync(person, NextCode(secret))).Text.ShouldNotContain("/code");
        (await LogInAsync(person)).Text.ShouldNotContain("/code");
    }

    [Fact]
    public async Task A_guess_at_a_code_costs_the_network_a_try_and_a_password_without_one_does_not()
    {
        await using var server = await Accounts.StartAsync(
            ("Limits:RateLimits:Enabled", "true"),
            ("Limits:RateLimits:Login:Burst", "5"),
            ("Limits:RateLimits:Login:PerSecond", "0.001"),
            ("Accounts:LockoutThreshold", "100")
        );
        var admin = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        var begun = await server.SendAsync(HttpMethod.Post, Factor, null, admin.Token);
        var secret = (string)begun.Json["secret"]!;
        var confirmation = new { code = NextCode(secret) };
        await server.SendAsync(HttpMethod.Post, Factor + "/confirmation", confirmation, admin.Token);
        async Task<HttpStatusCode> TryAsync(string? code)
        {
            var login = new
            {
                username = admin.Username,
                password = admin.Password,
                code,
            };
            return (await server.SendAsync(HttpMethod.Post, "/api/v1/auth/login", login)).Status;
        }

        for (var i = 0; i < 20; i++)
        {
            (await TryAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        }

        for (var i = 0; i < 5; i++)
        {
            (await TryAsync($"{i:D6}")).ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await TryAsync(NextCode(secret))).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task It_is_removed_with_the_password_and_a_code()
    {
        var (person, secret, codes) = await NewPersonWithFactorAsync();
        Task<Answer> RemoveAsync(string password, string code) =>
            PostAsync(Factor + "/removal", new { password, code }, person.Token);

        (await RemoveAsync("not the one", NextCode(secret))).Pointers().ShouldBe(["/password"]);
        (await RemoveAsync(person.Password, "000000")).Pointers().ShouldBe(["/code"]);
        ShouldWantACode(await LogInAsync(person));
        (await RemoveAsync(person.Password, NextCode(secret))).Status.ShouldBe(HttpStatusCode.NoContent);

        (await LogInAsync(person)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me", person.Basic)).Status.ShouldBe(HttpStatusCode.OK);
        (await RemoveAsync(person.Password, codes[0])).Status.ShouldBe(HttpStatusCode.Conflict);
        (await AuditOfAsync(person)).ShouldContain("second-factor.removed");
    }

    [Fact]
    public async Task It_is_set_up_with_a_recent_login_and_there_is_one_at_a_time()
    {
        var person = await NewPersonAsync();
        var abandoned = await EnrolAsync(person);
        var secret = await EnrolAsync(person);
        secret.ShouldNotBe(abandoned);
        var old = await PostAsync(Factor + "/confirmation", new { code = NextCode(abandoned) }, person.Token);
        old.Status.ShouldBe(HttpStatusCode.BadRequest);
        await PostAsync(Factor + "/confirmation", new { code = NextCode(secret) }, person.Token);

        (await PostAsync(Factor, null, person.Token)).Status.ShouldBe(HttpStatusCode.Conflict);
        var again = await PostAsync(Factor + "/confirmation", new { code = NextCode(secret) }, person.Token);
        again.Status.ShouldBe(HttpStatusCode.Conflict);
        var late = await NewPersonAsync();
        Clock.Advance(TimeSpan.FromMinutes(11));
        (await PostAsync(Factor, null, late.Token)).Text.ShouldContain("recent login");
        (await PostAsync(Factor, null, late.Basic)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_neither_sets_one_up_nor_takes_it_off_nor_ends_a_session()
    {
        var person = await NewPersonAsync();
        var made = await PostAsync("/api/v1/api-keys", new { permissions = new[] { "self" } }, person.Token);
        var key = Credential.Bearer((string)made.Json["key"]!);
        var session = (await GetAsync("/api/v1/me/sessions", person.Token)).Items[0]!["id"];
        var both = new { password = person.Password, code = "123456" };

        var refused = new[]
        {
            await PostAsync(Factor, null, key),
            await PostAsync(Factor + "/confirmation", new { code = "123456" }, key),
            await PostAsync(Factor + "/removal", both, key),
            await PostAsync(Factor + "/recovery-codes", both, key),
            await PostAsync("/api/v1/auth/logout", null, key),
            await PostAsync("/api/v1/auth/logout?everywhere=true", null, key),
            await DeleteAsync($"/api/v1/me/sessions/{session}", key),
        };

        refused.ShouldAllBe(answer => answer.Status == HttpStatusCode.Forbidden);
        refused.ShouldAllBe(answer => answer.Text.Contains("log in"));
        (await GetAsync("/api/v1/me", person.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_administrator_takes_a_lost_one_away_and_not_their_own()
    {
        var (lost, _, _) = await NewPersonWithFactorAsync();
        var (chief, _, _) = await NewPersonWithFactorAsync("administrator");
        var (other, _, _) = await NewPersonWithFactorAsync("administrator");
        var permissions = new[] { "self", "accounts.manage" };
        var made = await PostAsync("/api/v1/api-keys", new { permissions }, chief.Token);
        var key = Credential.Bearer((string)made.Must(HttpStatusCode.Created).Json["key"]!);
        static string Of(Person person) => $"/api/v1/users/{person.Id}/second-factor";

        (await DeleteAsync(Of(other), key)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync(Of(chief), key)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync(Of(chief), chief.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync(Of(lost), chief.Token)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await GetAsync("/api/v1/me", lost.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(lost)).Status.ShouldBe(HttpStatusCode.OK);
        (await DeleteAsync(Of(lost), chief.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync($"/api/v1/users/{Guid.CreateVersion7()}/second-factor", chief.Token)).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
        ShouldWantACode(await LogInAsync(chief));
        var trail = await GetAsync($"/api/v1/audit?subject={lost.Id}&action=second-factor.removed", chief.Token);
        ((string)trail.Items.ShouldHaveSingleItem()!["actor"]!).ShouldBe(chief.Id.ToString());
    }

    [Fact]
    public async Task Where_a_role_needs_one_an_account_without_can_set_it_up_and_log_out()
    {
        await using var server = await Accounts.StartAsync(("Accounts:SecondFactorFor:0", "administrator"));
        var member = await server.RegisterAsync("member");
        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, member.Token)).Status.ShouldBe(HttpStatusCode.OK);
        var admin = await server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        foreach (var credential in new[] { admin.Token, admin.Basic })
        {
            var refused = await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, credential);
            refused.Status.ShouldBe(HttpStatusCode.Forbidden);
            refused.Text.ShouldContain(Factor);
        }

        ((bool)(await server.SendAsync(HttpMethod.Get, Factor, null, admin.Token)).Json["required"]!).ShouldBeTrue();
        var leaver = await server.LogInAsync(admin.Username, admin.Password);
        (await server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, leaver.Token)).Status.ShouldBe(
            HttpStatusCode.NoContent
        );
        var begun = await server.SendAsync(HttpMethod.Post, Factor, null, admin.Token);
        var code = NextCode((string)begun.Json["secret"]!);
        (await server.SendAsync(HttpMethod.Post, Factor + "/confirmation", new { code }, admin.Token)).Must(
            HttpStatusCode.OK
        );

        (await server.SendAsync(HttpMethod.Get, "/api/v1/users", null, admin.Token)).Status.ShouldBe(HttpStatusCode.OK);
        // The role may come later.
        var change = new { role = "administrator" };
        await server.SendAsync(HttpMethod.Patch, $"/api/v1/users/{member.Id}", change, admin.Token);
        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, member.Token)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
    }

    [Fact]
    public async Task Settings_that_name_no_role_or_too_short_a_secret_end_the_start()
    {
        foreach (
            var setting in new[] { ("Accounts:SecondFactorFor:0", "boss"), ("Accounts:SecondFactorSecret", "short") }
        )
        {
            await Should.ThrowAsync<Exception>(() => Accounts.StartAsync(setting));
        }
    }

    [Fact]
    public async Task It_is_in_my_data_without_its_secret_and_goes_with_the_account()
    {
        var (person, secret, codes) = await NewPersonWithFactorAsync();

        var data = await GetAsync("/api/v1/me/data", person.Token);
        ((int)data.Json["accounts"]!["secondFactor"]!["recoveryCodes"]!).ShouldBe(10);
        data.Text.ShouldNotContain(secret);
        data.Text.ShouldNotContain(codes[0]);
        data.Text.ShouldNotContain("hash", Case.Insensitive);
        var dry = await DeleteAsync("/api/v1/me?form=destroy&dryRun=true", person.Token);
        ((int)dry.Json["sections"]!["accounts"]!["secondFactors"]!).ShouldBe(1);
        (await DeleteAsync("/api/v1/me?form=destroy", person.Token)).Must(HttpStatusCode.OK);
        (await LogInAsync(person, NextCode(secret))).Text.ShouldNotContain("/code");
    }

    [Theory]
    [InlineData("/confirmation", """{}""", "/code")]
    [InlineData("/confirmation", """{"code":123456}""", "/code")]
    [InlineData("/confirmation", """{"code":"12345\u0000"}""", "/code")]
    [InlineData("/confirmation", """{"code":"12345678901234567890123456789012345678901"}""", "/code")]
    [InlineData("/removal", """{"code":"123456"}""", "/password")]
    [InlineData("/removal", """{"password":"x"}""", "/code")]
    [InlineData("/removal", """{"password":null,"code":null}""", "/password")]
    [InlineData("/recovery-codes", """{"password":"x","code":[]}""", "/code")]
    public async Task A_bad_request_gets_400(string path, string body, string pointer)
    {
        var (person, _, _) = await NewPersonWithFactorAsync();

        var answer = await PostAsync(Factor + path, body, person.Token);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("١٢٣٤٥٦")]
    [InlineData("' OR 1=1 --")]
    [InlineData("-")]
    public async Task A_text_that_is_no_code_is_refused(string code)
    {
        var (person, _, _) = await NewPersonWithFactorAsync();

        var answer = await LogInAsync(person, code);

        answer.Status.ShouldBe(code.Length == 0 ? HttpStatusCode.BadRequest : HttpStatusCode.Unauthorized);
    }
}

public sealed class SecondFactors_on_sqlite(SqliteAccounts accounts)
    : SecondFactors(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class SecondFactors_on_postgres(PostgresAccounts accounts)
    : SecondFactors(accounts),
        IClassFixture<PostgresAccounts>;
