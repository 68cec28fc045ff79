using System.Net;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <inheritdoc cref="IPasswordGrants"/>
internal sealed class PasswordGrants(
    PasswordCheck passwords,
    SessionTokens tokens,
    RefreshTokens refreshTokens,
    IDatabase<AccountsData> database
) : IPasswordGrants
{
    public async Task<GrantedTokens?> LogInAsync(
        string username,
        string password,
        IPAddress? address,
        string? userAgent,
        CancellationToken ct
    )
    {
        var (outcome, account) = await passwords.RunAsync(username, password, null, address, ct);
        if (account is null || outcome != PasswordOutcome.Right)
        {
            return null;
        }

        return Granted(
            await database.WriteAsync(
                async unit =>
                {
                    // Erased, disabled or given another password since it was compared.
                    var current = await new AccountStore(unit).FindAsync(account.Id, ct);
                    return current is null || current.Disabled || current.SecurityStamp != account.SecurityStamp
                        ? null
                        : await tokens.OpenAsync(unit, current, userAgent, ct);
                },
                ct
            )
        );
    }

    public async Task<GrantedTokens?> RefreshAsync(string refreshToken, CancellationToken ct) =>
        Granted(await refreshTokens.TakeAsync(refreshToken, ct));

    private static GrantedTokens? Granted(Tokens? pair) =>
        pair is null ? null : new GrantedTokens(pair.AccessToken, pair.ExpiresIn, pair.RefreshToken);
}
