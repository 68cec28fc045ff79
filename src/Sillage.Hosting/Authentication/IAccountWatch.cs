using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// Tells of accounts whose sessions, keys, role or state have changed, in whichever process: for what outlives a request, as a
/// connection does. Known within a second.
/// </summary>
public interface IAccountWatch
{
    /// <summary>
    /// Has a method called with the account's id at each change, and sometimes without one; with the empty id where any account may have
    /// changed, or the keys that sign tokens. It must be quick and must not throw.
    /// </summary>
    void OnChanged(Action<Guid> heard);

    /// <summary>The caller as the account is now.</summary>
    /// <returns>Null if the credential that the caller came by counts no more.</returns>
    /// <exception cref="Sillage.Storage.DatabaseUnavailableException">It cannot be known now.</exception>
    ValueTask<Caller?> FindAsync(Caller caller, CancellationToken ct);
}
