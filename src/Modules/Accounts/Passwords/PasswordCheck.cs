using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Identity;
using Sillage.Storage;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// Checks a user name and password, and counts what is wrong. A name that nobody has, a wrong password and a locked
/// account give the same answer after the same work.
/// </summary>
internal sealed partial class PasswordCheck(
    IDatabase<AccountsModule> database,
    PasswordHashing hashing,
    Users users,
    AccountStates states,
    IOptions<AccountsOptions> options,
    TimeProvider clock,
    ILogger<PasswordCheck> logger
)
{
    public const string Refusal =
        "The user name or the password is not right, or the account is locked after too many wrong passwords.";

    private const string CountForNobody = "UPDATE nobody SET failed_logins = failed_logins + 1 WHERE id = 1";

    /// <summary>The account, or null if it may not log in.</summary>
    public async Task<AccountRow?> RunAsync(string username, string password, CancellationToken cancellationToken)
    {
        var name = Usernames.IsValid(username) ? Usernames.Key(username) : "";
        var given = password.Length <= PasswordRules.MaximumLength ? password : "";
        AccountRow? found = null;
        var (account, result) = await hashing.VerifyAsync(
            async () =>
            {
                found = await database.ReadAsync(
                    reader => new AccountStore(reader).FindByNameAsync(name, cancellationToken),
                    cancellationToken
                );
                return found is null || found.IsLocked(clock.GetUtcNow()) ? null : found;
            },
            given,
            cancellationToken
        );
        if (account is null)
        {
            await database.WriteAsync(
                unit => unit.ExecuteAsync(CountForNobody, null, cancellationToken),
                cancellationToken
            );
            return null;
        }

        if (result == PasswordVerificationResult.Failed)
        {
            await CountFailureAsync(account, cancellationToken);
            return null;
        }

        if (account.Disabled)
        {
            return null;
        }

        if (
            account.FailedLogins > 0
            || account.PasswordGenerated
            || result == PasswordVerificationResult.SuccessRehashNeeded
        )
        {
            await SettleAsync(account, result, password, cancellationToken);
        }

        return account;
    }

    private async Task CountFailureAsync(AccountRow account, CancellationToken cancellationToken)
    {
        var locked = await database.WriteAsync(
            async unit =>
            {
                using var manager = users.In(unit);
                if (
                    await manager.FindByIdAsync(account.Id.ToString()) is not { } current
                    || current.IsLocked(clock.GetUtcNow())
                )
                {
                    return false;
                }

                current.LockedUntil = null;
                (await manager.AccessFailedAsync(current)).MustSucceed();
                if (current.LockedUntil is null)
                {
                    return false;
                }

                // Identity counts from the machine's clock; all else here goes by the one that was injected.
                var end = clock.GetUtcNow() + options.Value.LockoutDuration;
                (await manager.SetLockoutEndDateAsync(current, end)).MustSucceed();
                await unit.AuditAsync(new AuditEntry("account.locked", null, current.Id.ToString()), cancellationToken);
                await states.ChangedAsync(unit, current.Id, cancellationToken);
                return true;
            },
            cancellationToken
        );
        if (locked)
        {
            LogLocked(account.Id);
        }
    }

    private async Task SettleAsync(
        AccountRow account,
        PasswordVerificationResult result,
        string password,
        CancellationToken cancellationToken
    )
    {
        var rehashed =
            result == PasswordVerificationResult.SuccessRehashNeeded
                ? await hashing.HashAsync(password, cancellationToken)
                : null;
        await database.WriteAsync(
            async unit =>
            {
                using var manager = users.In(unit);
                // Changed by somebody else meanwhile: then this is the old password, and none of its business.
                if (
                    await manager.FindByIdAsync(account.Id.ToString()) is not { } current
                    || current.PasswordHash != account.PasswordHash
                )
                {
                    return false;
                }

                current.PasswordHash = rehashed ?? current.PasswordHash;
                current.PasswordGenerated = false;
                current.FailedLogins = 0;
                (await manager.UpdateAsync(current)).MustSucceed();
                return true;
            },
            cancellationToken
        );
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {AccountId} is locked after too many wrong passwords")]
    private partial void LogLocked(Guid accountId);
}
