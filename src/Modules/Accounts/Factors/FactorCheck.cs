using Microsoft.Extensions.Logging;
using OtpNet;
using Sillage.Accounts.Identity;
using Sillage.Storage;

namespace Sillage.Accounts.Factors;

/// <summary>
/// Takes codes: those of an app (TOTP, RFC 6238: SHA-1, 30 seconds, 6 digits, which is what every app computes), of this step of
/// time and its two neighbours, and recovery codes; each once.
/// </summary>
internal sealed partial class FactorCheck(FactorSecrets secrets, TimeProvider clock, ILogger<FactorCheck> logger)
{
    /// <summary>The longest code that is looked at: a recovery code with room for spaces.</summary>
    public const int LongestCode = 40;

    private const int Digits = 6;
    private const int SecretLength = 20;

    private const string UseStep = """
        UPDATE factor SET last_step = @Step, secret = @Secret WHERE id = @Id AND last_step < @Step
        """;

    // For clocks that are half a minute off, either way (RFC 6238 section 5.2).
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    /// <summary>A new secret for an app.</summary>
    public static byte[] NewSecret() => KeyGeneration.GenerateRandomKey(SecretLength);

    /// <summary>Takes a code of the app, or a recovery code.</summary>
    /// <returns>False if it is none, or was taken before.</returns>
    public async Task<bool> TakeAsync(IUnitOfWork unit, Guid accountId, string code, CancellationToken ct)
    {
        // The account's row is locked, so that of two with the same code one is late.
        if (
            await new AccountStore(unit).FindAsync(accountId, ct) is null
            || await FactorStore.FindConfirmedAsync(unit, accountId, ct) is not { } factor
        )
        {
            return false;
        }

        return await TakeStepAsync(unit, factor, code, ct) || await RecoveryCodes.TakeAsync(unit, factor, code, ct);
    }

    /// <summary>Takes a code of the app alone.</summary>
    /// <returns>False if it is none, or was taken before.</returns>
    public async Task<bool> TakeStepAsync(IUnitOfWork unit, FactorRow factor, string code, CancellationToken ct)
    {
        var digits = code.Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length != Digits || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }

        if (secrets.Read(factor.AccountId, factor.Secret) is not { } secret)
        {
            LogUnreadable(factor.AccountId);
            return false;
        }

        if (!new Totp(secret).VerifyTotp(clock.GetUtcNow().UtcDateTime, digits, out var step, Window))
        {
            return false;
        }

        // Kept anew, so that a secret from before the setting is sealed with the first code.
        var kept = secrets.Keep(factor.AccountId, secret);
        var parameters = new
        {
            factor.Id,
            Step = step,
            Secret = kept,
        };
        return await unit.ExecuteAsync(UseStep, parameters, ct) == 1;
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The second factor of account {AccountId} was sealed under another Accounts:SecondFactorSecret; only recovery codes count"
    )]
    private partial void LogUnreadable(Guid accountId);
}
