using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.Keys;
using Sillage.Hosting.Authentication.Jwt;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>Access tokens, good and bad, and the keys behind them.</summary>
public abstract class AccessTokens(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private async Task<HttpStatusCode> TryAsync(string token) =>
        (await GetAsync("/api/v1/me", Credential.Bearer(token))).Status;

    private static JsonNode Part(string token, int part) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[part]))!;

    private static string Encode(JsonNode part) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    [Fact]
    public async Task A_token_expires()
    {
        var person = await NewPersonAsync();
        (await TryAsync(person.AccessToken)).ShouldBe(HttpStatusCode.OK);

        Clock.Advance(TimeSpan.FromMinutes(16));

        (await TryAsync(person.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_altered_token_is_refused()
    {
        var person = await NewPersonAsync();
        var parts = person.AccessToken.Split('.');
        var claims = Part(person.AccessToken, 1);
        claims["role"] = "administrator";
        claims["sub"] = (await AdministratorAsync()).Id.ToString();

        (await TryAsync($"{parts[0]}.{Encode(claims)}.{parts[2]}")).ShouldBe(HttpStatusCode.Unauthorized);
        (await TryAsync(person.AccessToken[..^2])).ShouldBe(HttpStatusCode.Unauthorized);
        (await TryAsync(person.AccessToken + "A")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_without_a_signature_is_refused()
    {
        var person = await NewPersonAsync();
        var header = Part(person.AccessToken, 0);
        header["alg"] = "none";
        var parts = person.AccessToken.Split('.');

        (await TryAsync($"{Encode(header)}.{parts[1]}.")).ShouldBe(HttpStatusCode.Unauthorized);
        (await TryAsync($"{Encode(header)}.{parts[1]}.{parts[2]}")).ShouldBe(HttpStatusCode.Unauthorized);
        (await TryAsync($"{parts[0]}.{parts[1]}.")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_signed_by_another_key_is_refused_whatever_name_the_key_bears()
    {
        var person = await NewPersonAsync();
        using var other = SigningKey.Generate();
        var header = Part(person.AccessToken, 0);
        var content = $"{Encode(header)}.{person.AccessToken.Split('.')[1]}";
        var signature = Base64Url.EncodeToString(other.Sign(Encoding.ASCII.GetBytes(content)));

        (await TryAsync($"{content}.{signature}")).ShouldBe(HttpStatusCode.Unauthorized);

        header["kid"] = other.Kid;
        content = $"{Encode(header)}.{person.AccessToken.Split('.')[1]}";
        signature = Base64Url.EncodeToString(other.Sign(Encoding.ASCII.GetBytes(content)));
        (await TryAsync($"{content}.{signature}")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("sid", null)]
    [InlineData("sid", "not a guid")]
    [InlineData("sid", "01932f6e-5c00-7000-8000-000000000001")]
    [InlineData("sub", "' OR 1=1 --")]
    [InlineData("iss", "another")]
    [InlineData("aud", "another")]
    public async Task A_token_of_ours_that_names_no_session_of_its_owner_is_refused(string claim, string? value)
    {
        var person = await NewPersonAsync();
        var claims = Part(person.AccessToken, 1);
        claims[claim] = value;
        var key = Server.Services.GetRequiredService<KeyRing>().Current();
        var content = $"{person.AccessToken.Split('.')[0]}.{Encode(claims)}";

        (await TryAsync($"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}")).ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task A_token_of_somebody_elses_session_is_refused()
    {
        var one = await NewPersonAsync();
        var other = await NewPersonAsync();
        var claims = Part(one.AccessToken, 1);
        claims["sid"] = (string)Part(other.AccessToken, 1)["sid"]!;
        var key = Server.Services.GetRequiredService<KeyRing>().Current();
        var content = $"{one.AccessToken.Split('.')[0]}.{Encode(claims)}";

        (await TryAsync($"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}")).ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Theory]
    [InlineData("Bearer", "")]
    [InlineData("Bearer", "....")]
    [InlineData("Bearer", "e30.e30.e30")]
    [InlineData("Basic", "not base64")]
    [InlineData("Basic", "bm9jb2xvbg==")]
    [InlineData("Digest", "abc")]
    public async Task A_credential_that_is_none_gets_401(string scheme, string value)
    {
        var answer = await Server.SendAsync(
            HttpMethod.Get,
            "/api/v1/me",
            null,
            null,
            ("Authorization", $"{scheme} {value}")
        );

        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Header("WWW-Authenticate").ShouldNotBeNull();
    }

    [Fact]
    public async Task The_keys_are_published_and_verify_the_tokens()
    {
        var person = await NewPersonAsync();
        var answer = await GetAsync("/.well-known/jwks.json");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Header("Cache-Control")!.ShouldContain("max-age=900");
        var kid = (string)Part(person.AccessToken, 0)["kid"]!;
        var key = answer.Json["keys"]!.AsArray().Single(k => (string)k!["kid"]! == kid)!;
        ((string)key["alg"]!).ShouldBe("ES256");
        key["d"].ShouldBeNull();

        var again = await Server.SendAsync(
            HttpMethod.Get,
            "/.well-known/jwks.json",
            null,
            null,
            ("If-None-Match", answer.Header("ETag")!)
        );
        again.Status.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_key_is_published_before_it_signs_and_stays_until_its_tokens_have_expired()
    {
        await using var server = await Accounts.StartAsync();
        var ring = server.Services.GetRequiredService<KeyRing>();
        var first = ring.Current().Kid;

        Clock.Advance(TimeSpan.FromDays(89) + TimeSpan.FromMinutes(1));
        await ring.TurnAsync(default);
        ring.Keys.Count.ShouldBe(2);
        ring.Current().Kid.ShouldBe(first);
        var person = await server.RegisterAsync("player-1");

        Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(2));
        person = await server.LogInAsync(person.Username, person.Password);
        Clock.Advance(TimeSpan.FromMinutes(2));
        await ring.TurnAsync(default);
        ring.Current().Kid.ShouldNotBe(first);
        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status.ShouldBe(HttpStatusCode.OK);

        // The longest token counts for a day.
        Clock.Advance(TimeSpan.FromHours(24));
        await ring.TurnAsync(default);
        ring.Find(first).ShouldNotBeNull();
        Clock.Advance(TimeSpan.FromMinutes(2));
        await ring.TurnAsync(default);
        ring.Find(first).ShouldBeNull();
        ring.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_administrator_rotates_the_key_and_withdraws_the_others()
    {
        await using var server = await Accounts.StartAsync();
        var person = await server.RegisterAsync("player-1");
        var administrator = Credential.Basic(TestUsers.AdministratorName, TestUsers.AdministratorPassword);

        var rotated = await server.SendAsync(HttpMethod.Post, "/api/v1/signing-keys/rotate", null, administrator);
        rotated.Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status.ShouldBe(HttpStatusCode.OK);

        await server.SendAsync(HttpMethod.Post, "/api/v1/signing-keys/rotate?withdraw=true", null, administrator);
        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (
            await server.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refresh_token = person.RefreshToken })
        ).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tokens_outlive_a_restart()
    {
        await using var server = await Accounts.StartAsync();
        var person = await server.RegisterAsync("player-1");

        await server.RestartAsync();

        (await server.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }
}

public sealed class AccessTokens_on_sqlite(SqliteAccounts accounts)
    : AccessTokens(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class AccessTokens_on_postgres(PostgresAccounts accounts)
    : AccessTokens(accounts),
        IClassFixture<PostgresAccounts>
{
    [Fact]
    public async Task A_logout_in_one_process_is_heard_of_in_another()
    {
        var postgres = await Accounts.PostgresAsync();
        await using var one = await Accounts.StartOnAsync(postgres);
        await using var other = await Accounts.StartOnAsync(postgres);
        var person = await one.RegisterAsync("player-1");
        (await other.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status.ShouldBe(HttpStatusCode.OK);

        await one.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, person.Token);

        HttpStatusCode status;
        var attempts = 0;
        do
        {
            await Task.Delay(100);
            status = (await other.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status;
        } while (status == HttpStatusCode.OK && ++attempts < 100);

        status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_rotated_in_one_process_is_heard_of_in_another()
    {
        var postgres = await Accounts.PostgresAsync();
        await using var one = await Accounts.StartOnAsync(postgres);
        await using var other = await Accounts.StartOnAsync(postgres);
        var administrator = await one.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        await one.SendAsync(HttpMethod.Post, "/api/v1/signing-keys/rotate", null, administrator.Token);
        var person = await one.RegisterAsync("player-1");

        HttpStatusCode status;
        var attempts = 0;
        do
        {
            status = (await other.SendAsync(HttpMethod.Get, "/api/v1/me", null, person.Token)).Status;
            await Task.Delay(100);
        } while (status != HttpStatusCode.OK && ++attempts < 100);

        status.ShouldBe(HttpStatusCode.OK);
    }
}
