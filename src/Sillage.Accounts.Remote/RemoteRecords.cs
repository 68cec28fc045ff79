using System.Net;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Authentication.Jwt;

namespace Sillage.Accounts.Remote;

/// <summary>What the check of a credential reads, asked of the process with the accounts.</summary>
internal sealed class RemoteRecords(
    AccountsClient client,
    KnownAccounts known,
    RemoteKeys keys,
    ChangeListener listener,
    IOptions<RemoteAccountsOptions> options
) : IAccountRecords
{
    public KnownAccounts Known => known;

    public bool IsHearing => listener.IsHearing;

    public bool MayGoByTheLastAnswer => listener.IsLastAnswerRecent;

    public TimeSpan? ApiKeyMemory => options.Value.ApiKeyMemory;

    public SigningKey? FindKey(string kid) => keys.Find(kid);

    public ValueTask<bool> LearnKeyAsync(string kid, CancellationToken ct) => keys.LearnAsync(kid, ct);

    public Task<AccountCredential?> FindSessionAsync(Guid accountId, Guid sessionId, CancellationToken ct) =>
        client.AskAsync<AccountCredential>($"/sessions/{accountId}/{sessionId}", ct);

    public async Task<Guid?> FindApiKeyOwnerAsync(byte[] hash, CancellationToken ct) =>
        (await client.AskAsync<ApiKeyOwner>($"/api-keys/{Convert.ToHexStringLower(hash)}/owner", ct))?.AccountId;

    public Task<AccountCredential?> FindApiKeyAsync(byte[] hash, CancellationToken ct) =>
        client.AskAsync<AccountCredential>($"/api-keys/{Convert.ToHexStringLower(hash)}", ct);

    public void NoteUse(Guid apiKey)
    {
        // Noted where the key is asked for, which is now and then.
    }

    public async Task<VerifiedPassword> VerifyPasswordAsync(
        string username,
        string password,
        IPAddress? from,
        CancellationToken ct
    ) =>
        await client.TellAsync<PasswordQuestion, VerifiedPassword>(
            "/passwords",
            new PasswordQuestion(username, password, from?.ToString()),
            ct
        ) ?? throw new AccountsUnreachableException("Passwords are not compared at the address of the accounts.");

    public Task<AccountCredential?> FindVerifiedAsync(Guid accountId, string stamp, CancellationToken ct) =>
        client.AskAsync<AccountCredential>($"/verified/{accountId}/{Uri.EscapeDataString(stamp)}", ct);

    public Task<AccountCredential?> FindStandingAsync(StandingQuestion question, CancellationToken ct) =>
        client.TellAsync<StandingQuestion, AccountCredential>("/standing", question, ct);

    public void OnChanged(Action<Guid> heard) => listener.OnChanged(heard);
}
