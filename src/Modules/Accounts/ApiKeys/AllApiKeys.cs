using Sillage.Accounts.Revocations;
using Sillage.Storage;

namespace Sillage.Accounts.ApiKeys;

/// <summary>The keys of an account, all together.</summary>
internal static class AllApiKeys
{
    private const string Remove = "DELETE FROM api_key WHERE account_id = @AccountId";

    /// <summary>Ends them, where a new password puts out whoever knew the old one. What is remembered of the account is to be read again.</summary>
    public static async Task EndAsync(IUnitOfWork unit, Guid accountId, CancellationToken ct)
    {
        if (await unit.ExecuteAsync(Remove, new { AccountId = accountId }, ct) > 0)
        {
            await unit.PublishAsync(new CredentialRevoked(accountId, RevocationKind.ApiKeys, ""), ct);
        }
    }
}
