using System.Net;
using Sillage.Accounts.Contracts;

namespace Sillage.Accounts.Sessions;

/// <inheritdoc cref="IPasswordGrants"/>
internal sealed class PasswordGrants(Logins logins, RefreshTokens refreshTokens) : IPasswordGrants
{
    public async Task<GrantedTokens?> LogInAsync(
        string username,
        string password,
        IPAddress? address,
        string? userAgent,
        CancellationToken ct
    ) => Granted((await logins.RunAsync(username, password, null, address, userAgent, ct)).Tokens);

    public async Task<GrantedTokens?> RefreshAsync(string refreshToken, CancellationToken ct) =>
        Granted(await refreshTokens.TakeAsync(refreshToken, ct));

    private static GrantedTokens? Granted(Tokens? pair) =>
        pair is null ? null : new GrantedTokens(pair.AccessToken, pair.ExpiresIn, pair.RefreshToken);
}
