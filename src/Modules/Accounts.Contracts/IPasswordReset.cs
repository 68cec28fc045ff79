namespace Sillage.Accounts.Contracts;

/// <summary>The way back in for whoever lost a password and finds nobody to ask: whoever runs the server asks it instead.</summary>
public interface IPasswordReset
{
    /// <summary>
    /// Gives the account a generated password, unlocks it and ends its sessions; audited as done by the system. A disabled
    /// account stays disabled.
    /// </summary>
    /// <returns>The password, kept nowhere else; null if nobody has this user name.</returns>
    Task<string?> ResetAsync(string username, CancellationToken cancellationToken);
}
