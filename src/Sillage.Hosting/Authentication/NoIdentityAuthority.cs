using System.Net;

namespace Sillage.Hosting.Authentication;

/// <summary>Knows nobody: what a process has that runs no module which does.</summary>
internal sealed class NoIdentityAuthority : IIdentityAuthority
{
    private static readonly CredentialCheck Refusal = CredentialCheck.Refused(
        "This server knows no accounts: it runs without the accounts module, and is not told where one runs "
            + "(the setting Accounts:Remote:Address)."
    );

    public ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken ct) => new(Refusal);

    public ValueTask<CredentialCheck> CheckPasswordAsync(
        string username,
        string password,
        IPAddress? from,
        CancellationToken ct
    ) => new(Refusal);

    public ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken ct) => new(Refusal);
}
