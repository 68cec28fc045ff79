namespace Sillage.Accounts.Contracts;

/// <summary>The way to become the first administrator, for whoever sees the server's console. Known once the host has started.</summary>
public interface ISetupLink
{
    /// <summary>
    /// The address of the setup page relative to the host, one-time token included (<c>/setup#token=…</c>: a fragment, which
    /// no log sees); null once there is an administrator.
    /// </summary>
    string? Path { get; }
}
