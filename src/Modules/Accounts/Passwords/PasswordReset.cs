using Microsoft.AspNetCore.Identity;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Sessions;
using Sillage.Storage;

namespace Sillage.Accounts.Passwords;

/// <summary>Gives an account a new, generated password: for an administrator through the API, and for the command line.</summary>
internal sealed class PasswordReset(
    IDatabase<AccountsModule> database,
    PasswordHashing hashing,
    Users users,
    AccountStates states
) : IPasswordReset
{
    public async Task<string?> ResetAsync(string username, CancellationToken cancellationToken) =>
        (await RunAsync(manager => manager.FindByNameAsync(username), null, cancellationToken))?.Password;

    /// <summary>Resets the account that <paramref name="find"/> finds.</summary>
    /// <returns>Its user name and the password; null if it finds none.</returns>
    public async Task<(string Username, string Password)?> RunAsync(
        Func<UserManager<AccountRow>, Task<AccountRow?>> find,
        Guid? actor,
        CancellationToken cancellationToken
    )
    {
        var password = GeneratedPassword.Create();
        var hash = await hashing.HashAsync(password, cancellationToken);
        var username = await database.WriteAsync(
            async unit =>
            {
                using var manager = users.In(unit);
                if (await find(manager) is not { } row)
                {
                    return null;
                }

                row.PasswordHash = hash;
                row.PasswordGenerated = false;
                row.FailedLogins = 0;
                row.LockedUntil = null;
                (await manager.UpdateSecurityStampAsync(row)).MustSucceed();
                await OpenSessions.EndAllAsync(unit, states, row.Id, null, cancellationToken);
                await unit.AuditAsync(
                    new AuditEntry("account.password-reset", actor, row.Id.ToString()),
                    cancellationToken
                );
                return row.Username;
            },
            cancellationToken
        );
        return username is null ? null : (username, password);
    }
}
