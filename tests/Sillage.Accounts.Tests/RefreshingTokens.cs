using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>Rotation of refresh tokens and what happens when one is used twice.</summary>
public abstract class RefreshingTokens(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private async Task<Answer> RefreshAsync(string token) =>
        await PostAsync("/api/v1/auth/refresh", new { refresh_token = token });

    private static string Token(Answer answer) => (string)answer.Json["refresh_token"]!;

    [Fact]
    public async Task A_refresh_gives_a_new_pair()
    {
        var person = await NewPersonAsync();

        var first = await RefreshAsync(person.RefreshToken);
        var second = await RefreshAsync(Token(first));

        second.Status.ShouldBe(HttpStatusCode.OK);
        new[] { person.RefreshToken, Token(first), Token(second) }.Distinct().Count().ShouldBe(3);
        var token = Credential.Bearer((string)second.Json["access_token"]!);
        (await GetAsync("/api/v1/me", token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_that_lost_the_reply_gets_the_same_token_again_and_one_family_only()
    {
        var person = await NewPersonAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefreshAsync(person.RefreshToken)));

        replies.ShouldAllBe(r => r.Status == HttpStatusCode.OK);
        replies.Select(Token).Distinct().Count().ShouldBe(1);
        (await RefreshAsync(Token(replies[0]))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_used_token_that_comes_late_ends_the_whole_session()
    {
        var person = await NewPersonAsync();
        var next = await RefreshAsync(person.RefreshToken);
        Clock.Advance(TimeSpan.FromMinutes(2));

        (await RefreshAsync(person.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        (await RefreshAsync(Token(next))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/api/v1/me", Credential.Bearer((string)next.Json["access_token"]!))).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task A_used_token_whose_successor_was_used_too_ends_the_session_at_once()
    {
        var person = await NewPersonAsync();
        var second = await RefreshAsync(person.RefreshToken);
        var third = await RefreshAsync(Token(second));

        (await RefreshAsync(person.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(Token(third))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_login_at_the_root_has_a_refresh_token_that_stays_until_its_session_ends()
    {
        var person = await NewPersonAsync();
        var login = new { username = person.Username, password = person.Password };
        var first = (await PostAsync("/auth/login", login)).Must(HttpStatusCode.OK);
        var token = Token(first);
        ((string)first.Json["token_type"]!).ShouldBe("Bearer");

        foreach (var address in new[] { "/auth/refresh", "/api/v1/auth/refresh", "/auth/refresh", "/auth/refresh" })
        {
            // Long after what a rotated token may come twice, and in all longer than a session lives without being refreshed.
            Clock.Advance(TimeSpan.FromDays(12));
            var next = (await PostAsync(address, new { refresh_token = token })).Must(HttpStatusCode.OK);
            Token(next).ShouldBe(token);
            var access = Credential.Bearer((string)next.Json["access_token"]!);
            (await GetAsync("/api/v1/me", access)).Status.ShouldBe(HttpStatusCode.OK);
        }

        // Tokens of other sessions rotate there as everywhere.
        var other = await NewPersonAsync();
        Token(await PostAsync("/auth/refresh", new { refresh_token = other.RefreshToken }))
            .ShouldNotBe(other.RefreshToken);

        Clock.Advance(TimeSpan.FromDays(31));
        (await PostAsync("/auth/refresh", new { refresh_token = token })).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_refresh_token_that_stays_ends_with_its_session()
    {
        var person = await NewPersonAsync();
        var login = new { username = person.Username, password = person.Password };
        var first = (await PostAsync("/auth/login", login)).Must(HttpStatusCode.OK);
        var access = Credential.Bearer((string)first.Json["access_token"]!);
        (await PostAsync("/api/v1/auth/logout", null, access)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await RefreshAsync(Token(first))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_not_refreshed()
    {
        var person = await NewPersonAsync();
        Clock.Advance(TimeSpan.FromDays(31));

        (await RefreshAsync(person.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("no-such-token")]
    [InlineData("' OR 1=1 --")]
    [InlineData("é\u0001")]
    public async Task An_invented_token_gets_401(string token) =>
        (await RefreshAsync(token)).Status.ShouldBe(HttpStatusCode.Unauthorized);

    [Theory]
    [InlineData("{}", "/refresh_token")]
    [InlineData("{\"refresh_token\":null}", "/refresh_token")]
    [InlineData("{\"refresh_token\":\"\\u0000\"}", "/refresh_token")]
    [InlineData("{\"refresh_token\":\"a\",\"refreshToken\":\"b\"}", "/refreshToken")]
    public async Task A_bad_body_gets_400(string body, string pointer)
    {
        var answer = await PostAsync("/api/v1/auth/refresh", body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task More_than_a_hundred_sessions_end_the_oldest()
    {
        var first = await Server.RegisterAsync(NewName());
        (await GetAsync("/api/v1/me", first.Token)).Status.ShouldBe(HttpStatusCode.OK);
        for (var i = 0; i < 100; i++)
        {
            await Server.LogInAsync(first.Username, first.Password);
        }

        (await GetAsync("/api/v1/me", first.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var listed = await GetAsync("/api/v1/me/sessions?limit=1000", first.Basic);
        listed.Json["items"]!.AsArray().Count.ShouldBe(100);
    }
}

public sealed class RefreshingTokens_on_sqlite(SqliteAccounts accounts)
    : RefreshingTokens(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class RefreshingTokens_on_postgres(PostgresAccounts accounts)
    : RefreshingTokens(accounts),
        IClassFixture<PostgresAccounts>;
