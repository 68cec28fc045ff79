using System.Collections.Frozen;

namespace Sillage.Hosting.Authentication.Jwt;

/// <summary>What a token says (RFC 7519 section 4.1). Times are kept in whole seconds.</summary>
public sealed record JwtClaims
{
    /// <summary>The claim that names the session, as in OpenID Connect.</summary>
    public const string SessionClaim = "sid";

    /// <summary><c>iss</c>: who made the token.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>aud</c>: whom it is for.</summary>
    public required string Audience { get; init; }

    /// <summary><c>sub</c>: whom it is about.</summary>
    public required string Subject { get; init; }

    /// <summary><c>iat</c>: when it was made.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary><c>exp</c>: from when on it counts no more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary><c>nbf</c>: before when it does not count yet; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary><c>jti</c>: the token's own id, if it has one.</summary>
    public string? Id { get; init; }

    /// <summary>Every other claim whose value is a string (<c>sid</c>, <c>role</c>, …).</summary>
    public IReadOnlyDictionary<string, string> Additional { get; init; } = FrozenDictionary<string, string>.Empty;
}

/// <summary>What a token has to be, for a verifier to take it.</summary>
/// <param name="Issuer">The only <c>iss</c> that counts.</param>
/// <param name="Audience">What <c>aud</c> has to be, or has to contain where it is an array.</param>
public sealed record JwtExpectations(string Issuer, string Audience)
{
    /// <summary>The header's <c>typ</c>, compared without case; a token made for another purpose has another one.</summary>
    public string Type { get; init; } = JwtCodec.AccessTokenType;

    /// <summary>How far the clocks of issuer and verifier may differ. Default 30 seconds.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a token may count from when it says it was made; a longer one was made by somebody else with the key. No limit by
    /// default.
    /// </summary>
    public TimeSpan LongestLife { get; init; } = TimeSpan.MaxValue;
}
