using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.Contracts;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>Tokens for clients that know no refreshing, and a token in place of the user name.</summary>
public abstract class LongLivedTokens(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private ILongTokens Tokens => Server.Services.GetRequiredService<ILongTokens>();

    private async Task<HttpStatusCode> TryAsync(string username, string password = "any") =>
        (await GetAsync("/api/v1/me", Credential.Basic(username, password))).Status;

    [Fact]
    public async Task A_long_token_counts_for_a_day()
    {
        var person = await NewPersonAsync();
        var token = (await Tokens.OpenAsync(person.Id, "a script", default))!;
        (await TryAsync(token)).ShouldBe(HttpStatusCode.OK);

        Clock.Advance(TimeSpan.FromHours(23));
        (await TryAsync(token)).ShouldBe(HttpStatusCode.OK);
        Clock.Advance(TimeSpan.FromMinutes(61));
        (await TryAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task It_is_a_session_and_ends_with_it()
    {
        var person = await NewPersonAsync();
        var token = (await Tokens.OpenAsync(person.Id, "a script", default))!;
        var bearer = Credential.Bearer(token);
        var current = (await GetAsync("/api/v1/me/sessions", bearer)).Json["items"]!
            .AsArray()
            .Single(s => (bool)s!["current"]!)!;
        ((string)current["userAgent"]!).ShouldBe("a script");

        var ended = await Server.SendAsync(HttpMethod.Delete, $"/api/v1/me/sessions/{current["id"]}", null, bearer);

        ended.Status.ShouldBe(HttpStatusCode.NoContent);
        (await TryAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_gets_one_who_is_not_there() =>
        (await Tokens.OpenAsync(Guid.CreateVersion7(), null, default)).ShouldBeNull();

    [Fact]
    public async Task In_place_of_the_user_name_a_token_is_as_good_as_it_is_anywhere_and_no_better()
    {
        var person = await NewPersonAsync();
        var token = person.AccessToken;
        foreach (var password in new[] { "", "x", "a:b", person.Password })
        {
            (await TryAsync(token, password)).ShouldBe(HttpStatusCode.OK);
        }

        var parts = token.Split('.');
        string[] bad =
        [
            token[..^2],
            token + "A",
            token + ".",
            " " + token,
            token + "\0",
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}",
            $"{parts[0]}..{parts[2]}",
            "eyJhbGciOiJub25lIn0." + parts[1] + ".",
            "eyJ.e30." + new string('A', 86),
            new string('a', 5000),
            "eyJ" + new string('a', 9000) + ".a.a",
        ];
        foreach (var one in bad)
        {
            (await TryAsync(one, person.Password)).ShouldBe(HttpStatusCode.Unauthorized, one);
        }

        // The password beside a bad token is not looked at: it locks nobody out.
        (await TryAsync(person.Username, person.Password)).ShouldBe(HttpStatusCode.OK);
        Clock.Advance(TimeSpan.FromMinutes(16));
        (await TryAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_name_that_only_begins_like_a_token_is_a_name()
    {
        var name = "eyJ.a.b" + NewName();
        var made = await Server
            .Services.GetRequiredService<IAccountDirectory>()
            .CreateAsync(name, "tulip-orbit-93", Guid.Empty, default);
        made.Refusal.ShouldBeNull();
        (await TryAsync(name, "tulip-orbit-93")).ShouldBe(HttpStatusCode.OK);
        (await TryAsync(name, "tulip-orbit-94")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_account_is_made_with_the_password_given_and_by_the_rules()
    {
        var directory = Server.Services.GetRequiredService<IAccountDirectory>();
        var name = NewName();

        (await directory.CreateAsync("a b", "tulip-orbit-93", Guid.Empty, default)).Refusal!.ShouldContain("user name");
        (await directory.CreateAsync(name, "short", Guid.Empty, default)).Refusal!.ShouldContain("At least 10");
        (await directory.FindByUsernameAsync(name, default)).ShouldBeNull();
        var made = await directory.CreateAsync(name, "tulip-orbit-93", Guid.Empty, default);
        made.Id.ShouldNotBeNull();
        var again = await directory.CreateAsync(name.ToUpperInvariant(), "tulip-orbit-93", Guid.Empty, default);
        again.Id.ShouldBeNull();
        again.Refusal!.ShouldContain("taken");

        // Taken back before anybody used it; not afterwards.
        await directory.WithdrawAsync([made.Id.Value], default);
        (await directory.FindByUsernameAsync(name, default)).ShouldBeNull();
        made = await directory.CreateAsync(name, "tulip-orbit-93", Guid.Empty, default);
        await Server.LogInAsync(name, "tulip-orbit-93");
        await directory.WithdrawAsync([made.Id!.Value], default);
        (await directory.FindByUsernameAsync(name, default)).ShouldNotBeNull();
    }
}

public sealed class LongLivedTokensOnSqlite(SqliteAccounts accounts)
    : LongLivedTokens(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class LongLivedTokensOnPostgres(PostgresAccounts accounts)
    : LongLivedTokens(accounts),
        IClassFixture<PostgresAccounts>;
