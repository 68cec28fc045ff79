using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sillage.Hosting.Authentication.Jwt;

/// <summary>
/// Signs and verifies tokens: JWT (RFC 7519) in compact JWS (RFC 7515), ES256 and nothing else, so that a token cannot
/// choose how it is checked (RFC 8725).
/// </summary>
public static class JwtCodec
{
    /// <summary>The only algorithm.</summary>
    public const string Algorithm = "ES256";

    /// <summary>The <c>typ</c> of an access token (RFC 9068 section 2.1).</summary>
    public const string AccessTokenType = "at+jwt";

    /// <summary>Longer tokens are refused unread.</summary>
    public const int MaximumLength = 8192;

    // A clock that was wrong by more than that is nobody's.
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromDays(30);

    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    /// <summary>Makes a token.</summary>
    public static string Sign(JwtClaims claims, SigningKey key, string type = AccessTokenType)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(key);
        var content =
            Base64Url.EncodeToString(JwtContent.WriteHeader(type, key.Kid))
            + "."
            + Base64Url.EncodeToString(JwtContent.WriteClaims(claims));
        return content + "." + Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)));
    }

    /// <summary>Checks a token: its form, its signature by a key of the ring, and then what it says.</summary>
    /// <param name="token">The token.</param>
    /// <param name="findKey">The key with a name, or null where there is none such any more.</param>
    /// <param name="expectations">What the token has to be.</param>
    /// <param name="clock">For <c>exp</c> and <c>nbf</c>.</param>
    /// <param name="claims">What the token says; null if it is refused.</param>
    /// <param name="refusal">Why it is refused, fit to be told to the client; null if it is good.</param>
    public static bool TryVerify(
        string token,
        Func<string, SigningKey?> findKey,
        JwtExpectations expectations,
        TimeProvider clock,
        [NotNullWhen(true)] out JwtClaims? claims,
        [NotNullWhen(false)] out string? refusal
    )
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(findKey);
        ArgumentNullException.ThrowIfNull(expectations);
        ArgumentNullException.ThrowIfNull(clock);
        claims = null;
        refusal = CheckSignature(token, findKey, expectations.Type, out var payload);
        if (refusal is null && !JwtContent.TryReadClaims(payload, expectations.Audience, out claims))
        {
            refusal = "The token's claims are not those of an access token.";
        }

        refusal ??= CheckClaims(claims!, expectations, clock.GetUtcNow());
        claims = refusal is null ? claims : null;
        return refusal is null;
    }

    private static string? CheckSignature(
        string token,
        Func<string, SigningKey?> findKey,
        string type,
        out byte[] payload
    )
    {
        const string NotAToken = "The token is not a signed JWT.";
        payload = [];
        if (token.Length > MaximumLength)
        {
            return "The token is too long.";
        }

        var firstDot = token.IndexOf('.', StringComparison.Ordinal);
        var lastDot = token.LastIndexOf('.');
        if (
            firstDot <= 0
            || !TryDecode(token.AsSpan(0, firstDot), out var header)
            || !TryDecode(token.AsSpan((firstDot + 1)..Math.Max(firstDot + 1, lastDot)), out payload)
            || !TryDecode(token.AsSpan(lastDot + 1), out var signature)
            || !JwtContent.TryReadHeader(header, out var algorithm, out var actualType, out var kid)
        )
        {
            return NotAToken;
        }

        if (algorithm != Algorithm)
        {
            return "The token is not signed with ES256.";
        }

        if (!IsType(actualType, type))
        {
            return "The token was made for another purpose.";
        }

        if (kid is null || findKey(kid) is not { } key)
        {
            return "The token is signed with a key that is not, or no longer, in use.";
        }

        return key.Verify(Encoding.ASCII.GetBytes(token, 0, lastDot), signature)
            ? null
            : "The token's signature does not match.";
    }

    private static string? CheckClaims(JwtClaims claims, JwtExpectations expectations, DateTimeOffset now) =>
        claims.Issuer != expectations.Issuer ? "The token was made by another issuer."
        : claims.Audience != expectations.Audience ? "The token is for another audience."
        : now >= claims.ExpiresAt + expectations.Skew ? "The token has expired."
        : claims.ExpiresAt - claims.IssuedAt > expectations.LongestLife
            ? "The token counts for longer than any that is made here."
        // When it was made counts for little (RFC 7519 section 4.1.6 asks for nothing): a clock that is set back would end every session.
        : claims.IssuedAt > now + FurthestAhead ? "The token was made in the future."
        : claims.NotBefore is { } notBefore && now < notBefore - expectations.Skew ? "The token is not valid yet."
        : null;

    // RFC 7515 section 4.1.9: the prefix "application/" may be left out.
    private static bool IsType(string? actual, string expected)
    {
        const string Prefix = "application/";
        var type = actual.AsSpan();
        type = type.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? type[Prefix.Length..] : type;
        return type.Equals(expected, StringComparison.OrdinalIgnoreCase);
    }

    // The framework's decoder forgives spaces and padding; a token has neither (RFC 7515 section 2). Spare bits that are
    // not zero it refuses by itself, so a signature has one spelling.
    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.IsEmpty || text.Length % 4 == 1 || text.ContainsAnyExcept(Base64UrlCharacters))
        {
            return false;
        }

        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done
            && written == bytes.Length;
    }
}
