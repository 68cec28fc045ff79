using Sillage.Storage.Events;

namespace Sillage.Accounts.Contracts;

/// <summary>An account was made, on whichever road: registered, created, provisioned, imported, the first administrator.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Role">The role that it was made with.</param>
public sealed record AccountRegistered(Guid AccountId, string Role) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "accounts.account-registered";

    string IEvent.Key => AccountId.ToString();
}

/// <summary>What a person shows of themselves was changed. What it is now, the account directory knows.</summary>
/// <param name="AccountId">The account.</param>
public sealed record ProfileChanged(Guid AccountId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "accounts.profile-changed";

    string IEvent.Key => AccountId.ToString();
}

/// <summary>An account was given other roles.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Roles">All that it has now.</param>
public sealed record RolesChanged(Guid AccountId, IReadOnlyList<string> Roles) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "accounts.roles-changed";

    string IEvent.Key => AccountId.ToString();
}

/// <summary>An account was shut, or opened again.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Disabled">True if it is shut now.</param>
public sealed record AccountDisabled(Guid AccountId, bool Disabled) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "accounts.account-disabled";

    string IEvent.Key => AccountId.ToString();
}
