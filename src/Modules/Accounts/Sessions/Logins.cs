using System.Net;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>What came of a login.</summary>
/// <param name="Outcome">What came of the password.</param>
/// <param name="Account">Whose it is; null unless it is right.</param>
/// <param name="Tokens">The tokens of the session that was opened; null if none was.</param>
internal readonly record struct LoginResult(PasswordOutcome Outcome, AccountRow? Account, Tokens? Tokens)
{
    /// <summary>What is told where no session was opened. 401 for the code as for a password: there is no session yet.</summary>
    public Problem Refusal =>
        Outcome switch
        {
            PasswordOutcome.CodeMissing => Problem.Of(
                401,
                "Second factor needed",
                "The password is right, and this account has a second factor. Send the same again with the code that the app shows.",
                new FieldError("/code", "6 digits of the app, or a recovery code.")
            ),
            PasswordOutcome.CodeRefused => Problem.Of(
                401,
                "Second factor needed",
                "The password is right, and the code is not, or was used before. Each code counts once; wait for the next.",
                new FieldError("/code", "Not right, or used before.")
            ),
            _ => Problem.Unauthorized(PasswordCheck.Refusal),
        };
}

/// <summary>Opens sessions for whoever knows the password, at whichever address they ask for it.</summary>
internal sealed class Logins(
    PasswordCheck passwords,
    SessionTokens tokens,
    IDatabase<AccountsData> database,
    TimeProvider clock
)
{
    /// <summary>Checks the password and opens a session; one whose refresh token stays the same if <paramref name="isFixed"/>.</summary>
    /// <exception cref="ProblemException">429 or 503: too many tries from this address, or at this moment.</exception>
    public async Task<LoginResult> RunAsync(
        string username,
        string password,
        string? code,
        IPAddress? from,
        string? userAgent,
        CancellationToken ct,
        bool isFixed = false
    )
    {
        var (outcome, account) = await passwords.RunAsync(username, password, code, from, ct);
        if (account is null || outcome != PasswordOutcome.Right)
        {
            return new LoginResult(outcome, null, null);
        }

        var pair = await database.WriteAsync(
            async unit =>
            {
                // Erased, disabled or given another password since it was compared.
                var current = await new AccountStore(unit).FindAsync(account.Id, ct);
                if (current is null || current.Disabled || current.SecurityStamp != account.SecurityStamp)
                {
                    return null;
                }

                await KnownDevices.SeenAsync(unit, current.Id, SessionTokens.Clean(userAgent), clock.GetUtcNow(), ct);
                return await tokens.OpenAsync(unit, current, userAgent, ct, isFixed);
            },
            ct
        );
        return pair is null ? default : new LoginResult(outcome, account, pair);
    }
}
