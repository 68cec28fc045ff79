using System.Net;
using Shouldly;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>Sessions that a browser keeps in cookies.</summary>
public abstract class KeepingSessionsInCookies(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private const string Address = "/api/v1/auth/cookies";

    // As a browser would: name=value of each that is not taken away.
    private static string Kept(Answer answer) =>
        string.Join(
            "; ",
            answer
                .Message.Headers.GetValues("Set-Cookie")
                .Where(cookie => !cookie.Contains("max-age=0", StringComparison.OrdinalIgnoreCase))
                .Select(cookie => cookie.Split(';')[0])
        );

    private Task<Answer> SendAsync(HttpMethod method, string path, object? body, string cookies) =>
        Server.SendAsync(method, path, body, null, ("Cookie", cookies), ("Sec-Fetch-Site", "same-origin"));

    private async Task<string> KeepAsync(Person person)
    {
        var kept = await PostAsync(Address, new { refresh_token = person.RefreshToken });
        kept.Status.ShouldBe(HttpStatusCode.OK);
        return Kept(kept);
    }

    [Fact]
    public async Task A_session_is_kept_where_no_script_and_no_other_site_gets_at_it()
    {
        var person = await NewPersonAsync();

        var kept = await PostAsync(Address, new { refresh_token = person.RefreshToken });

        kept.Status.ShouldBe(HttpStatusCode.OK);
        kept.Header("Cache-Control").ShouldBe("no-store");
        var cookies = kept.Message.Headers.GetValues("Set-Cookie").ToList();
        cookies.Count.ShouldBe(2);
        cookies.ShouldAllBe(c => c.Contains("httponly") && c.Contains("samesite=strict") && c.Contains("path=/"));
        // Over plain http a browser would not take it.
        cookies.ShouldAllBe(c => !c.Contains("secure"));
        kept.Text.ShouldNotContain("token");
        var me = await SendAsync(HttpMethod.Get, "/api/v1/me", null, Kept(kept));
        me.Status.ShouldBe(HttpStatusCode.OK);
        ((string)me.Json["username"]!).ShouldBe(person.Username);
    }

    [Fact]
    public async Task The_token_that_was_handed_in_counts_no_more()
    {
        var person = await NewPersonAsync();
        var cookies = await KeepAsync(person);
        Clock.Advance(TimeSpan.FromMinutes(2));

        (await PostAsync("/api/v1/auth/refresh", new { refresh_token = person.RefreshToken })).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );

        (await SendAsync(HttpMethod.Get, "/api/v1/me", null, cookies)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Cookies_are_refreshed_by_what_they_hold()
    {
        var cookies = await KeepAsync(await NewPersonAsync());
        Clock.Advance(TimeSpan.FromMinutes(20));
        var late = await SendAsync(HttpMethod.Get, "/api/v1/me", null, cookies);
        late.Status.ShouldBe(HttpStatusCode.Unauthorized);
        // What counts no more is taken away; what renews it stays.
        late.Message.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("sillage=;");

        var renewed = await SendAsync(HttpMethod.Post, Address, new { }, cookies);

        renewed.Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Get, "/api/v1/me", null, Kept(renewed))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_cookies_there_is_nothing_to_refresh()
    {
        (await PostAsync(Address, new { })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(Address, new { refresh_token = "guess" })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(Address, new { refresh_token = new string('x', 257) })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await DeleteAsync(Address)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_and_takes_the_cookies_away()
    {
        var cookies = await KeepAsync(await NewPersonAsync());

        var end = await SendAsync(HttpMethod.Delete, Address, null, cookies);

        end.Status.ShouldBe(HttpStatusCode.NoContent);
        Kept(end).ShouldBeEmpty();
        (await SendAsync(HttpMethod.Get, "/api/v1/me", null, cookies)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(HttpMethod.Post, Address, new { }, cookies)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_that_is_ended_elsewhere_ends_here()
    {
        var person = await NewPersonAsync();
        var cookies = await KeepAsync(person);
        (await PostAsync("/api/v1/auth/logout?everywhere=true", null, person.Token)).Status.ShouldBe(
            HttpStatusCode.NoContent
        );

        (await SendAsync(HttpMethod.Get, "/api/v1/me", null, cookies)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var renewed = await SendAsync(HttpMethod.Post, Address, new { }, cookies);
        renewed.Status.ShouldBe(HttpStatusCode.Unauthorized);
        Kept(renewed).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("https://evil.example", "same-site")]
    [InlineData("https://evil.example", null)]
    public async Task A_foreign_page_logs_nobody_in_or_out(string origin, string? site)
    {
        var person = await NewPersonAsync();
        (string, string)[] headers = site is null
            ? [("Origin", origin)]
            : [("Origin", origin), ("Sec-Fetch-Site", site)];

        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Delete })
        {
            var body = method == HttpMethod.Post ? new { refresh_token = person.RefreshToken } : null;
            var answer = await Server.SendAsync(method, Address, body, null, headers);
            answer.Status.ShouldBe(HttpStatusCode.Forbidden);
            answer.Message.Headers.Contains("Set-Cookie").ShouldBeFalse();
            // A token on the request does not make it less foreign.
            (await Server.SendAsync(method, Address, body, person.Token, headers)).Status.ShouldBe(
                HttpStatusCode.Forbidden
            );
        }
    }

    [Fact]
    public async Task Whoever_brings_a_token_is_who_the_token_says()
    {
        var cookies = await KeepAsync(await NewPersonAsync());
        var other = await NewPersonAsync();

        var me = await Server.SendAsync(HttpMethod.Get, "/api/v1/me", null, other.Token, ("Cookie", cookies));

        ((string)me.Json["username"]!).ShouldBe(other.Username);
    }

    [Fact]
    public async Task One_sees_what_one_may_do()
    {
        var member = await NewPersonAsync();
        var researcher = await NewPersonAsync("researcher");

        var mine = (await GetAsync("/api/v1/me", member.Token)).Json["permissions"]!.AsArray();
        var theirs = (await GetAsync("/api/v1/me", researcher.Token)).Json["permissions"]!.AsArray();

        mine.Select(p => (string)p!).ShouldContain("self");
        mine.Select(p => (string)p!).ShouldNotContain("accounts.manage");
        theirs.Count.ShouldBeGreaterThanOrEqualTo(mine.Count);
    }
}

public sealed class KeepingSessionsInCookies_on_sqlite(SqliteAccounts accounts)
    : KeepingSessionsInCookies(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class KeepingSessionsInCookies_on_postgres(PostgresAccounts accounts)
    : KeepingSessionsInCookies(accounts),
        IClassFixture<PostgresAccounts>;
