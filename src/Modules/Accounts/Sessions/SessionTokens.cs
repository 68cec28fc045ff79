using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Keys;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Authentication.Jwt;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>What a login gives (RFC 6749 section 5.1).</summary>
/// <param name="AccessToken">Goes into <c>Authorization: Bearer</c>; a JWT.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">How many seconds the access token counts.</param>
/// <param name="RefreshToken">Buys the next pair, once; that of <c>/auth/login</c> as often as needed.</param>
public sealed record Tokens(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] long ExpiresIn,
    [property: JsonPropertyName("refresh_token")] string RefreshToken
);

/// <summary>Makes sessions and their tokens. Refresh tokens are 256 random bits, stored as SHA-256.</summary>
internal sealed class SessionTokens(
    KeyRing ring,
    AccountStates states,
    IOptions<AccountsOptions> options,
    TimeProvider clock
)
{
    /// <summary>How many sessions an account may have open; one more ends the oldest.</summary>
    public const int MostSessions = 100;

    // No part of the alphabet that the random part is written in.
    private const string Fixed = "fixed.";

    /// <summary>The longest part of a <c>User-Agent</c> that is kept.</summary>
    private const int LongestUserAgent = 200;

    private const string InsertSession = """
        INSERT INTO session (id, account_id, user_agent, created_at, refreshed_at, expires_at)
        VALUES (@Id, @AccountId, @UserAgent, @Now, @Now, @ExpiresAt)
        """;

    private const string InsertToken = """
        INSERT INTO refresh_token (hash, session_id, expires_at) VALUES (@Hash, @SessionId, @ExpiresAt)
        """;

    private readonly AccountsOptions _options = options.Value;

    /// <summary>
    /// Opens a session and gives its first tokens, which count once the unit is committed. A fixed refresh token stays the same until the session
    /// ends.
    /// </summary>
    public async Task<Tokens> OpenAsync(
        IUnitOfWork unit,
        AccountRow account,
        string? userAgent,
        CancellationToken ct,
        bool isFixed = false
    )
    {
        var now = clock.GetUtcNow();
        var expiresAt = now + _options.RefreshTokenLifetime;
        var refresh = (isFixed ? Fixed : "") + NewToken();
        var id = await InsertAsync(unit, account, userAgent, now, expiresAt, ct);
        await KeepAsync(unit, id, refresh, isFixed ? now + _options.SessionLifetime : expiresAt, ct);
        return Pair(account.Id, account.Role, id, refresh);
    }

    /// <summary>Opens a session that nobody can refresh, and gives the one token that counts as long as it.</summary>
    public async Task<string> OpenLongAsync(
        IUnitOfWork unit,
        AccountRow account,
        string? userAgent,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var expiresAt = now + _options.LongTokenLifetime;
        var id = await InsertAsync(unit, account, userAgent, now, expiresAt, ct);
        return Sign(account.Id, account.Role, id, now, _options.LongTokenLifetime);
    }

    private async Task<Guid> InsertAsync(
        IUnitOfWork unit,
        AccountRow account,
        string? userAgent,
        DateTimeOffset now,
        DateTimeOffset expiresAt,
        CancellationToken ct
    )
    {
        var id = Guid.CreateVersion7(now);
        await unit.ExecuteAsync(
            InsertSession,
            new
            {
                Id = id,
                AccountId = account.Id,
                UserAgent = Clean(userAgent),
                Now = now,
                ExpiresAt = expiresAt,
            },
            ct
        );
        await OpenSessions.EndSurplusAsync(unit, states, account.Id, MostSessions, ct);
        return id;
    }

    public static Task KeepAsync(
        IUnitOfWork unit,
        Guid sessionId,
        string refreshToken,
        DateTimeOffset expiresAt,
        CancellationToken ct
    ) =>
        unit.ExecuteAsync(
            InsertToken,
            new
            {
                Hash = Digest.BytesOf(refreshToken),
                SessionId = sessionId,
                ExpiresAt = expiresAt,
            },
            ct
        );

    /// <summary>A refresh token with a new access token.</summary>
    public Tokens Pair(Guid accountId, string role, Guid sessionId, string refreshToken) =>
        new(
            Sign(accountId, role, sessionId, clock.GetUtcNow(), _options.AccessTokenLifetime),
            "Bearer",
            (long)_options.AccessTokenLifetime.TotalSeconds,
            refreshToken
        );

    private string Sign(Guid accountId, string role, Guid sessionId, DateTimeOffset now, TimeSpan lifetime)
    {
        var claims = new JwtClaims
        {
            Issuer = _options.Issuer,
            Audience = _options.Audience,
            Subject = accountId.ToString(),
            Id = Guid.CreateVersion7(now).ToString(),
            IssuedAt = now,
            ExpiresAt = now + lifetime,
            Additional = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [JwtClaims.SessionClaim] = sessionId.ToString(),
                ["role"] = role,
            },
        };
        return JwtCodec.Sign(claims, ring.Current());
    }

    /// <summary>
    /// The successor of a used token: whoever holds the token and asks again in time gets the very same one, so that a lost
    /// reply does not end the session and two requests at once do not make two families. The salt alone gives nothing away.
    /// </summary>
    public static string Successor(string refreshToken, byte[] salt) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(salt, System.Text.Encoding.UTF8.GetBytes(refreshToken)));

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(32);

    /// <summary>Whether it stays the same: the token itself says so, and no other with its text was ever given.</summary>
    public static bool IsFixed(string refreshToken) => refreshToken.StartsWith(Fixed, StringComparison.Ordinal);

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What a client calls itself, as it is kept; null if it does not.</summary>
    public static string? Clean(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent)
            ? null
            : string.Concat(userAgent.Where(c => c is >= ' ' and <= '~').Take(LongestUserAgent));
}
