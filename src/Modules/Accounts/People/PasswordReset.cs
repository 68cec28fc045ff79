using Microsoft.AspNetCore.Identity;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.Revocations;
using Sillage.Accounts.Sessions;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>Gives an account a new, generated password: for an administrator through the API, and for the command line.</summary>
internal sealed class PasswordReset(
    IDatabase<AccountsData> database,
    PasswordHashing hashing,
    Users users,
    AccountStates states,
    TimeProvider clock
)
{
    /// <summary>Resets by the hand of whoever runs the server.</summary>
    /// <returns>The password; null if nobody is called so.</returns>
    public async Task<string?> ResetAsync(string username, bool removeFactor, CancellationToken ct) =>
        (await RunAsync(manager => manager.FindByNameAsync(username), null, false, ct, removeFactor))?.Password;

    /// <summary>Resets the account that <paramref name="find"/> finds.</summary>
    /// <returns>Its user name and the password; null if it finds none.</returns>
    public async Task<(string Username, string Password)?> RunAsync(
        Func<UserManager<AccountRow>, Task<AccountRow?>> find,
        Guid? actor,
        bool keepApiKeys,
        CancellationToken ct,
        bool removeFactor = false
    )
    {
        var password = GeneratedPassword.Create();
        var hash = await hashing.HashAsync(password, null, ct);
        var username = await database.WriteAsync(
            async unit =>
            {
                using var manager = users.In(unit);
                if (await find(manager) is not { } row)
                {
                    return null;
                }

                await unit.PublishAsync(new CredentialRevoked(row.Id, RevocationKind.Password, row.SecurityStamp), ct);
                row.PasswordHash = hash;
                row.PasswordGenerated = false;
                row.FailedLogins = 0;
                row.LockedUntil = null;
                (await manager.UpdateSecurityStampAsync(row)).MustSucceed();
                await OpenSessions.EndAllAsync(unit, states, row.Id, null, ct);
                if (!keepApiKeys)
                {
                    await AllApiKeys.EndAsync(unit, row.Id, ct);
                }

                if (removeFactor)
                {
                    await FactorStore.RemoveAsync(unit, row.Id, actor, ct);
                }

                await unit.AuditAsync(new AuditEntry("account.password-reset", actor, row.Id.ToString()), ct);
                await AccountMails.PasswordChangedAsync(unit, row.Id, clock.GetUtcNow(), ct);
                return row.Username;
            },
            ct
        );
        return username is null ? null : (username, password);
    }
}
