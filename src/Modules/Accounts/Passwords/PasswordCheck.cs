using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Passwords;

/// <summary>What came of checking a password.</summary>
internal enum PasswordOutcome
{
    /// <summary>It is wrong, or the account may not log in.</summary>
    Refused,

    /// <summary>It is right, and the account has a second factor whose code did not come along.</summary>
    CodeMissing,

    /// <summary>It is right, and the code is wrong or was used before.</summary>
    CodeRefused,

    /// <summary>It is right, and so is the code if one is needed.</summary>
    Right,
}

/// <summary>What came of checking a password.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Account">Whose it is, unless it is refused.</param>
internal readonly record struct PasswordVerdict(PasswordOutcome Outcome, AccountRow? Account);

/// <summary>
/// Checks a user name and password, and counts what is wrong. A name that nobody has, a wrong password, a locked
/// and a disabled account give the same answer after the same work, whatever the rounds of the stored hash. A try is paid for by
/// the network that it comes from, and given back if the password was right. A wrong code counts as a wrong password does; a right password without its code
/// gives the try back and forgets no earlier failure, so that nobody guesses codes for ever between such.
/// </summary>
internal sealed partial class PasswordCheck(
    IDatabase<AccountsData> database,
    PasswordHashing hashing,
    FactorCheck factors,
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

    /// <summary>Checks.</summary>
    /// <param name="username">The user name, or the address of somebody who registered with it alone.</param>
    /// <param name="password">The password.</param>
    /// <param name="code">The code of the second factor, or a recovery code; null where there is none to give.</param>
    /// <param name="from">The address that they came from.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ProblemException">429 or 503: too many tries from this address, or at this moment.</exception>
    public async Task<PasswordVerdict> RunAsync(
        string username,
        string password,
        string? code,
        IPAddress? from,
        CancellationToken ct
    )
    {
        limit.Pay(from);
        var name = Usernames.IsValid(username) || EmailAttribute.Is(username) ? Usernames.Key(username) : "";
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
            return default;
        }

        if (account is null or { Disabled: true })
        {
            await database.WriteAsync(unit => unit.ExecuteAsync(CountForNobody, null, ct), ct);
            return default;
        }

        if (await database.ReadAsync(r => FactorStore.FindConfirmedAsync(r, account.Id, ct), ct) is not null)
        {
            if (code is null)
            {
                limit.GiveBack(from);
                return new PasswordVerdict(PasswordOutcome.CodeMissing, account);
            }

            if (!await database.WriteAsync(unit => factors.TakeAsync(unit, account.Id, code, ct), ct))
            {
                await CountFailureAsync(account, ct);
                return new PasswordVerdict(PasswordOutcome.CodeRefused, account);
            }
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

        return new PasswordVerdict(PasswordOutcome.Right, account);
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

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Account {AccountId} is locked after too many wrong passwords or codes"
    )]
    private partial void LogLocked(Guid accountId);
}
