using Sillage.Accounts.Authority;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>Ends sessions: their rows go, and with them every token they gave.</summary>
internal static class OpenSessions
{
    private const string DeleteOne = "DELETE FROM session WHERE id = @Id AND account_id = @AccountId";

    private const string DeleteOthers = "DELETE FROM session WHERE account_id = @AccountId AND id <> @Except";

    private const string DeleteExpired = "DELETE FROM session WHERE expires_at <= @Now";
    private const string DeleteExpiredTokens = "DELETE FROM refresh_token WHERE expires_at <= @Now";

    // Ids are UUIDv7: their order is that of the logins.
    private const string DeleteSurplus = """
        DELETE FROM session WHERE account_id = @AccountId AND id <= (
          SELECT id FROM session WHERE account_id = @AccountId ORDER BY id DESC LIMIT 1 OFFSET @Most)
        """;

    /// <summary>Ends one session of the account.</summary>
    /// <returns>False if it has no such session.</returns>
    public static async Task<bool> EndAsync(
        IUnitOfWork unit,
        AccountStates states,
        Guid accountId,
        Guid sessionId,
        CancellationToken ct
    )
    {
        var ended = await unit.ExecuteAsync(DeleteOne, new { Id = sessionId, AccountId = accountId }, ct);
        await states.ChangedAsync(unit, accountId, ct);
        return ended > 0;
    }

    /// <summary>Ends all sessions of the account, or all but one.</summary>
    public static async Task EndAllAsync(
        IUnitOfWork unit,
        AccountStates states,
        Guid accountId,
        Guid? except,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(DeleteOthers, new { AccountId = accountId, Except = except ?? Guid.Empty }, ct);
        await states.ChangedAsync(unit, accountId, ct);
    }

    /// <summary>Ends the oldest sessions of an account that has more than <paramref name="most"/>: of a script that never logs out.</summary>
    public static async Task EndSurplusAsync(
        IUnitOfWork unit,
        AccountStates states,
        Guid accountId,
        int most,
        CancellationToken ct
    )
    {
        var ended = await unit.ExecuteAsync(DeleteSurplus, new { AccountId = accountId, Most = most }, ct);
        if (ended > 0)
        {
            await states.ChangedAsync(unit, accountId, ct);
        }
    }

    /// <summary>Forgets sessions that nobody can refresh any more, and tokens too old to be told from invented ones.</summary>
    public static Task<int> PurgeAsync(IDatabase<AccountsData> database, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            async unit =>
                await unit.ExecuteAsync(DeleteExpired, new { Now = now }, ct)
                + await unit.ExecuteAsync(DeleteExpiredTokens, new { Now = now }, ct),
            ct
        );
}
