using System.Net;
using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// Tells who a credential belongs to. The accounts module is one in its own process; elsewhere it is a remote one.
/// </summary>
public interface IIdentityAuthority
{
    /// <summary>An access token (JWT, RFC 7519, signed ES256): signature, issuer, audience, times, and its session still open.</summary>
    ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken ct);

    /// <summary>
    /// A user name and password (RFC 7617). A wrong password counts towards the account's lockout. An access token in
    /// place of the user name is checked as one, whatever the password. The address that it came <paramref name="from"/> is
    /// what guesses are counted by.
    /// </summary>
    ValueTask<CredentialCheck> CheckPasswordAsync(
        string username,
        string password,
        IPAddress? from,
        CancellationToken ct
    );

    /// <summary>An API key, as shown once when it was made.</summary>
    ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken ct);
}

/// <summary>
/// What came of checking a credential: a caller, or the reason why not, fit to be told to the client. The default value, with
/// neither, says that there was no credential.
/// </summary>
/// <param name="Caller">The caller; null if the credential is refused.</param>
/// <param name="Refusal">The reason; null if it is accepted. Never tells whether an account exists.</param>
public readonly record struct CredentialCheck(Caller? Caller, string? Refusal)
{
    /// <summary>The credential is good.</summary>
    public static CredentialCheck Accepted(Caller caller) => new(caller, null);

    /// <summary>The credential is refused.</summary>
    public static CredentialCheck Refused(string reason) => new(null, reason);
}
