using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>Long tokens, each with a session of its own: who logs out, is erased or gets another password ends it.</summary>
internal sealed class LongTokens(IDatabase<AccountsData> database, SessionTokens tokens) : ILongTokens
{
    public Task<string?> OpenAsync(Guid account, string? userAgent, CancellationToken ct) =>
        database.WriteAsync(
            async unit =>
                await new AccountStore(unit).FindAsync(account, ct) is { Disabled: false } current
                    ? await tokens.OpenLongAsync(unit, current, userAgent, ct)
                    : null,
            ct
        );
}
