using System.Net;

namespace Sillage.Accounts.Contracts;

/// <summary>Tokens of a session, as a login gives them.</summary>
/// <param name="AccessToken">Goes into <c>Authorization: Bearer</c>.</param>
/// <param name="ExpiresIn">How many seconds it counts.</param>
/// <param name="RefreshToken">Buys the next pair, once.</param>
public sealed record GrantedTokens(string AccessToken, long ExpiresIn, string RefreshToken);

/// <summary>
/// Logins for the faces of other systems whose clients send a password and renew by a refresh token (RFC 6749 sections 4.3 and 6): the same
/// sessions as any login opens, under the same limits. There only in the process that has the accounts.
/// </summary>
public interface IPasswordGrants
{
    /// <summary>Opens a session for whoever knows the password; null if it is not right, or a second factor is needed.</summary>
    Task<GrantedTokens?> LogInAsync(
        string username,
        string password,
        IPAddress? address,
        string? userAgent,
        CancellationToken ct
    );

    /// <summary>The next pair for a refresh token; null if it does not count.</summary>
    Task<GrantedTokens?> RefreshAsync(string refreshToken, CancellationToken ct);
}
