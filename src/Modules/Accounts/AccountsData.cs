namespace Sillage.Accounts;

/// <summary>Stands for the module's tables, so that whoever reads them need not know the module's class.</summary>
public sealed class AccountsData
{
    /// <summary>
    /// What no backup holds, so that a found one opens nothing: the keys that sign tokens, and the sessions they speak of. After a
    /// restore there are new keys, and everybody logs in again.
    /// </summary>
    internal static IReadOnlyList<string> LeftOut { get; } =
    ["refresh_token", "session", "signing_key", "setup_token", "mail_token"];
}
