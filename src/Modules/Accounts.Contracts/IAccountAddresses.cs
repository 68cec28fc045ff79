namespace Sillage.Accounts.Contracts;

/// <summary>Where mail for an account goes. For who sends it; nobody else need know.</summary>
public interface IAccountAddresses
{
    /// <summary>The account with its address; null if there is no such account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="addressId">Another of its addresses, one that is to be confirmed or was its own; null for its own.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<AccountAddress?> FindAsync(Guid account, Guid? addressId, CancellationToken ct);
}

/// <summary>An account as mail reaches it.</summary>
/// <param name="Username">Its user name.</param>
/// <param name="DisplayName">The name to show; null if none was chosen.</param>
/// <param name="Email">The address; null if there is none, or none of this id any more.</param>
/// <param name="IsConfirmed">Whether somebody who reads mail there has said that it is theirs.</param>
/// <param name="IsDisabled">Whether the account is shut.</param>
public sealed record AccountAddress(
    string Username,
    string? DisplayName,
    string? Email,
    bool IsConfirmed,
    bool IsDisabled
);
