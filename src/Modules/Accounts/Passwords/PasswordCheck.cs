using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// Checks a user name and password, and counts what is wrong. A name that nobody has, a wrong password, a locked
/// and a disabled account give the same answer after the same work, whatever the rounds of the stored hash. A try is paid for by
/// the network that it comes from, and given back if the password was right.
/// </summary>
internal sealed partial class PasswordCheck(
    IDatabase<AccountsData> database,
    PasswordHashing hashing,
    Users users,
    AccountStates states,
    ILoginLimit limit,
    IOptions<AccountsOptions> options,
    TimeProvider clock,
    ILogger<PasswordCheck> logger
)
{
    public const string Refusal = IdentityAuthority.PasswordRefusal;

    private const string CountForNobody = "UPDATE nobody SET failed_logins = failed_logins + 1 WHERE id = 1";

    /// <summary>The account, or null if it may not log in.</summary>
    /// <exception cref="ProblemException">429 or 503: too many tries from this address, or at this moment.</exception>
    public async Task<AccountRow?> RunAsync(string username, string password, IPAddress? from, CancellationToken ct)
    {
        limit.Pay(from);
        var name = Usernames.IsValid(username) ? Usernames.Key(username) : "";
        var given = password.Length <= PasswordRules.MaximumLength ? password : "";
        AccountRow? found = null;
        var (account, result) = await hashing.VerifyAsync(
            async () =>
            {
                found = await database.ReadAsync(reader => new AccountStore(reader).FindByNameAsync(name, ct), ct);
                return found is null || found.IsLocked(clock.GetUtcNow()) ? null : found;
            },
            given,
            from,
            ct
        );
        // Once it is compared it counts, whether or not somebody waits for the answer.
        ct = CancellationToken.None;
        if (account is not null && result == PasswordVerificationResult.Failed)
        {
            await CountFailureAsync(account, ct);
            return null;
        }

        if (account is null or { Disabled: true })
        {
            await database.WriteAsync(unit => unit.ExecuteAsync(CountForNobody, null, ct), ct);
            return null;
        }

        limit.GiveBack(from);
        if (
            account.FailedLogins > 0
            || account.PasswordGenerated
            || result == PasswordVerificationResult.SuccessRehashNeeded
        )
        {
            await SettleAsync(account, result, password, ct);
        }

        return account;
    }

    private async Task CountFailureAsync(AccountRow account, CancellationToken ct)
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
                await unit.AuditAsync(new AuditEntry("account.locked", null, current.Id.ToString()), ct);
                await states.ChangedAsync(unit, current.Id, ct);
                return true;
            },
            ct
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
        CancellationToken ct
    )
    {
        var rehashed =
            result == PasswordVerificationResult.SuccessRehashNeeded
                ? await hashing.HashAsync(password, null, ct)
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
            ct
        );
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {AccountId} is locked after too many wrong passwords")]
    private partial void LogLocked(Guid accountId);
}
