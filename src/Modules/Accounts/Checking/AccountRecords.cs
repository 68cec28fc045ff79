using System.Net;
using Microsoft.Extensions.Options;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Keys;
using Sillage.Accounts.Passwords;
using Sillage.Api.Access;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Authentication.Jwt;
using Sillage.Storage;

namespace Sillage.Accounts.Checking;

/// <summary>What the check of a credential reads, from the tables.</summary>
internal sealed class AccountRecords(
    IDatabase<AccountsData> database,
    AccountStates states,
    KeyRing ring,
    PasswordCheck passwords,
    ApiKeyUses uses,
    IOptions<AccountsOptions> options,
    TimeProvider clock
) : IAccountRecords
{
    private const string FindSession = """
        SELECT a.id AS account_id, a.username, a.role, s.id AS credential_id, s.expires_at, NULL AS permissions,
          EXISTS (SELECT 1 FROM factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS has_factor
        FROM session s JOIN account a ON a.id = s.account_id
        WHERE s.id = @Id AND a.id = @AccountId AND NOT a.disabled
        """;

    private const string FindKeyOwner = "SELECT account_id FROM api_key WHERE hash = @Hash";

    private const string FindApiKey = """
        SELECT a.id AS account_id, a.username, a.role, k.id AS credential_id, k.expires_at, k.permissions,
          EXISTS (SELECT 1 FROM factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS has_factor
        FROM api_key k JOIN account a ON a.id = k.account_id
        WHERE k.hash = @Hash AND NOT a.disabled
        """;

    private const string FindStandingKey = """
        SELECT a.id AS account_id, a.username, a.role, k.id AS credential_id, k.expires_at, k.permissions,
          EXISTS (SELECT 1 FROM factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS has_factor
        FROM api_key k JOIN account a ON a.id = k.account_id
        WHERE k.id = @Id AND a.id = @AccountId AND NOT a.disabled
        """;

    // A lock after wrong guesses is for new attempts: it puts nobody out who has shown the password.
    // Nor is there a factor: the stamp changes with the first.
    private const string FindStandingPassword = """
        SELECT id AS account_id, username, role, NULL AS credential_id, NULL AS expires_at, NULL AS permissions,
          FALSE AS has_factor
        FROM account WHERE id = @AccountId AND security_stamp = @Stamp AND NOT disabled
        """;

    public KnownAccounts Known => states.Known;

    public bool IsHearing => states.IsHearing;

    // A question that fails here is the storage's, and is told as such.
    public bool MayGoByTheLastAnswer => false;

    public TimeSpan? ApiKeyMemory => null;

    public SigningKey? FindKey(string kid) => ring.Find(kid);

    public ValueTask<bool> LearnKeyAsync(string kid, CancellationToken ct) => ValueTask.FromResult(false);

    public Task<AccountCredential?> FindSessionAsync(Guid accountId, Guid sessionId, CancellationToken ct) =>
        FindAsync(FindSession, new { Id = sessionId, AccountId = accountId }, ct);

    public Task<Guid?> FindApiKeyOwnerAsync(byte[] hash, CancellationToken ct) =>
        database.ReadAsync(reader => reader.FirstOrDefaultAsync<Guid?>(FindKeyOwner, new { Hash = hash }, ct), ct);

    public Task<AccountCredential?> FindApiKeyAsync(byte[] hash, CancellationToken ct) =>
        FindAsync(FindApiKey, new { Hash = hash }, ct);

    public void NoteUse(Guid apiKey) => uses.Note(apiKey);

    public async Task<VerifiedPassword> VerifyPasswordAsync(
        string username,
        string password,
        IPAddress? from,
        CancellationToken ct
    )
    {
        var (outcome, account) = await passwords.RunAsync(username, password, null, from, ct);
        return outcome switch
        {
            PasswordOutcome.Right => new VerifiedPassword(account!.Id, account.SecurityStamp, null),
            PasswordOutcome.Refused => new VerifiedPassword(null, null, PasswordCheck.Refusal),
            _ => new VerifiedPassword(null, null, IdentityAuthority.FactorRefusal),
        };
    }

    public async Task<AccountCredential?> FindVerifiedAsync(Guid accountId, string stamp, CancellationToken ct)
    {
        var current = await database.ReadAsync(
            reader => new Identity.AccountStore(reader).FindAsync(accountId, ct),
            ct
        );
        return
            current is null || current.Disabled || current.IsLocked(clock.GetUtcNow()) || current.SecurityStamp != stamp
            ? null
            : Judge(new AccountCredential(current.Id, current.Username, current.Role, null, null, null));
    }

    public Task<AccountCredential?> FindStandingAsync(StandingQuestion question, CancellationToken ct)
    {
        var sql = question.Kind switch
        {
            CredentialKind.Session => FindSession,
            CredentialKind.ApiKey => FindStandingKey,
            _ => FindStandingPassword,
        };
        var parameters = new
        {
            Id = question.CredentialId,
            question.AccountId,
            Stamp = question.Basis,
        };
        return FindAsync(sql, parameters, ct);
    }

    public void OnChanged(Action<Guid> heard) => states.OnChanged(heard);

    private async Task<AccountCredential?> FindAsync(string sql, object parameters, CancellationToken ct) =>
        Judge(
            await database.ReadAsync(reader => reader.FirstOrDefaultAsync<AccountCredential>(sql, parameters, ct), ct)
        );

    private AccountCredential? Judge(AccountCredential? found) =>
        found is { HasFactor: false } && options.Value.SecondFactorFor.Contains(found.Role)
            ? found with
            {
                MustEnrol = true,
            }
            : found;
}
