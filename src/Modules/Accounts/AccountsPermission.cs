using Sillage.Api.Access;

namespace Sillage.Accounts;

/// <summary>What the module asks of callers; administrators hold it.</summary>
internal static class AccountsPermission
{
    /// <summary>List, search and read every account.</summary>
    public static Permission ReadAccounts { get; } = new("accounts.read");

    /// <summary>Create, change, lock and erase other people's accounts, and give roles.</summary>
    public static Permission ManageAccounts { get; } = new("accounts.manage");

    /// <summary>Read the audit trail.</summary>
    public static Permission ReadAudit { get; } = new("audit.read");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } = [ReadAccounts, ManageAccounts, ReadAudit];
}
