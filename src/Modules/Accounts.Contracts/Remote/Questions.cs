using System.ComponentModel.DataAnnotations;

namespace Sillage.Accounts.Contracts.Remote;

/// <summary>Where the questions of other processes go.</summary>
public static class RemoteRoutes
{
    /// <summary>What all of them begin with.</summary>
    public const string Root = "/internal/v1/accounts";

    /// <summary>The longest that the list of changes is waited for.</summary>
    public static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(2);

    /// <summary>How many accounts are asked for at once: as many as fit into an address.</summary>
    public const int MostIds = 100;
}

/// <summary>Which accounts have changed.</summary>
/// <param name="Instance">The process that numbers the changes.</param>
/// <param name="Sequence">The last number.</param>
/// <param name="All">Whether any may have: the number that was asked from is not known here.</param>
/// <param name="Accounts">Those that have; the empty id stands for the signing keys.</param>
public sealed record AccountChanges(Guid Instance, long Sequence, bool All, IReadOnlyList<Guid> Accounts);

/// <summary>Whose an API key is.</summary>
/// <param name="AccountId">The account.</param>
public sealed record ApiKeyOwner(Guid AccountId);

/// <summary>A password to compare.</summary>
/// <param name="Username">The user name.</param>
/// <param name="Password">The password.</param>
/// <param name="From">The address of the client who gave it; guesses are counted by it.</param>
public sealed record PasswordQuestion(
    [property: Required] string Username,
    [property: Required] string Password,
    string? From
);

/// <summary>A long token to open.</summary>
/// <param name="Account">For whom.</param>
/// <param name="UserAgent">What the client calls itself.</param>
public sealed record LongTokenQuestion(Guid Account, string? UserAgent);

/// <summary>A long token.</summary>
/// <param name="Token">The token; null if the account is gone, disabled or has a second factor.</param>
public sealed record LongTokenAnswer(string? Token);

/// <summary>Accounts found.</summary>
/// <param name="Accounts">Those that exist.</param>
public sealed record FoundAccounts(IReadOnlyList<AccountSummary> Accounts);

/// <summary>Accounts to make: by names in somebody's name, or with their ids by whoever runs the server.</summary>
/// <param name="Usernames">The names; null where ids are given.</param>
/// <param name="Actor">Who asks; null where ids are given.</param>
/// <param name="Accounts">The accounts with their ids; null where names are given.</param>
public sealed record ProvisioningQuestion(
    IReadOnlyList<string>? Usernames,
    Guid? Actor,
    IReadOnlyList<NewAccount>? Accounts
);

/// <summary>One account to make with a given password.</summary>
/// <param name="Username">The user name.</param>
/// <param name="Password">The password.</param>
/// <param name="Actor">Who asks.</param>
public sealed record CreationQuestion(
    [property: Required] string Username,
    [property: Required] string Password,
    Guid Actor
);

/// <summary>Accounts to take back.</summary>
/// <param name="Ids">The accounts.</param>
public sealed record WithdrawalQuestion([property: Required] IReadOnlyList<Guid> Ids);
