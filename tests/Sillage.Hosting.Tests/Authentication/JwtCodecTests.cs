using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Sillage.Hosting.Authentication.Jwt;
using Xunit;

namespace Sillage.Hosting.Tests.Authentication;

public sealed class JwtCodecTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly JwtExpectations Expected = new("https://sillage.test", "sillage");

    private readonly SigningKey _key = SigningKey.Generate();

    private static JwtClaims Claims { get; } =
        new()
        {
            Issuer = "https://sillage.test",
            Audience = "sillage",
            Subject = "player-1",
            IssuedAt = Now,
            ExpiresAt = Now.AddMinutes(15),
            Id = "t-1",
            Additional = new Dictionary<string, string> { ["sid"] = "s-1", ["role"] = "membre é" },
        };

    public void Dispose() => _key.Dispose();

    [Fact]
    public void The_signature_of_RFC_7515_A_3_verifies_and_no_other_does()
    {
        using var key = SigningKey.FromPublic(
            new JsonWebKey
            {
                X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            }
        );
        const string Content =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        var signature = Base64Url.DecodeFromChars(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        );

        key.Verify(Encoding.ASCII.GetBytes(Content), signature).ShouldBeTrue();
        key.Verify(Encoding.ASCII.GetBytes(Content + "A"), signature).ShouldBeFalse();
        key.CanSign.ShouldBeFalse();
    }

    // RFC 7638 gives a vector for RSA only; this one is the hash, by another program, of the key of RFC 7515 A.3.
    [Fact]
    public void A_thumbprint_is_the_hash_of_the_required_members_in_order()
    {
        var key = new JsonWebKey
        {
            X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            Kid = "does not count",
        };

        key.Thumbprint().ShouldBe("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
    }

    [Fact]
    public void A_token_says_after_verification_what_it_said_when_signed()
    {
        Verify(JwtCodec.Sign(Claims, _key)).ShouldBeNull();
        JwtCodec
            .TryVerify(JwtCodec.Sign(Claims, _key), Find, Expected, new FakeTimeProvider(Now), out var claims, out _)
            .ShouldBeTrue();
        claims.Subject.ShouldBe("player-1");
        claims.ExpiresAt.ShouldBe(Now.AddMinutes(15));
        claims.Id.ShouldBe("t-1");
        claims.Additional.ShouldBe(Claims.Additional, ignoreOrder: true);
    }

    [Fact]
    public void A_key_kept_as_PKCS_8_is_the_same_key()
    {
        using var again = SigningKey.FromPkcs8(_key.ExportPkcs8());

        again.Kid.ShouldBe(_key.Kid);
        Verify(JwtCodec.Sign(Claims, again)).ShouldBeNull();
    }

    [Fact]
    public void A_key_on_another_curve_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Should.Throw<CryptographicException>(() => SigningKey.FromPkcs8(other.ExportPkcs8PrivateKey()));
    }

    [Fact]
    public void A_point_off_the_curve_is_refused() =>
        Should.Throw<CryptographicException>(() =>
            SigningKey.FromPublic(_key.PublicKey with { X = _key.PublicKey.Y, Y = _key.PublicKey.X })
        );

    [Theory]
    [InlineData(-60, "not valid yet")]
    [InlineData(-29, null)]
    [InlineData(0, null)]
    [InlineData(15 * 60 + 29, null)]
    [InlineData(15 * 60 + 30, "expired")]
    public void Times_count_with_a_small_skew(int seconds, string? refusal)
    {
        var actual = Verify(JwtCodec.Sign(Claims with { NotBefore = Now }, _key), Now.AddSeconds(seconds));

        if (refusal is null)
        {
            actual.ShouldBeNull();
        }
        else
        {
            actual.ShouldNotBeNull().ShouldContain(refusal);
        }
    }

    [Theory]
    [InlineData(0, 1, null)]
    [InlineData(0, 1.1, "longer than any")]
    [InlineData(0, 3650, "longer than any")]
    [InlineData(29, 1, null)]
    [InlineData(31, 1, "in the future")]
    public void A_token_counts_no_longer_than_any_that_is_made_whoever_has_the_key(
        double madeAfterDays,
        double countsForDays,
        string? refusal
    )
    {
        var made = Now.AddDays(madeAfterDays);
        var claims = Claims with { IssuedAt = made, ExpiresAt = made.AddDays(countsForDays) };
        var expected = Expected with { LongestLife = TimeSpan.FromDays(1) };
        JwtCodec
            .TryVerify(JwtCodec.Sign(claims, _key), Find, expected, new FakeTimeProvider(Now), out _, out var actual)
            .ShouldBe(refusal is null);
        (actual ?? "").ShouldContain(refusal ?? "");
    }

    [Fact]
    public void A_token_outlives_a_clock_that_is_set_back() =>
        Verify(JwtCodec.Sign(Claims, _key), Now.AddDays(-1)).ShouldBeNull();

    [Fact]
    public void A_token_of_another_issuer_audience_type_or_key_is_refused()
    {
        using var stranger = SigningKey.Generate();

        Verify(JwtCodec.Sign(Claims with { Issuer = "https://else.test" }, _key)).ShouldNotBeNull();
        Verify(JwtCodec.Sign(Claims with { Audience = "else" }, _key)).ShouldNotBeNull();
        Verify(JwtCodec.Sign(Claims, _key, "JWT")).ShouldNotBeNull();
        Verify(JwtCodec.Sign(Claims, stranger)).ShouldNotBeNull();
        Verify(JwtCodec.Sign(Claims with { NotBefore = Now.AddMinutes(5) }, _key)).ShouldNotBeNull();
    }

    [Fact]
    public void A_token_changed_in_any_one_character_is_refused()
    {
        var token = JwtCodec.Sign(Claims, _key);
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Verify(new string(changed)).ShouldNotBeNull($"character {i}");
        }
    }

    [Fact]
    public void The_signature_has_one_spelling()
    {
        var token = JwtCodec.Sign(Claims, _key);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        // The last of 86 characters has four spare bits.
        var other = Alphabet[Alphabet.IndexOf(token[^1], StringComparison.Ordinal) + 1];

        Verify(token[..^1] + other).ShouldNotBeNull();
        Verify(token + "==").ShouldNotBeNull();
        Verify(token + "\n").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("ES384")]
    public void A_token_cannot_choose_its_algorithm(string algorithm)
    {
        var payload = JwtCodec.Sign(Claims, _key).Split('.')[1];
        var header = Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{_key.Kid}}"}""")
        );
        var content = Encoding.ASCII.GetBytes($"{header}.{payload}");
        // The classic confusion: an HMAC under the published key's bytes.
        var hmac = Base64Url.EncodeToString(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(_key.PublicKey.X + _key.PublicKey.Y), content)
        );

        Verify($"{header}.{payload}.{hmac}").ShouldNotBeNull();
        Verify($"{header}.{payload}.").ShouldNotBeNull();
        Verify($"{header}.{payload}.{Base64Url.EncodeToString(_key.Sign(content))}").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":7}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"\ud800"}""")]
    [InlineData("""["ES256"]""")]
    [InlineData("{")]
    public void A_header_that_is_not_exact_is_refused(string header) => Verify(SignRaw(header, "{}")).ShouldNotBeNull();

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"iss":"https://sillage.test","aud":"sillage","sub":"p","iat":1800000000}""")]
    [InlineData("""{"iss":"https://sillage.test","aud":"sillage","sub":"p","iat":1800000000,"exp":"1900000000"}""")]
    [InlineData("""{"iss":"https://sillage.test","aud":"sillage","sub":"p","iat":1800000000,"exp":1e300}""")]
    [InlineData("""{"iss":"https://sillage.test","aud":[],"sub":"p","iat":1800000000,"exp":1900000000}""")]
    [InlineData("""{"iss":"https://sillage.test","aud":"sillage","sub":1,"iat":1800000000,"exp":1900000000}""")]
    [InlineData("""{"iss":"x","iss":"https://sillage.test","aud":"sillage","sub":"p","iat":1,"exp":1900000000}""")]
    public void Claims_that_are_not_exact_are_refused(string payload) =>
        Verify(SignRaw($$"""{"alg":"ES256","typ":"at+jwt","kid":"{{_key.Kid}}"}""", payload)).ShouldNotBeNull();

    [Fact]
    public void An_audience_may_be_one_of_several() =>
        Verify(
                SignRaw(
                    $$"""{"typ":"application/AT+JWT","kid":"{{_key.Kid}}","alg":"ES256"}""",
                    """{"iss":"https://sillage.test","aud":["else","sillage"],"sub":"p","iat":1800000000.5,"exp":1900000000}"""
                )
            )
            .ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("e30.e30.e30.e30")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9..")]
    [InlineData("é.é.é")]
    public void What_is_not_a_token_is_refused(string token) => Verify(token).ShouldNotBeNull();

    [Fact]
    public void A_token_that_is_too_long_is_refused_unread() =>
        Verify(new string('a', 10_000_000)).ShouldBe("The token is too long.");

    [Fact]
    public async Task Many_threads_share_a_key()
    {
        var token = JwtCodec.Sign(Claims, _key);

        await Parallel.ForAsync(
            0,
            500,
            (_, _) =>
            {
                Verify(token).ShouldBeNull();
                Verify(JwtCodec.Sign(Claims, _key)).ShouldBeNull();
                return ValueTask.CompletedTask;
            }
        );
    }

    private SigningKey? Find(string kid) => kid == _key.Kid ? _key : null;

    private string? Verify(string token, DateTimeOffset? at = null) =>
        JwtCodec.TryVerify(token, Find, Expected, new FakeTimeProvider(at ?? Now), out _, out var refusal)
            ? null
            : refusal;

    private string SignRaw(string header, string payload)
    {
        var content =
            Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.Replace("KID", _key.Kid, StringComparison.Ordinal)))
            + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return content + "." + Base64Url.EncodeToString(_key.Sign(Encoding.ASCII.GetBytes(content)));
    }
}
