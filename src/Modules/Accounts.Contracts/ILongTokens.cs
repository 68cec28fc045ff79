namespace Sillage.Accounts.Contracts;

/// <summary>Tokens for scripts that know no refreshing: one that counts for a day, and no second one to renew it with.</summary>
public interface ILongTokens
{
    /// <summary>
    /// Opens a session for an account whose password was checked just now and gives its access token, which counts for
    /// <c>Accounts:LongTokenLifetime</c> unless the session is ended before.
    /// </summary>
    /// <returns>The token, kept nowhere else; null if the account is gone, disabled or has a second factor.</returns>
    Task<string?> OpenAsync(Guid account, string? userAgent, CancellationToken ct);
}
