namespace Sillage.Hosting.Authentication;

/// <summary>Knows nobody: what a process has that runs no module which does.</summary>
internal sealed class NoIdentityAuthority : IIdentityAuthority
{
    private static readonly CredentialCheck Refusal = CredentialCheck.Refused("This server knows no accounts.");

    public ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken cancellationToken) =>
        new(Refusal);

    public ValueTask<CredentialCheck> CheckPasswordAsync(
        string username,
        string password,
        CancellationToken cancellationToken
    ) => new(Refusal);

    public ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken cancellationToken) => new(Refusal);
}
