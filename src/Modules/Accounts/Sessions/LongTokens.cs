using Sillage.Accounts.Contracts;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>Long tokens, each with a session of its own: who logs out, is erased or gets another password ends it.
/// There is none for an account with a second factor: whoever found one would need no code for a day.</summary>
internal sealed class LongTokens(IDatabase<AccountsData> database, SessionTokens tokens) : ILongTokens
{
    public Task<string?> OpenAsync(Guid account, string? userAgent, CancellationToken ct) =>
        database.WriteAsync(
            async unit =>
                await new AccountStore(unit).FindAsync(account, ct) is { Disabled: false } current
                && await FactorStore.FindConfirmedAsync(unit, account, ct) is null
                    ? await tokens.OpenLongAsync(unit, current, userAgent, ct)
                    : null,
            ct
        );
}
