namespace Sillage.Accounts.Contracts;

/// <summary>What other modules may ask of accounts.</summary>
public interface IAccountDirectory
{
    /// <summary>Whether there are accounts, here or in another process that can be asked; without, every question fails.</summary>
    bool HasAccounts => true;

    /// <summary>The accounts with these ids; those that do not exist are left out.</summary>
    Task<IReadOnlyDictionary<Guid, AccountSummary>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct);

    /// <summary>The account with this user name (compared without case), or null.</summary>
    Task<AccountSummary?> FindByUsernameAsync(string username, CancellationToken ct);

    /// <summary>What is wrong with a text as a user name, taken or not; null if nothing is.</summary>
    string? FindFault(string username);

    /// <summary>
    /// Makes member accounts with generated passwords, all or none: if a name is taken or not valid, nothing is made and
    /// the reply says which. The passwords are in the reply and nowhere else.
    /// </summary>
    /// <param name="usernames">1 to 1000 user names, no two alike.</param>
    /// <param name="actor">Who asks, for the audit trail.</param>
    /// <param name="ct">Ends the wait; nothing is made unless it returns.</param>
    Task<Provisioning> ProvisionAsync(IReadOnlyList<string> usernames, Guid actor, CancellationToken ct);

    /// <summary>
    /// The same for accounts that come from another system, by the hand of whoever runs the server. Their ids are given,
    /// so that whoever was interrupted knows them again.
    /// </summary>
    /// <param name="accounts">1 to 1000 accounts, no two names alike.</param>
    /// <param name="ct">Ends the wait; nothing is made unless it returns.</param>
    Task<Provisioning> ProvisionAsync(IReadOnlyList<NewAccount> accounts, CancellationToken ct);

    /// <summary>Makes one member account with a password that somebody else chose for it.</summary>
    /// <param name="username">The user name.</param>
    /// <param name="password">The password; the rules for passwords hold.</param>
    /// <param name="actor">Who asks, for the audit trail.</param>
    /// <param name="ct">Ends the wait; nothing is made unless it returns.</param>
    Task<AccountCreation> CreateAsync(string username, string password, Guid actor, CancellationToken ct);

    /// <summary>Takes back accounts just provisioned whose passwords were never handed out.</summary>
    Task WithdrawAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct);
}

/// <summary>What other modules may know of an account.</summary>
/// <param name="Id">The account.</param>
/// <param name="Username">Its user name.</param>
/// <param name="DisplayName">The name to show; null if none was chosen.</param>
/// <param name="Role">Its role.</param>
public sealed record AccountSummary(Guid Id, string Username, string? DisplayName, string Role);

/// <summary>An account to be made.</summary>
/// <param name="Id">The id that it is to have.</param>
/// <param name="Username">The user name that it is to have.</param>
public sealed record NewAccount(Guid Id, string Username);

/// <summary>What came of provisioning.</summary>
/// <param name="Accounts">The new accounts, in the order asked for; empty if any name was refused.</param>
/// <param name="Refused">Each name that could not be had, by its place in the request, with the reason.</param>
public sealed record Provisioning(IReadOnlyList<ProvisionedAccount> Accounts, IReadOnlyDictionary<int, string> Refused);

/// <summary>A new account with its password, shown once.</summary>
public sealed record ProvisionedAccount(Guid Id, string Username, string Password);

/// <summary>What came of making an account.</summary>
/// <param name="Id">The new account; null if there is none.</param>
/// <param name="Refusal">What is wrong with the user name or the password; null if the account was made.</param>
public sealed record AccountCreation(Guid? Id, string? Refusal);
